#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/report/text.hpp>

/// Charts as SVG text: drawn in data coordinates, self-contained, readable in print and on a phone.
namespace facet::report {

/// Colours that stay apart for every common kind of colour blindness (Okabe and Ito, 2008).
namespace ink {
inline constexpr std::string_view text = "#1a1a1a", muted = "#6b6b6b", grid = "#e4e4e4", axis = "#8a8a8a";
inline constexpr std::string_view blue = "#0072b2", vermilion = "#d55e00", green = "#00785a", sky = "#56b4e9", purple = "#a0568a", grey = "#9a9a9a";
} // namespace ink

struct point {
    double x = 0, y = 0;
};

/// A label at a place of an axis.
struct tick {
    double at = 0;
    std::string label;
};

struct axis {
    std::string label;
    double low = 0, high = 1;
    bool logarithmic = false;
    std::vector<tick> ticks{}; ///< empty: chosen by the chart
};

/// An axis that holds these values with a little room; a logarithmic one leaves out what is not positive.
template <class Values> [[nodiscard]] axis axis_for(std::string label, const Values& values, bool logarithmic = false, bool from_zero = false) {
    double low = INFINITY, high = -INFINITY;
    for (const double v : values)
        if (std::isfinite(v) && (!logarithmic || v > 0)) low = std::min(low, v), high = std::max(high, v);
    if (low > high) return {std::move(label), logarithmic ? 0.1 : 0, 1, logarithmic};
    if (logarithmic) return {std::move(label), low / 1.3, high * 1.3, true};
    if (from_zero) low = std::min(low, 0.0);
    const double room = high > low ? (high - low) * 0.05 : std::max(std::abs(high) * 0.1, 1e-12);
    return {std::move(label), from_zero && low == 0 ? 0 : low - room, high + room, false};
}

namespace detail {

/// Round numbers (1, 2 or 5 times a power of ten) between low and high, about `wanted` of them.
inline std::vector<tick> linear_ticks(double low, double high, int wanted) {
    if (!(high > low)) return {{low, significant(low, 2)}};
    const double raw = (high - low) / wanted;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double fraction = raw / power;
    const double step = power * (fraction <= 1.5 ? 1 : fraction <= 3.5 ? 2 : fraction <= 7.5 ? 5 : 10);
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const bool grouped = high >= 10'000 && decimals == 0;
    std::vector<tick> out;
    for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
        out.push_back({i * step, grouped ? whole(std::llround(i * step)) : decimals > 5 ? significant(i * step, 2) : decimal(i * step, decimals)});
    return out;
}

/// Powers of ten; every second, third, ... where they would crowd.
inline std::vector<tick> log_ticks(double low, double high, int wanted) {
    const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9)), last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
    const int stride = std::max(1, (last - first + wanted) / std::max(1, wanted));
    std::vector<tick> out;
    for (int e = first; e <= last; e += stride) {
        const double at = std::pow(10, e);
        out.push_back({at, e >= 0 ? whole(std::llround(at)) : e >= -4 ? decimal(at, -e) : "1e" + std::string{minus_sign} + std::to_string(-e)});
    }
    if (out.size() < 2) // less than two decades: powers of ten alone would leave the axis bare
        for (const double v : {low * 1.05, high / 1.05})
            if (std::ranges::none_of(out, [&](const tick& t) { return std::abs(std::log(t.at / v)) < 0.2; })) out.push_back({v, significant(v, 2)});
    return out;
}

} // namespace detail

/// One chart. Everything is drawn in the order it is added.
class chart {
public:
    chart(axis x, axis y, double width = 440, double height = 280) : x_{std::move(x)}, y_{std::move(y)}, width_{width}, height_{height} {
        if (x_.ticks.empty()) x_.ticks = x_.logarithmic ? detail::log_ticks(x_.low, x_.high, 6) : detail::linear_ticks(x_.low, x_.high, 6);
        if (y_.ticks.empty()) y_.ticks = y_.logarithmic ? detail::log_ticks(y_.low, y_.high, 5) : detail::linear_ticks(y_.low, y_.high, 5);
        std::size_t longest = 0;
        for (const auto& t : y_.ticks) longest = std::max(longest, letters(t.label));
        left_ = 16 + 6.6 * static_cast<double>(longest);
        frame();
    }

    void line(std::span<const point> points, std::string_view colour, double stroke = 1.75, std::string_view dashes = {}) {
        std::string path;
        bool pen_down = false;
        for (const auto& p : points) {
            if (!drawable(p)) { pen_down = false; continue; }
            path += (pen_down ? "L" : "M") + at(p);
            pen_down = true;
        }
        if (path.empty()) return;
        body_ += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + std::string{colour} + "\" stroke-width=\"" + coordinate(stroke) + "\" stroke-linejoin=\"round\"";
        if (!dashes.empty()) body_ += " stroke-dasharray=\"" + std::string{dashes} + "\"";
        body_ += "/>";
    }
    /// Fills between y = `low` and y = `high` of each x.
    void band(std::span<const double> x, std::span<const double> low, std::span<const double> high, std::string_view colour, double opacity = 0.18) {
        std::string path;
        for (std::size_t i = 0; i < x.size(); ++i) path += (i == 0 ? "M" : "L") + at({x[i], high[i]});
        for (std::size_t i = x.size(); i-- > 0;) path += "L" + at({x[i], low[i]});
        if (!path.empty()) body_ += "<path d=\"" + path + "Z\" fill=\"" + std::string{colour} + "\" fill-opacity=\"" + coordinate(opacity) + "\"/>";
    }
    /// A filled box between two corners in data coordinates, for bars.
    void box(point from, point to, std::string_view colour, double opacity = 1) {
        const double x0 = px(from.x), x1 = px(to.x), y0 = py(from.y), y1 = py(to.y);
        body_ += "<rect x=\"" + coordinate(std::min(x0, x1)) + "\" y=\"" + coordinate(std::min(y0, y1)) + "\" width=\"" + coordinate(std::abs(x1 - x0)) + "\" height=\""
                 + coordinate(std::abs(y1 - y0)) + "\" fill=\"" + std::string{colour} + "\"" + (opacity < 1 ? " fill-opacity=\"" + coordinate(opacity) + "\"" : std::string{}) + "/>";
    }
    void dot(point p, std::string_view colour, double radius = 3, double opacity = 1) {
        if (!drawable(p)) return;
        body_ += "<circle cx=\"" + coordinate(px(p.x)) + "\" cy=\"" + coordinate(py(p.y)) + "\" r=\"" + coordinate(radius) + "\" fill=\"" + std::string{colour} + "\"";
        body_ += (opacity < 1 ? " fill-opacity=\"" + coordinate(opacity) + "\"" : std::string{}) + "/>";
    }
    void ring(point p, std::string_view colour, double radius = 5) {
        if (!drawable(p)) return;
        body_ += "<circle cx=\"" + coordinate(px(p.x)) + "\" cy=\"" + coordinate(py(p.y)) + "\" r=\"" + coordinate(radius) + "\" fill=\"#fff\" stroke=\"" + std::string{colour}
                 + "\" stroke-width=\"2\"/>";
    }
    /// A dashed line across the chart at one x.
    void vertical(double x, std::string_view colour) { rule({x, y_.low}, {x, y_.high}, colour); }
    /// A dashed line across the chart at one y.
    void horizontal(double y, std::string_view colour) { rule({x_.low, y}, {x_.high, y}, colour); }
    /// Words beside a point; `anchor` is start, middle or end.
    void label(point p, std::string_view words, std::string_view colour = ink::text, std::string_view anchor = "start", double dx = 0, double dy = 0) {
        body_ += text(px(p.x) + dx, py(p.y) + dy, words, colour, anchor);
    }
    /// One entry of the legend, above the frame; call once per series, in order.
    void legend(std::string_view words, std::string_view colour) {
        const double x = legend_x_ < 0 ? left_ : legend_x_;
        body_ += "<rect x=\"" + coordinate(x) + "\" y=\"7\" width=\"10\" height=\"10\" rx=\"2\" fill=\"" + std::string{colour} + "\"/>" + text(x + 15, 16, words, ink::text, "start");
        legend_x_ = x + 31 + 6.3 * static_cast<double>(letters(words));
    }

    /// The whole chart; `title` is read aloud in place of the picture.
    [[nodiscard]] std::string svg(std::string_view title) const {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(width_) + " " + coordinate(height_) + "\" role=\"img\" aria-label=\"" + escape(title)
               + "\" font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\" font-size=\"12\"><title>" + escape(title) + "</title>" + body_ + "</svg>";
    }

    [[nodiscard]] const axis& x_axis() const { return x_; }
    [[nodiscard]] const axis& y_axis() const { return y_; }

private:
    static constexpr double top_ = 26, right_ = 14, bottom_ = 42;

    /// Letters of UTF-8 text.
    static std::size_t letters(std::string_view words) {
        return static_cast<std::size_t>(std::ranges::count_if(words, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
    static std::string coordinate(double v) {
        char buffer[32];
        std::string out{buffer, std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed, 2).ptr};
        while (out.back() == '0') out.pop_back();
        if (out.back() == '.') out.pop_back();
        return out;
    }
    static double place(const axis& a, double v) {
        if (a.logarithmic) return std::log(std::clamp(v, a.low, a.high) / a.low) / std::log(a.high / a.low);
        return (std::clamp(v, a.low, a.high) - a.low) / (a.high - a.low);
    }
    [[nodiscard]] double px(double x) const { return left_ + place(x_, x) * (width_ - left_ - right_); }
    [[nodiscard]] double py(double y) const { return height_ - bottom_ - place(y_, y) * (height_ - top_ - bottom_); }
    [[nodiscard]] std::string at(point p) const { return coordinate(px(p.x)) + " " + coordinate(py(p.y)); }
    [[nodiscard]] bool drawable(point p) const {
        return std::isfinite(p.x) && std::isfinite(p.y) && !(x_.logarithmic && p.x <= 0) && !(y_.logarithmic && p.y <= 0);
    }
    static std::string text(double x, double y, std::string_view words, std::string_view colour, std::string_view anchor) {
        return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" fill=\"" + std::string{colour} + "\" text-anchor=\"" + std::string{anchor} + "\">" + escape(words) + "</text>";
    }
    static std::string segment(double x0, double y0, double x1, double y1, std::string_view colour, std::string_view more = {}) {
        return "<line x1=\"" + coordinate(x0) + "\" y1=\"" + coordinate(y0) + "\" x2=\"" + coordinate(x1) + "\" y2=\"" + coordinate(y1) + "\" stroke=\"" + std::string{colour} + "\""
               + std::string{more} + "/>";
    }
    void rule(point from, point to, std::string_view colour) {
        body_ += segment(px(from.x), py(from.y), px(to.x), py(to.y), colour, " stroke-dasharray=\"4 3\"");
    }
    void frame() {
        const double x0 = left_, x1 = width_ - right_, y0 = height_ - bottom_;
        for (const auto& t : y_.ticks) {
            if (t.at < y_.low || t.at > y_.high) continue;
            body_ += segment(x0, py(t.at), x1, py(t.at), ink::grid) + text(x0 - 6, py(t.at) + 4, t.label, ink::muted, "end");
        }
        for (const auto& t : x_.ticks) {
            if (t.at < x_.low || t.at > x_.high) continue;
            body_ += segment(px(t.at), y0, px(t.at), y0 + 4, ink::axis) + text(px(t.at), y0 + 17, t.label, ink::muted, "middle");
        }
        body_ += segment(x0, y0, x1, y0, ink::axis);
        body_ += text((x0 + x1) / 2, height_ - 7, x_.label, ink::text, "middle");
        if (!y_.label.empty())
            body_ += text(x1, 16, y_.label, ink::muted, "end"); // upright and at the top: read without turning the head
    }

    axis x_, y_;
    double width_, height_, left_ = 0, legend_x_ = -1;
    std::string body_;
};

} // namespace facet::report
