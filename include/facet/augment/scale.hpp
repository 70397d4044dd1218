#pragma once

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Enlarges the slice about its centre by a factor drawn from [low, high]; above 1 the vertebra becomes larger. The aspect ratio is kept.
struct scale {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double low = 0.9;
    double high = 1.1;
    double probability = 1;

    void operator()(affine& map, rng::stream& draw, double /*size*/) const {
        const double inverse = 1 / draw.uniform(low, high);
        map.then({{inverse, 0, 0, inverse}, {0, 0}});
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high, "facet: augment::scale needs 0 < low <= high");
    }
};

static_assert(geometric<scale>);

} // namespace facet::augment
