#pragma once

#include <algorithm>
#include <vector>

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

    [[nodiscard]] choice operator()(const score_histogram& h) const {
        if constexpr (!chooses<Objective>) return {};
        else {
            if (count_classes(h).positive == 0) return {};
            std::vector<detail::candidate> candidates;
            bool overflow = false;
            for_each_threshold(h, [&](std::size_t bin, const confusion& c) {
                overflow = overflow || bin == score_histogram::bins - 1;
                candidates.push_back({score_histogram::probability_at(bin), objective(c)});
            });
            std::ranges::reverse(candidates);
            return detail::best_of(candidates, true, overflow);
        }
    }
};
exact() -> exact<>;
template <has_role Objective> exact(Objective) -> exact<Objective>;

static_assert(policy<exact<>>);

} // namespace facet::threshold
