#pragma once

#include <cmath>
#include <numbers>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Slants the slice about its centre: rows slide along x by an angle drawn from [-left_right, left_right], then columns along y by one from
/// [-up_down, up_down]. Areas are kept. A slant along y tilts endplates against the wall of the body, as some fractures do; hence 0.
struct shear {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double left_right = 10; ///< degrees
    double up_down = 0;     ///< degrees
    double probability = 1;

    void operator()(affine& map, rng::stream& draw, double /*size*/) const {
        const auto slope = [&](double degrees) { return std::tan(draw.uniform(-degrees, degrees) * std::numbers::pi / 180); };
        map.then({{1, -slope(left_right), 0, 1}, {0, 0}});
        map.then({{1, 0, -slope(up_down), 1}, {0, 0}});
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.left_right && self.left_right <= 45 && 0 <= self.up_down && self.up_down <= 45, "facet: augment::shear needs degrees between 0 and 45");
    }
};

static_assert(geometric<shear>);

} // namespace facet::augment
