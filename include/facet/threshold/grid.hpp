#pragma once

#include <type_traits>

#include <facet/metric/f1.hpp>
#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The best of evenly spaced probabilities. Only one point lies below 0.01, so with rare positives prefer log_grid or exact.
template <class Objective = metric::f1> struct grid {
    static_assert(sizeof(detail::objective<Objective>) > 0);
    using role = facet::role::threshold;

    Objective objective{};
    double low = 0.001;
    double high = 0.95;
    int points = 95;

    [[nodiscard]] choice operator()(fittable_scores h) const {
        if constexpr (!chooses<Objective>) return {};
        else return detail::scan(h, objective, points, [this](int i) { return low + (high - low) * i / (points - 1); });
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low < self.high && self.high < 1, "facet: threshold::grid needs 0 < low < high < 1");
        static_assert(self.points > 1, "facet: threshold::grid needs at least 2 points");
    }
};
// `grid{.points = 50}` keeps the default objective.
template <class... Numbers> requires(std::is_arithmetic_v<Numbers> && ...) grid(Numbers...) -> grid<>;
template <has_role Objective, class... Numbers> grid(Objective, Numbers...) -> grid<Objective>;

static_assert(policy<grid<>>);

} // namespace facet::threshold
