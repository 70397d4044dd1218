#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <facet/core/units.hpp>
#include <facet/io/png.hpp>
#include <facet/report/font.hpp>

/// Pictures of slices: Hounsfield units in a window, masks as contours, side by side.
namespace facet::report {

struct rgb {
    std::uint8_t r = 0, g = 0, b = 0;
    constexpr bool operator==(const rgb&) const = default;
};
static_assert(sizeof(rgb) == 3);

/// Colours that stay apart for every common kind of colour blindness, and against grey (after Okabe and Ito, 2008).
inline constexpr rgb truth_colour{0, 214, 255}, prediction_colour{255, 153, 0}, ignore_colour{190, 120, 255}, white{255, 255, 255}, black{};

/// A window bone is read in: width 1500, centre 300.
inline constexpr hu bone_window{-450, 1050};

enum class interpolation { nearest, linear };

class canvas {
public:
    canvas(std::size_t width, std::size_t height, rgb background = black) : width_{width}, height_{height}, pixels_(width * height, background) {}

    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::size_t height() const { return height_; }
    [[nodiscard]] rgb& at(std::size_t x, std::size_t y) { return pixels_[y * width_ + x]; }
    [[nodiscard]] rgb at(std::size_t x, std::size_t y) const { return pixels_[y * width_ + x]; }

    /// Does nothing outside the canvas.
    void set(std::ptrdiff_t x, std::ptrdiff_t y, rgb colour) {
        if (x >= 0 && y >= 0 && x < static_cast<std::ptrdiff_t>(width_) && y < static_cast<std::ptrdiff_t>(height_))
            at(static_cast<std::size_t>(x), static_cast<std::size_t>(y)) = colour;
    }
    /// Puts a picture with its upper left corner at (x, y); what reaches over the border is cut.
    void paste(const canvas& picture, std::size_t x, std::size_t y) {
        for (std::size_t row = 0; row < picture.height_; ++row)
            for (std::size_t column = 0; column < picture.width_; ++column)
                set(static_cast<std::ptrdiff_t>(x + column), static_cast<std::ptrdiff_t>(y + row), picture.at(column, row));
    }
    /// Writes a label, its upper left corner at (x, y), each font pixel `scale` pixels wide.
    void write(std::string_view text, std::size_t x, std::size_t y, rgb colour, std::size_t scale = 1) {
        for (const char sign : text) {
            const auto rows = glyph_of(sign);
            for (std::size_t row = 0; row < glyph_height * scale; ++row)
                for (std::size_t column = 0; column < glyph_width * scale; ++column)
                    if (rows[row / scale] >> (glyph_width - 1 - column / scale) & 1)
                        set(static_cast<std::ptrdiff_t>(x + column), static_cast<std::ptrdiff_t>(y + row), colour);
            x += glyph_advance * scale;
        }
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {reinterpret_cast<const std::uint8_t*>(pixels_.data()), pixels_.size() * 3}; }
    [[nodiscard]] std::vector<std::byte> encode() const { return png::encode(bytes(), width_, height_, png::colour::rgb); }
    void save(const std::filesystem::path& path) const { png::write(path, bytes(), width_, height_, png::colour::rgb); }

private:
    std::size_t width_, height_;
    std::vector<rgb> pixels_;
};

namespace detail {

inline std::uint8_t grey_level(double value, hu window) {
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp((value - window.low) / (window.high - window.low), 0.0, 1.0)));
}

/// The value between pixel centres, bilinear, borders repeated.
template <class T> double interpolate(std::span<const T> image, std::size_t width, std::size_t height, double x, double y) {
    x = std::clamp(x, 0.0, static_cast<double>(width - 1));
    y = std::clamp(y, 0.0, static_cast<double>(height - 1));
    const auto x0 = static_cast<std::size_t>(x), y0 = static_cast<std::size_t>(y);
    const auto x1 = std::min(x0 + 1, width - 1), y1 = std::min(y0 + 1, height - 1);
    const double u = x - static_cast<double>(x0), v = y - static_cast<double>(y0);
    const auto value = [&](std::size_t c, std::size_t r) { return static_cast<double>(image[r * width + c]); };
    return (1 - v) * ((1 - u) * value(x0, y0) + u * value(x1, y0)) + v * ((1 - u) * value(x0, y1) + u * value(x1, y1));
}

} // namespace detail

/// A slice of height x width values (HU, or a channel in [0, 1] with window {0, 1}) as grey levels, each pixel `scale` pixels wide.
template <class T>
[[nodiscard]] canvas render(std::span<const T> image, std::size_t width, hu window = bone_window, std::size_t scale = 1,
                            interpolation how = interpolation::linear) {
    const auto height = image.size() / width;
    canvas out{width * scale, height * scale};
    for (std::size_t y = 0; y < out.height(); ++y)
        for (std::size_t x = 0; x < out.width(); ++x) {
            const double value = how == interpolation::nearest
                                     ? static_cast<double>(image[y / scale * width + x / scale])
                                     : detail::interpolate(image, width, height, (static_cast<double>(x) + 0.5) / static_cast<double>(scale) - 0.5,
                                                           (static_cast<double>(y) + 0.5) / static_cast<double>(scale) - 0.5);
            const auto grey = detail::grey_level(value, window);
            out.at(x, y) = {grey, grey, grey};
        }
    return out;
}

/// On which side of a mask's edge its contour runs: truth inside and prediction outside never hide each other.
enum class side { inside, outside };

/// Draws the edges between pixels where `inside` holds and the others, one pixel wide, on a picture rendered at `scale`.
template <class Inside>
void draw_contour(canvas& picture, std::size_t width, std::size_t height, std::size_t scale, rgb colour, side where, Inside&& inside) {
    const auto holds = [&](std::ptrdiff_t x, std::ptrdiff_t y) {
        return x >= 0 && y >= 0 && x < static_cast<std::ptrdiff_t>(width) && y < static_cast<std::ptrdiff_t>(height)
               && inside(static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x));
    };
    const auto s = static_cast<std::ptrdiff_t>(scale);
    const std::ptrdiff_t out = where == side::outside ? 1 : 0;
    for (std::ptrdiff_t y = 0; y < static_cast<std::ptrdiff_t>(height); ++y)
        for (std::ptrdiff_t x = 0; x < static_cast<std::ptrdiff_t>(width); ++x) {
            if (!holds(x, y)) continue;
            const auto left = x * s, right = left + s - 1, top = y * s, bottom = top + s - 1;
            for (std::ptrdiff_t i = -out; i < s + out; ++i) {
                if (!holds(x, y - 1)) picture.set(left + i, top - out, colour);
                if (!holds(x, y + 1)) picture.set(left + i, bottom + out, colour);
                if (!holds(x - 1, y)) picture.set(left - out, top + i, colour);
                if (!holds(x + 1, y)) picture.set(right + out, top + i, colour);
            }
        }
}

/// Contour of the mask's fracture (value 1).
inline void draw_mask(canvas& picture, std::span<const std::uint8_t> mask, std::size_t width, std::size_t scale, rgb colour, side where = side::inside) {
    draw_contour(picture, width, mask.size() / width, scale, colour, where, [&](std::size_t i) { return mask[i] == 1; });
}

/// Hatches, half transparent, what the mask leaves open (value 255): neither fracture nor healthy, counted nowhere.
inline void hatch_ignored(canvas& picture, std::span<const std::uint8_t> mask, std::size_t width, std::size_t scale, rgb colour = ignore_colour) {
    constexpr std::size_t period = 7;
    const auto half = [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>((a + b) / 2); };
    for (std::size_t y = 0; y < picture.height(); ++y)
        for (std::size_t x = 0; x < picture.width(); ++x)
            if (auto& p = picture.at(x, y); mask[y / scale * width + x / scale] == 255 && (x + y) % period == 0) p = {half(p.r, colour.r), half(p.g, colour.g), half(p.b, colour.b)};
}

/// The end of a text that is too long for `width` pixels, where names of patients differ.
[[nodiscard]] inline std::string fitted(const std::string& text, std::size_t width) {
    const auto most = width / glyph_advance;
    return text.size() <= most || most < 3 ? text : ".." + text.substr(text.size() - (most - 2));
}

/// Words in the upper left corner of a picture, with a shadow that keeps them readable on bone.
[[nodiscard]] inline canvas labelled(canvas picture, std::span<const std::string> words) {
    constexpr std::size_t margin = 3;
    for (std::size_t line = 0; line < words.size(); ++line) {
        const auto text = fitted(words[line], picture.width() - std::min(picture.width(), 2 * margin));
        picture.write(text, margin + 1, margin + 1 + line * 10, black);
        picture.write(text, margin, margin + line * 10, white);
    }
    return picture;
}

/// Pictures in a grid of `columns`, row by row, `gap` pixels apart and from the border; every cell has the size of the largest picture.
[[nodiscard]] inline canvas montage(std::span<const canvas> pictures, std::size_t columns, std::size_t gap = 4, rgb background = white) {
    std::size_t width = 0, height = 0;
    for (const auto& picture : pictures) width = std::max(width, picture.width()), height = std::max(height, picture.height());
    const auto rows = (pictures.size() + columns - 1) / columns;
    canvas out{columns * (width + gap) + gap, rows * (height + gap) + gap, background};
    for (std::size_t i = 0; i < pictures.size(); ++i) out.paste(pictures[i], gap + i % columns * (width + gap), gap + i / columns * (height + gap));
    return out;
}

} // namespace facet::report
