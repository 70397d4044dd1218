#pragma once

#include <cmath>
#include <numbers>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Turns the slice about its centre by an angle drawn from [-degrees, degrees].
struct rotate {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double degrees = 15;
    double probability = 1;

    void operator()(affine& map, rng::stream& draw, double /*size*/) const {
        const double angle = draw.uniform(-degrees, degrees) * std::numbers::pi / 180;
        const double c = std::cos(angle), s = std::sin(angle);
        map.then({{c, s, -s, c}, {0, 0}});
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 <= self.degrees && self.degrees <= 180, "facet: augment::rotate needs degrees between 0 and 180");
    }
};

static_assert(geometric<rotate>);

} // namespace facet::augment
