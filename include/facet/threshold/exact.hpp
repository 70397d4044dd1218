#pragma once

#include <facet/metric/f1.hpp>
#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The best of all thresholds: one scan over the histogram's bins (2^-11 of a logit wide), no copy of any score.
///
/// The choice is the lowest score still called positive, and at the edge only when everything is called positive or when the scores
/// end in the histogram's overflow bin.
template <class Objective = metric::f1> struct exact {
    static_assert(sizeof(detail::objective<Objective>) > 0);
    using role = facet::role::threshold;

    Objective objective{};

    [[nodiscard]] choice operator()(fittable_scores h) const {
        if constexpr (!chooses<Objective>) return {};
        else return detail::scan_all(h, [this](const confusion& c) { return objective(c); });
    }
};
exact() -> exact<>;
template <has_role Objective> exact(Objective) -> exact<Objective>;

static_assert(policy<exact<>>);

} // namespace facet::threshold
