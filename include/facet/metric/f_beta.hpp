#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// F-beta: recall counts `beta` times as much as precision; 1 is F1.
struct f_beta {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    double beta = 2;
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const {
        const double weight = beta * beta;
        const double hits = (1 + weight) * static_cast<double>(c.tp);
        return empty(ratio(hits, hits + weight * static_cast<double>(c.fn) + static_cast<double>(c.fp)));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.beta > 0, "facet: metric::f_beta needs beta > 0; 2 weighs recall twice as much as precision");
    }
};

static_assert(of_counts<f_beta>);

} // namespace facet::metric
