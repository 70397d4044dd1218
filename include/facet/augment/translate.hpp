#pragma once

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Moves the slice in x and in y, each by up to `fraction` of its side in either direction.
struct translate {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double fraction = 0.1; ///< of the side of the slice
    double probability = 1;

    void operator()(affine& map, rng::stream& draw, double size) const {
        const double x = draw.uniform(-fraction, fraction) * size;
        const double y = draw.uniform(-fraction, fraction) * size;
        map.then({{1, 0, 0, 1}, {-x, -y}});
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.fraction && self.fraction <= 1, "facet: augment::translate needs a fraction of the side, between 0 and 1");
    }
};

static_assert(geometric<translate>);

} // namespace facet::augment
