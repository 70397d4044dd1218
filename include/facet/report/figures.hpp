#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/report/svg.hpp>

/// The charts of a report, each from plain numbers.
namespace facet::report {

/// One line of a chart over epochs or steps; `y` may be undefined in places.
struct series {
    std::string name;
    std::string_view colour;
    std::vector<double> x;
    std::vector<std::optional<double>> y;

    [[nodiscard]] std::vector<point> points() const {
        std::vector<point> out;
        for (std::size_t i = 0; i < x.size(); ++i) out.push_back({x[i], y[i].value_or(NAN)});
        return out;
    }
};

namespace detail {
inline std::vector<double> values_of(std::span<const series> all, bool want_x) {
    std::vector<double> out;
    for (const auto& s : all)
        for (std::size_t i = 0; i < s.x.size(); ++i) {
            if (want_x) out.push_back(s.x[i]);
            else if (s.y[i]) out.push_back(*s.y[i]);
        }
    return out;
}
} // namespace detail

/// Lines over the course of training. A level of `chance`, where given, is drawn dashed.
[[nodiscard]] inline std::string progress(std::string_view title, std::string x_label, std::span<const series> all, bool from_zero = false,
                                          std::optional<double> chance = std::nullopt, std::optional<double> chosen_x = std::nullopt) {
    auto heights = detail::values_of(all, false);
    if (chance) heights.push_back(*chance);
    chart c{axis_for(std::move(x_label), detail::values_of(all, true)), axis_for("", heights, false, from_zero), 440, 230};
    if (chosen_x) c.vertical(*chosen_x, ink::axis);
    if (chance) c.horizontal(*chance, ink::grey);
    for (const auto& s : all) {
        const auto points = s.points();
        c.line(points, s.colour);
        if (points.size() <= 40)
            for (const auto& p : points) c.dot(p, s.colour, 2.2);
        c.legend(s.name, s.colour);
    }
    return c.svg(title);
}

/// A named place on the precision-recall plane.
struct operating_point {
    double precision = 0, recall = 0;
    std::string label;
};

/// Precision over recall. `points` are (recall, precision); chance is the prevalence.
[[nodiscard]] inline std::string precision_recall(std::span<const point> points, double chance, const std::optional<operating_point>& chosen) {
    chart c{{"recall", 0, 1}, {"", 0, 1}, 440, 330};
    c.legend("precision", ink::blue);
    c.legend("chance " + significant(chance, 2), ink::grey);
    c.horizontal(chance, ink::grey);
    c.line(points, ink::blue, 2);
    if (chosen) {
        c.ring({chosen->recall, chosen->precision}, ink::vermilion);
        c.legend(chosen->label, ink::vermilion);
    }
    return c.svg("Precision-recall curve of pixels");
}

/// Counts of pixels per bin of the logit, [low, high) cut into equal bins.
struct probability_histogram {
    double low = 0, high = 0;
    std::vector<double> positive, negative;
};

/// Ticks for probabilities spaced by their logit, between two logits.
[[nodiscard]] inline std::vector<tick> probability_ticks(double low, double high) {
    std::vector<tick> out;
    for (const auto& [p, words] : {std::pair{1e-6, "1e\u22126"}, {1e-5, "1e\u22125"}, {1e-4, "0.0001"}, {1e-3, "0.001"}, {1e-2, "0.01"}, {0.1, "0.1"}, {0.5, "0.5"}, {0.9, "0.9"}, {0.99, "0.99"}, {0.999, "0.999"}, {0.9999, "0.9999"}})
        if (const double at = std::log(p / (1 - p)); at >= low && at <= high) out.push_back({at, words});
    return out;
}

/// Both histograms as outlines over the probability (spaced by its logit, so that 0.0001 and 0.9999 are as wide as the middle), counts on a log scale.
[[nodiscard]] inline std::string probabilities(const probability_histogram& h, std::optional<double> threshold) {
    std::vector<double> counts{1};
    for (const auto* side : {&h.positive, &h.negative}) counts.insert(counts.end(), side->begin(), side->end());
    const auto logit = [](double p) { return std::log(p / (1 - p)); };
    axis x{"predicted probability of fracture", h.low, h.high, false, probability_ticks(h.low, h.high)};
    std::erase_if(x.ticks, [](const tick& t) { return t.label == "0.001" || t.label == "0.999" || t.label == "1e\u22125"; }); // no room side by side
    chart c{x, {"pixels", 0.7, *std::ranges::max_element(counts) * 2, true, {}}, 440, 280};
    const auto outline = [&](const std::vector<double>& side, std::string_view colour) {
        const double width = (h.high - h.low) / static_cast<double>(side.size());
        std::vector<double> edges, heights, floor;
        for (std::size_t b = 0; b < side.size(); ++b)
            for (const double at : {h.low + width * static_cast<double>(b), h.low + width * static_cast<double>(b + 1)})
                edges.push_back(at), heights.push_back(std::max(side[b], 0.7)), floor.push_back(0.7);
        c.band(edges, floor, heights, colour, 0.22);
        std::vector<point> line;
        for (std::size_t i = 0; i < edges.size(); ++i) line.push_back({edges[i], heights[i]});
        c.line(line, colour, 1.5);
    };
    outline(h.negative, ink::blue);
    outline(h.positive, ink::vermilion);
    c.legend("fracture", ink::vermilion);
    c.legend("no fracture", ink::blue);
    if (threshold && *threshold > 0 && *threshold < 1) c.vertical(std::clamp(logit(*threshold), h.low, h.high), ink::text);
    return c.svg("Histograms of the predicted probability in fracture and other pixels");
}

/// Predicted against observed share; a calibrated network runs along the diagonal. Both axes are logarithmic, because most pixels are rare events.
[[nodiscard]] inline std::string reliability(std::span<const point> bins) {
    std::vector<double> all;
    for (const auto& p : bins) all.push_back(p.x), all.push_back(p.y);
    auto both = axis_for("mean predicted probability", all, true);
    both.high = 1;
    both.low = std::max(both.low, 1e-6);
    auto up = both;
    up.label = "";
    chart c{both, up, 440, 330};
    c.legend("observed share of fracture pixels", ink::blue);
    const point diagonal[] = {{both.low, both.low}, {1, 1}};
    c.line(diagonal, ink::grey, 1, "4 3");
    c.line(bins, ink::blue, 1.5);
    for (const auto& p : bins) c.dot(p, ink::blue);
    return c.svg("Reliability of the predicted probability");
}

/// The objective over the threshold; the plateau within 1 % of the best is shaded.
[[nodiscard]] inline std::string threshold_scan(std::string_view objective, std::span<const point> points, double chosen, double plateau_low, double plateau_high) {
    std::vector<double> x{chosen}, y{0};
    for (const auto& p : points) x.push_back(p.x), y.push_back(p.y);
    auto across = axis_for("threshold on the probability", x, true);
    across.high = std::min(1.0, across.high);
    chart c{across, axis_for("", y, false, true), 440, 280};
    if (plateau_high > plateau_low) {
        const auto top = c.y_axis().high;
        const double edge[] = {plateau_low, plateau_high}, low[] = {0, 0}, high[] = {top, top};
        c.band(edge, low, high, ink::vermilion, 0.14);
    }
    c.line(points, ink::blue, 1.75);
    c.vertical(chosen, ink::vermilion);
    c.legend(objective, ink::blue);
    c.legend("chosen " + significant(chosen, 3), ink::vermilion);
    return c.svg("Objective of the threshold search");
}

/// A scored vertebra, slice or patient.
struct scored_unit {
    std::string group; ///< place on the x axis
    double score = 0;
    bool truth = false;
};

/// One dot per unit, by group; positives and negatives side by side. Scores are spaced by their logit.
[[nodiscard]] inline std::string strips(std::span<const scored_unit> units, std::span<const std::string> groups, std::optional<double> threshold) {
    const auto logit = [](double p) { return std::log(std::clamp(p, 1e-6, 1 - 1e-6) / (1 - std::clamp(p, 1e-6, 1 - 1e-6))); };
    double low = logit(0.05), high = logit(0.95);
    for (const auto& u : units) low = std::min(low, logit(u.score) - 0.4), high = std::max(high, logit(u.score) + 0.4);
    const axis y{"score", low, high, false, probability_ticks(low, high)};
    axis x{"", -0.5, static_cast<double>(groups.size()) - 0.5, false, {}};
    std::map<std::string, double> place;
    for (const auto& g : groups) {
        const auto i = static_cast<double>(place.size());
        x.ticks.push_back({i, g});
        place[g] = i;
    }
    chart c{x, y, 920, 300};
    c.legend("fractured", ink::vermilion);
    c.legend("not fractured", ink::blue);
    if (threshold && *threshold > 0 && *threshold < 1) c.horizontal(logit(*threshold), ink::text);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto& u = units[i];
        const double jitter = (rng::unit(rng::key(i, u.truth ? 1 : 0)) - 0.5) * 0.24; // sideways only, so that dots do not hide each other
        if (const auto at = place.find(u.group); at != place.end())
            c.dot({at->second + (u.truth ? 0.17 : -0.17) + jitter, logit(u.score)}, u.truth ? ink::vermilion : ink::blue, 3.2, 0.65);
    }
    return c.svg("Scores of vertebrae by level");
}

/// Receiver operating characteristic from scores of both kinds; `name` says whose sensitivity it is.
[[nodiscard]] inline std::string roc(std::string_view name, std::span<const scored_unit> units, std::optional<double> threshold) {
    std::vector<scored_unit> order{units.begin(), units.end()};
    std::ranges::sort(order, [](const auto& a, const auto& b) { return a.score > b.score; });
    const auto positives = static_cast<double>(std::ranges::count_if(order, &scored_unit::truth));
    const double negatives = static_cast<double>(order.size()) - positives;
    std::vector<point> curve{{0, 0}};
    std::optional<point> chosen;
    double tp = 0, fp = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (threshold && !chosen && order[i].score < *threshold) chosen = point{fp / negatives, tp / positives};
        (order[i].truth ? tp : fp) += 1;
        if (i + 1 == order.size() || order[i + 1].score != order[i].score) curve.push_back({fp / negatives, tp / positives});
    }
    if (threshold && !chosen) chosen = point{1, 1};
    chart c{{"1 \u2212 specificity", 0, 1}, {"", 0, 1}, 440, 330};
    const point diagonal[] = {{0, 0}, {1, 1}};
    c.line(diagonal, ink::grey, 1, "4 3");
    c.line(curve, ink::blue, 2);
    if (chosen) c.ring(*chosen, ink::vermilion);
    c.legend(name, ink::blue);
    c.legend("chance", ink::grey);
    if (chosen) c.legend("threshold", ink::vermilion);
    return c.svg("ROC curve: " + std::string{name});
}

/// Free-response curve: lesions found over false positives per patient, as steps. `points` are (false positives, sensitivity), strict to lax.
[[nodiscard]] inline std::string free_response(std::span<const point> points) {
    double most = 1;
    for (const auto& p : points) most = std::max(most, p.x * 1.05);
    chart c{{"false positives per patient", 0, most}, {"", 0, 1}, 440, 330};
    std::vector<point> steps{{0, 0}};
    for (const auto& p : points) {
        steps.push_back({p.x, steps.back().y});
        steps.push_back(p);
    }
    c.line(steps, ink::blue, 2);
    c.legend("sensitivity for lesions", ink::blue);
    if (!points.empty()) {
        c.ring(points.back(), ink::vermilion);
        c.legend("the final mask", ink::vermilion);
    }
    return c.svg("Free-response curve of lesions");
}

/// A value with its interval, for comparing scorers.
struct estimate {
    std::string name;
    double value = 0;
    std::optional<double> low, high;
    bool strong = false;
};

/// Estimates as dots with intervals, one row each, on a logarithmic axis.
[[nodiscard]] inline std::string comparison(std::string x_label, std::span<const estimate> rows) {
    std::vector<double> x;
    for (const auto& r : rows)
        for (const auto v : {std::optional{r.value}, r.low, r.high})
            if (v) x.push_back(*v);
    axis y{"", -0.5, static_cast<double>(rows.size()) - 0.5, false, {}};
    for (std::size_t i = 0; i < rows.size(); ++i) y.ticks.push_back({static_cast<double>(rows.size() - 1 - i), rows[i].name});
    chart c{axis_for(std::move(x_label), x, true), y, 640, 70 + 26 * static_cast<double>(rows.size())};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& r = rows[i];
        const double at = static_cast<double>(rows.size() - 1 - i);
        const auto colour = r.strong ? ink::vermilion : ink::blue;
        if (r.low && r.high && *r.low > 0) {
            const point bar[] = {{*r.low, at}, {*r.high, at}};
            c.line(bar, colour, 2);
        }
        c.dot({r.value, at}, colour, 4.5);
    }
    return c.svg("PR-AUC of the network and of scorers that know no fractures");
}

} // namespace facet::report
