#pragma once

#include <cmath>
#include <type_traits>

#include <facet/metric/f1.hpp>
#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The best of probabilities in constant ratio: as many points between 0.0001 and 0.001 as between 0.1 and 1.
template <class Objective = metric::f1> struct log_grid {
    static_assert(sizeof(detail::objective<Objective>) > 0);
    using role = facet::role::threshold;

    Objective objective{};
    double low = 1e-5;
    double high = 0.95;
    int points = 200;

    [[nodiscard]] choice operator()(fittable_scores h) const {
        if constexpr (!chooses<Objective>) return {};
        else return detail::scan(h, objective, points, [this](int i) { return low * std::pow(high / low, static_cast<double>(i) / (points - 1)); });
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low < self.high && self.high < 1, "facet: threshold::log_grid needs 0 < low < high < 1");
        static_assert(self.points > 1, "facet: threshold::log_grid needs at least 2 points");
    }
};
// `log_grid{.points = 50}` keeps the default objective.
template <class... Numbers> requires(std::is_arithmetic_v<Numbers> && ...) log_grid(Numbers...) -> log_grid<>;
template <has_role Objective, class... Numbers> log_grid(Objective, Numbers...) -> log_grid<Objective>;

static_assert(policy<log_grid<>>);

} // namespace facet::threshold
