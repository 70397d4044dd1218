#pragma once

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Mirrors the slice, each axis with its own probability. Left-right is the columns of the stored slice; mirroring a spine up-down is
/// anatomically false in sagittal and coronal slices, hence 0 by default.
struct flip {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double left_right = 0.5; ///< probability
    double up_down = 0;      ///< probability

    void operator()(affine& map, rng::stream& draw, double /*size*/) const {
        const double x = draw.happens(left_right) ? -1 : 1;
        const double y = draw.happens(up_down) ? -1 : 1;
        map.then({{x, 0, 0, y}, {0, 0}});
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.left_right && self.left_right <= 1 && 0 <= self.up_down && self.up_down <= 1,
                      "facet: augment::flip needs probabilities between 0 and 1");
    }
};

static_assert(geometric<flip>);

} // namespace facet::augment
