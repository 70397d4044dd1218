#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/report/svg.hpp>
#include <facet/report/text.hpp>

namespace facet::report {

/// A difference with its intervals; nothing is drawn where it is undefined.
struct forest_row {
    std::string label;
    std::optional<double> value;
    std::optional<std::pair<double, double>> interval, wide; ///< `wide` holds all rows at once
};

/// Differences under each other around a line at zero: the interval thick, the simultaneous one thin.
[[nodiscard]] inline std::string forest_plot(std::span<const forest_row> rows, std::string_view title, std::string_view axis_label) {
    constexpr double row = 28, top = 14, bottom = 46, right = 16, plot = 420;
    std::size_t letters = 8;
    double low = 0, high = 0;
    for (const auto& r : rows) {
        letters = std::max(letters, r.label.size());
        for (const auto& i : {r.interval, r.wide})
            if (i) low = std::min(low, i->first), high = std::max(high, i->second);
        if (r.value) low = std::min(low, *r.value), high = std::max(high, *r.value);
    }
    if (low == high) low = -0.1, high = 0.1;
    const double room = (high - low) * 0.04, left = 16 + 6.6 * static_cast<double>(letters);
    low -= room, high += room;
    const double width = left + plot + right, height = top + row * static_cast<double>(rows.size()) + bottom, floor = height - bottom;
    const auto x = [&](double v) { return left + (v - low) / (high - low) * plot; };
    const auto number = [](double v) { return detail::digits(v, std::chars_format::fixed, 1); };
    const auto line = [&](double x0, double y0, double x1, double y1, std::string_view colour, double thick, std::string_view more = {}) {
        return "<line x1=\"" + number(x0) + "\" y1=\"" + number(y0) + "\" x2=\"" + number(x1) + "\" y2=\"" + number(y1) + "\" stroke=\"" + std::string{colour} + "\" stroke-width=\"" + number(thick) + "\""
               + std::string{more} + "/>";
    };
    const auto text = [&](double at_x, double at_y, std::string_view words, std::string_view colour, std::string_view anchor) {
        return "<text x=\"" + number(at_x) + "\" y=\"" + number(at_y) + "\" fill=\"" + std::string{colour} + "\" text-anchor=\"" + std::string{anchor} + "\">" + escape(words) + "</text>";
    };
    std::string body;
    for (const auto& t : detail::linear_ticks(low, high, 6)) body += line(x(t.at), top, x(t.at), floor, ink::grid, 1) + text(x(t.at), floor + 16, t.label, ink::muted, "middle");
    body += line(x(0), top, x(0), floor, ink::axis, 1, " stroke-dasharray=\"4 3\"") + line(left, floor, left + plot, floor, ink::axis, 1);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const auto& r = rows[k];
        const double y = top + row * (static_cast<double>(k) + 0.5);
        body += text(left - 8, y + 4, r.label, ink::text, "end");
        if (!r.value) {
            body += text(x(0) + 8, y + 4, "undefined", ink::muted, "start");
            continue;
        }
        if (r.wide) body += line(x(r.wide->first), y, x(r.wide->second), y, ink::blue, 1);
        if (r.interval) body += line(x(r.interval->first), y, x(r.interval->second), y, ink::blue, 3.5);
        body += "<circle cx=\"" + number(x(*r.value)) + "\" cy=\"" + number(y) + "\" r=\"4.5\" fill=\"" + std::string{ink::blue} + "\"/>";
    }
    body += text(left + plot / 2, height - 8, axis_label, ink::text, "middle");
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" + escape(title)
           + "\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" font-size=\"12\"><title>" + escape(title) + "</title>" + body + "</svg>";
}

} // namespace facet::report
