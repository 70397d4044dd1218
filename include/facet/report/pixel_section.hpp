#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <facet/report/figures.hpp>
#include <facet/report/run_curves.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/run_page.hpp>
#include <facet/report/svg.hpp>
#include <facet/report/text.hpp>

/// What a report draws of curves.json: how pixels are scored, over all thresholds.
namespace facet::report {

namespace detail {

inline std::vector<point> pr_points(const json& curves) {
    std::vector<point> out;
    for (const auto& p : member(member(curves, "pixel_pr"), "network")) out.push_back({p.at(2).get<double>(), p.at(1).get<double>()});
    return out;
}
inline std::vector<point> f1_points(const json& curves) {
    std::vector<point> out;
    for (const auto& p : member(member(curves, "pixel_pr"), "network")) {
        const double precision = p.at(1).get<double>(), recall = p.at(2).get<double>();
        if (p.at(0).get<double>() > 0 && precision + recall > 0) out.push_back({p.at(0).get<double>(), 2 * precision * recall / (precision + recall)});
    }
    return out;
}
inline probability_histogram logit_histogram(const json& curves) {
    const auto& h = member(curves, "logits");
    probability_histogram out{h.at("low").get<double>(), h.at("high").get<double>(), h.at("positive").get<std::vector<double>>(), h.at("negative").get<std::vector<double>>()};
    std::size_t first = 0, last = out.positive.size();
    const auto empty = [&](std::size_t b) { return out.positive[b] == 0 && out.negative[b] == 0; };
    while (last > first + 1 && empty(last - 1)) --last;
    while (first + 1 < last && empty(first)) ++first;
    const double width = (out.high - out.low) / static_cast<double>(out.positive.size());
    const auto cut = [&](std::vector<double>& side) { side = {side.begin() + static_cast<std::ptrdiff_t>(first), side.begin() + static_cast<std::ptrdiff_t>(last)}; };
    cut(out.positive), cut(out.negative);
    out.high = out.low + width * static_cast<double>(last);
    out.low += width * static_cast<double>(first);
    return out;
}
/// Predicted and observed share in steps of one logit, where at least a hundred pixels and one fracture pixel tell.
inline std::vector<point> calibration(const probability_histogram& h) {
    constexpr std::size_t together = 4;
    const double width = (h.high - h.low) / static_cast<double>(h.positive.size());
    std::vector<point> out;
    for (std::size_t b = 0; b < h.positive.size(); b += together) {
        double positive = 0, all = 0, predicted = 0;
        for (std::size_t i = b; i < std::min(b + together, h.positive.size()); ++i) {
            const double n = h.positive[i] + h.negative[i], logit = h.low + width * (static_cast<double>(i) + 0.5);
            positive += h.positive[i], all += n, predicted += n / (1 + std::exp(-logit));
        }
        if (all >= 100 && positive > 0) out.push_back({predicted / all, positive / all});
    }
    return out;
}

inline std::string calibration_note(const json& evaluation) {
    const auto& c = member(evaluation, "calibration");
    if (!number_at(c, "brier")) return {};
    const auto& brier = member(c, "brier");
    return " Brier score " + significant(number_at(c, "brier"), 3) + " (a constant: " + significant(number_at(brier, "chance"), 3) + "), expected calibration error " + significant(number_at(c, "ece"), 3) + ".";
}

} // namespace detail

/// Precision and recall, thresholds, probabilities and calibration; nothing in a run that was not evaluated.
inline void pixel_section(run_page& out, const run_contents& run) {
    if (run.curves.is_null()) return;
    out.section("Pixels");
    const auto threshold = number_at(run.evaluation, "threshold");
    std::optional<operating_point> chosen;
    if (const auto precision = number_at(run.evaluation, "pixel.precision"), recall = number_at(run.evaluation, "pixel.recall"); precision && recall && threshold)
        chosen = operating_point{*precision, *recall, "threshold " + probability(threshold)};
    const auto histogram = detail::logit_histogram(run.curves);
    std::pair<double, double> plateau{0, 0};
    if (const auto* best = best_epoch(run.epochs))
        if (const auto& range = member(member(*best, "threshold"), "plateau"); range.is_array() && range.size() == 2 && number_at(*best, "threshold") == threshold) plateau = {range[0].get<double>(), range[1].get<double>()};
    out.begin_row();
    out.figure("precision_recall", precision_recall(detail::pr_points(run.curves), number_at(run.evaluation, "pixel.prevalence").value_or(0), chosen),
               "Of the pixels marked as fracture, the share that is (precision), over the share of fracture pixels found (recall). The ring is the threshold chosen on validation.");
    out.figure("threshold", threshold_scan("F1 on these pixels", detail::f1_points(run.curves), threshold.value_or(0.5), plateau.first, plateau.second),
               "F1 over every threshold. The dashed line was frozen on validation before these pixels were seen; there, the shaded range was within 1 % of the best.");
    out.figure("probabilities", probabilities(histogram, threshold),
               "How sure the network is: fracture pixels should lie to the right, all others to the left of the threshold (dashed). Counts are logarithmic.");
    out.figure("reliability", reliability(detail::calibration(histogram)),
               "Where the network says 10 %, one pixel in ten should be fracture: a calibrated network follows the diagonal. Above it the network says too little, below it too much." + detail::calibration_note(run.evaluation));
    out.end_row();
}

} // namespace facet::report
