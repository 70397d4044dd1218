#pragma once

#include <facet/evaluate/froc.hpp>
#include <facet/match.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// The share of lesions that a candidate matches. Undefined without lesions.
template <match::policy Match = match::any_overlap> struct lesion_sensitivity {
    using role = facet::role::metric;

    Match match{};
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(lesion_volumes v) const {
        const auto n = count_lesions(v, match);
        return empty(ratio(n.found, n.lesions));
    }
};
lesion_sensitivity() -> lesion_sensitivity<>;
template <match::policy Match, class... Rule> lesion_sensitivity(Match, Rule...) -> lesion_sensitivity<Match>;
template <class Rule> requires(!has_role<Rule>) lesion_sensitivity(Rule) -> lesion_sensitivity<>;

static_assert(of_lesions<lesion_sensitivity<>>);

} // namespace facet::metric
