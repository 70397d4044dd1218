#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <facet/evaluate/lesions.hpp>

/// Lesions found, candidates that are none, and the free-response curve over the candidates' scores.
namespace facet {

/// What a rule makes of one vertebra or of many.
struct lesion_counts {
    std::int64_t lesions = 0, found = 0, false_positives = 0;

    lesion_counts& operator+=(const lesion_counts& other) {
        lesions += other.lesions, found += other.found, false_positives += other.false_positives;
        return *this;
    }
};

namespace detail {
/// Calls `lesion(best score of its matches, if any)` for every lesion and `false_positive(score)` for every candidate that matches none.
template <class Match, class Lesion, class FalsePositive>
void match_lesions(const volume_lesions& v, const Match& match, Lesion&& lesion, FalsePositive&& false_positive) {
    std::vector<std::optional<double>> found(v.lesions.size());
    std::vector<bool> matched(v.candidates.size());
    for (const auto& c : v.contacts) {
        if (!match(c)) continue;
        auto& best = found[c.lesion];
        best = std::max(best.value_or(0), v.candidates[c.candidate].score);
        matched[c.candidate] = true;
    }
    for (const auto& best : found) lesion(best);
    for (std::size_t c = 0; c < matched.size(); ++c)
        if (!matched[c]) false_positive(v.candidates[c].score);
}
} // namespace detail

template <class Match> [[nodiscard]] lesion_counts count_lesions(const volume_lesions& v, const Match& match) {
    lesion_counts n;
    detail::match_lesions(v, match, [&](const auto& best) { ++n.lesions, n.found += best.has_value(); }, [&](double) { ++n.false_positives; });
    return n;
}
template <class Match> [[nodiscard]] lesion_counts count_lesions(lesion_volumes all, const Match& match) {
    lesion_counts n;
    for (const auto& v : all) n += count_lesions(v, match);
    return n;
}

[[nodiscard]] inline std::size_t patients_in(lesion_volumes all) {
    std::set<std::size_t> seen;
    for (const auto& v : all) seen.insert(v.patient);
    return seen.size();
}

/// A point of the free-response curve: what is found when only candidates of at least `score` count.
struct froc_point {
    double score = 0, false_positives_per_patient = 0, sensitivity = 0;
};

/// The free-response curve (Bunch et al. 1978), from strict to lax, every distinct score once. It ends at the threshold the mask was cut at.
/// Empty without lesions.
template <class Match> [[nodiscard]] std::vector<froc_point> froc_curve(lesion_volumes all, const Match& match) {
    std::vector<std::pair<double, bool>> events; // score, found a lesion
    std::size_t lesions = 0;
    for (const auto& v : all)
        detail::match_lesions(v, match,
                              [&](const auto& best) {
                                  ++lesions;
                                  if (best) events.emplace_back(*best, true);
                              },
                              [&](double score) { events.emplace_back(score, false); });
    std::vector<froc_point> curve;
    if (lesions == 0) return curve;
    std::ranges::sort(events, std::greater{});
    const auto patients = static_cast<double>(patients_in(all));
    double found = 0, wrong = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
        (events[i].second ? found : wrong) += 1;
        if (i + 1 == events.size() || events[i + 1].first != events[i].first) curve.push_back({events[i].first, wrong / patients, found / static_cast<double>(lesions)});
    }
    return curve;
}

/// The highest sensitivity with at most `rate` false positives per patient. Beyond the curve's end it stays: a lower bound.
[[nodiscard]] inline double sensitivity_at_rate(std::span<const froc_point> curve, double rate) {
    double best = 0;
    for (const auto& p : curve)
        if (p.false_positives_per_patient <= rate + 1e-12) best = std::max(best, p.sensitivity);
    return best;
}

} // namespace facet
