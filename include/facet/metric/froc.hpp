#pragma once

#include <facet/evaluate/froc.hpp>
#include <facet/match.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// The mean sensitivity for lesions at 1/4, 1/2, 1, 2, 4 and 8 false positives per patient (the CPM of Setio et al., LUNA16, 2017). Candidates are
/// the pieces of the final mask, ranked by their highest probability. Undefined without lesions.
template <match::policy Match = match::any_overlap> struct froc {
    using role = facet::role::metric;

    Match match{};
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(lesion_volumes v) const {
        const auto curve = froc_curve(v, match);
        if (count_lesions(v, match).lesions == 0) return empty(std::nullopt);
        double sum = 0;
        for (const double rate : {0.25, 0.5, 1.0, 2.0, 4.0, 8.0}) sum += sensitivity_at_rate(curve, rate);
        return sum / 6;
    }
};
froc() -> froc<>;
template <match::policy Match, class... Rule> froc(Match, Rule...) -> froc<Match>;
template <class Rule> requires(!has_role<Rule>) froc(Rule) -> froc<>;

static_assert(of_lesions<froc<>>);

} // namespace facet::metric
