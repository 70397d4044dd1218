#pragma once

#include <numbers>
#include <vector>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Bright and dark bands through a point of the slice, as a screw or a clip outside the picture's plane sends out; they fade with distance. The
/// look of the artefact (De Man et al., IEEE TNS 46(3), 1999), not a simulation of it, and no metal is drawn. Air stays air.
struct metal_streak {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double hu = 300;     ///< the strongest band at its source, in Hounsfield units
    int streaks = 8;
    double width = 1.5;  ///< standard deviation across a band, in pixels
    double probability = 0.1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        const auto x = draw.uniform(0, 1), y = draw.uniform(0, 1);
        std::vector<streak> all;
        for (int i = 0; i < streaks; ++i) {
            auto angle = draw.uniform(0, std::numbers::pi);
            all.push_back({std::move(angle), draw.uniform(-hu, hu)});
        }
        return kernels<>::keep_air(images.add(kernels<>::streaks(all, x, y, width, images.size(-1))), images);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.hu >= 0, "facet: augment::metal_streak needs hu >= 0, the strongest band in Hounsfield units");
        static_assert(1 <= self.streaks && self.streaks <= 64, "facet: augment::metal_streak needs between 1 and 64 streaks");
        static_assert(self.width > 0, "facet: augment::metal_streak needs width > 0, in pixels");
    }
};

static_assert(intensity<metal_streak>);

} // namespace facet::augment
