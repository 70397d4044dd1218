#pragma once

#include <facet/evaluate/froc.hpp>
#include <facet/match.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/ratio.hpp>

namespace facet::metric {

/// Candidates that match no lesion, per vertebra; 0 is best and there is no worst. Undefined without vertebrae.
template <match::policy Match = match::any_overlap> struct false_positives_per_volume {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    Match match{};
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(lesion_volumes v) const {
        const auto value = ratio(count_lesions(v, match).false_positives, static_cast<std::int64_t>(v.size()));
        return empty == facet::empty::ideal ? empty(value, 0, 0) : value;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.empty != facet::empty::worst, "facet: metric::false_positives_per_volume has no worst value; use empty::undefined or empty::ideal");
    }
};
false_positives_per_volume() -> false_positives_per_volume<>;
template <match::policy Match, class... Rule> false_positives_per_volume(Match, Rule...) -> false_positives_per_volume<Match>;
template <class Rule> requires(!has_role<Rule>) false_positives_per_volume(Rule) -> false_positives_per_volume<>;

static_assert(of_lesions<false_positives_per_volume<>>);

} // namespace facet::metric
