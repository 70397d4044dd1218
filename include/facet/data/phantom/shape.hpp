#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <facet/data/phantom/anatomy.hpp>
#include <facet/data/phantom/texture.hpp>

/// Distances to the surfaces of a vertebra in its own frame: mm, negative inside.
namespace facet::phantom {

using point = std::array<double, 3>;

/// The smaller of two distances, rounded where they meet.
inline double rounded_min(double a, double b, double radius) {
    const double h = std::max(radius - std::abs(a - b), 0.0) / radius;
    return std::min(a, b) - 0.25 * radius * h * h;
}
inline double rounded_max(double a, double b, double radius) { return -rounded_min(-a, -b, radius); }

/// The body at a place of its cross-section.
struct column {
    double top = 0, bottom = 0;         ///< endplates
    double side = 0;                    ///< distance to the wall
    double band_low = 0, band_high = 0; ///< pressed trabeculae; empty where nothing broke
    double lost = 0;                    ///< of the height
    double buckled = 0;                 ///< how far the wall was pushed out here
};

/// The height around the broken endplate, 1 at it and 0 away from it.
inline double near_break(const vertebra& v, const column& c, double z) {
    const double t = (z - (v.broken->lower ? c.bottom + 2.5 : c.top - 2.5)) / 3.2;
    return std::exp(-t * t);
}

namespace detail {

/// 1 on the outline of the cross-section: rounded in front, flat to hollow behind.
inline double radius_of(double nx, double ny) {
    const double hollow = ny > 0 ? 0.12 * ny * std::exp(-3 * nx * nx) : 0;
    const double x = std::abs(nx), y = std::abs(ny) + hollow;
    return std::pow(x * x * std::sqrt(x) + y * y * std::sqrt(y), 0.4);
}

/// The broken endplate comes down, unevenly, and presses the trabeculae before it into a band.
inline void break_plate(const vertebra& v, const texture& noise, double x, double y, double nx, double ny, column& c) {
    const auto& f = *v.broken;
    const double uneven = f.rough * noise(static_cast<std::uint64_t>(v.number) * 16 + 5, x / 7, y / 7, 0);
    const double height = c.top - c.bottom;
    c.lost = std::clamp(f.loss * v.height() * loss_shape(f, nx, ny), 0.0, 0.66 * height);
    const double share = smooth_step((c.lost - 0.5) / 1.5), depth = c.lost + share * uneven, thickness = share * (f.band + 0.7 * c.lost + 0.8 * uneven);
    if (f.lower) {
        c.bottom += depth;
        c.band_low = c.bottom + 0.4, c.band_high = std::min(c.band_low + thickness, c.top - 2.5);
    } else {
        c.top -= depth;
        c.band_high = c.top - 0.4, c.band_low = std::max(c.band_high - thickness, c.bottom + 2.5);
    }
    if (thickness < 0.8) c.band_low = c.band_high = 0;
}

} // namespace detail

inline column body_at(const vertebra& v, const texture& noise, const point& p) {
    const double rx = p[0] / v.half_width, ry = p[1] / v.half_depth;
    const double nx = std::clamp(rx, -1.25, 1.25), ny = std::clamp(ry, -1.25, 1.25);
    const double half = 0.25 * ((1 - ny) * v.anterior + (1 + ny) * v.posterior);
    const double radius = detail::radius_of(rx, ry), inner = std::max(0.0, 1 - radius * radius), hollow = std::sqrt(inner) * inner;
    const double ax = nx - v.node_x, ay = ny - v.node_y, node = v.node * std::exp(-12 * (ax * ax + ay * ay));
    column c;
    c.top = half - v.dish_top * hollow;
    c.bottom = -half + v.dish_bottom * hollow + node;
    double out = 0;
    if (v.broken) {
        detail::break_plate(v, noise, p[0], p[1], nx, ny, c);
        const double forward = smooth_step(0.2 - 1.2 * ny), backward = smooth_step(1.4 * ny - 0.4) * (v.broken->loss > 0.4 ? 0.28 : 0.08);
        c.buckled = near_break(v, c, p[2]) * (v.broken->step * forward * smooth_step(c.lost / 3) + (0.15 + backward) * c.lost);
        out += c.buckled;
    }
    // Bodies are slimmer in the middle, their rims stick out, in front and at the sides where they are worn.
    const double middle = 0.5 * (c.top + c.bottom), t = std::clamp((p[2] - middle) / std::max(0.5 * (c.top - c.bottom), 1.0), -1.0, 1.0);
    const double waist = 1 - 0.085 * (1 - t * t), rim = 1 - std::abs(t);
    const double worn = v.osteophyte * smooth_step(0.7 - ny) * (0.7 + 0.5 * noise(static_cast<std::uint64_t>(v.number) * 16 + 6, p[0] / 9, p[1] / 9, p[2] > middle ? 3 : 0));
    out += std::max(0.0, worn) * std::exp(-rim * rim / 0.03);
    c.side = (radius - waist) * 0.5 * (v.half_width + v.half_depth) - out;
    return c;
}

inline double to_body(const column& c, double z) { return rounded_max(c.side, rounded_max(z - c.top, c.bottom - z, 0.5), 1.6); }

namespace detail {

inline double squared(double x) { return x * x; }

inline double to_capsule(const point& p, const point& a, const point& b, double radius_a, double radius_b) {
    double along = 0, length = 0;
    for (std::size_t i = 0; i < 3; ++i) along += (p[i] - a[i]) * (b[i] - a[i]), length += squared(b[i] - a[i]);
    const double t = std::clamp(along / length, 0.0, 1.0);
    double distance = 0;
    for (std::size_t i = 0; i < 3; ++i) distance += squared(p[i] - a[i] - t * (b[i] - a[i]));
    return std::sqrt(distance) - (radius_a + t * (radius_b - radius_a));
}

/// A plate: a thick line in the plane of (u, v), stretched by `half` to both sides along w, its edges rounded by `edge`.
inline double to_plate(double u, double v, double w, std::array<double, 2> a, std::array<double, 2> b, double radius, double half, double edge) {
    const double du = b[0] - a[0], dv = b[1] - a[1];
    const double t = std::clamp(((u - a[0]) * du + (v - a[1]) * dv) / (du * du + dv * dv), 0.0, 1.0);
    const double flat = std::sqrt(squared(u - a[0] - t * du) + squared(v - a[1] - t * dv)) - radius + edge, across = std::abs(w) - half + edge;
    return std::min(std::max(flat, across), 0.0) + std::hypot(std::max(flat, 0.0), std::max(across, 0.0)) - edge;
}

/// Where the neural arch of a vertebra lies.
struct arch_frame {
    double depth, height, canal, inner; ///< of body, canal; from the midline to the inner wall of the pedicle
    double pedicle;                     ///< half its width; the widest ones run obliquely
    bool lumbar;
    explicit arch_frame(const vertebra& v)
        : depth{v.half_depth}, height{v.height()}, canal{v.lumbar() ? 17.5 : 15.5}, inner{v.lumbar() ? 11.2 + 0.5 * std::max(0, 31 - v.number) : 8.8}, pedicle{std::min(0.5 * v.pedicle, 6.0)},
          lumbar{v.lumbar()} {}
};

} // namespace detail

/// Pedicles, laminae, articular, transverse and spinous processes; both sides are mirror images.
inline double to_arch(const vertebra& v, const texture& noise, const point& p) {
    using namespace detail;
    const arch_frame f{v};
    // No bone is as even as a drawing.
    const double uneven = 0.55 * noise(static_cast<std::uint64_t>(v.number) * 16 + 9, p[0] / 7, p[1] / 7, p[2] / 7);
    const double x = std::abs(p[0]), y = p[1], z = p[2], d = f.depth, c = f.canal, h = f.height, w = v.half_width;
    const double pillar_x = f.inner + f.pedicle, pillar_y = d + 0.55 * c;
    // Pedicle: from the upper half of the body backwards.
    double distance = to_plate(x, y, z - 0.2 * h, {std::min(0.9 * pillar_x, w - f.pedicle - 1), 0.8 * d}, {pillar_x, pillar_y}, f.pedicle, f.lumbar ? 7.2 : 6.2, std::min(f.pedicle, 3.2));
    // Lamina: slopes back and down, higher than thick.
    const double sloped = y - 0.28 * (0.1 * h - z);
    distance = rounded_min(distance, to_plate(x, sloped, z + 0.12 * h, {pillar_x, pillar_y}, {0, d + c + 3}, 3.2, f.lumbar ? 9 : 8, 2.2), 3.5);
    // Spinous process: a blade in the midline, thicker at its end; thoracic ones hang down like tiles.
    const double back = (f.lumbar ? 27 : 25) * v.spinous, drop = (f.lumbar ? 5 : v.number <= 33 ? 10 : 20) + v.lean_of_process;
    const double begin = d + c + (f.lumbar ? 7 : 3), low = f.lumbar ? -0.2 * h : -0.15 * h;
    const double lip = f.lumbar ? 1.6 * smooth_step((y - begin - 8) / 10) : 0;
    distance = rounded_min(distance, to_plate(y, z, x, {begin, low}, {d + c + back - 4, low - drop}, (f.lumbar ? 7.0 : 4.2) + lip, 3.0 + 0.06 * (y - begin) + 0.5 * lip, 2.4), 3.5);
    // Transverse process: flat and sideways, or stout and backwards to carry a rib.
    const point root{pillar_x, pillar_y - 1, 0.2 * h};
    const double reach = f.lumbar ? w + (v.number == 29 ? 22 : 17) : w + (v.number <= 33 ? 3 : 13);
    const point wing{reach, f.lumbar ? d + 0.5 * c : d + c + 1, f.lumbar ? 0.16 * h : 0.3 * h};
    distance = rounded_min(distance, to_capsule({x, root[1] + (y - root[1]) * (f.lumbar ? 1.25 : 1), z}, root, wing, 4.2, f.lumbar ? 2.8 : 4.0), 3);
    // Articular processes: the upper one before the lower one of the vertebra above.
    distance = rounded_min(distance, to_capsule({x, y, z}, {pillar_x + 0.5, d + 0.6 * c, 0.1 * h}, {pillar_x + 2.5, d + 0.46 * c, 0.76 * h}, 3.8, 2.6), 2);
    distance = rounded_min(distance, to_capsule({x, y, z}, {pillar_x - 0.5, d + 0.85 * c, 0}, {pillar_x + 0.5, d + 0.92 * c, -0.84 * h}, 3.8, 2.6), 2);
    return distance + uneven;
}

/// The pair of ribs of a thoracic vertebra; no part of its label.
inline double to_rib(const vertebra& v, point p) {
    using namespace detail;
    p[0] = std::abs(p[0]);
    const arch_frame f{v};
    const double w = v.half_width, d = f.depth, h = f.height;
    const point head{0.9 * w + 1.5, 0.75 * d, 0.5 * h}, tubercle{w + 15, d + f.canal - 8, 0.34 * h}, angle{w + 36, d + f.canal - 1, -0.25 * h}, side{w + 60, 0.7 * d, -0.9 * h};
    return std::min({to_capsule(p, head, tubercle, 4.2, 3.6), to_capsule(p, tubercle, angle, 4, 4.2), to_capsule(p, angle, side, 4.2, 4.2)});
}

/// The spinal canal, and how far inside its wall a point lies.
inline double to_canal(const vertebra& v, const point& p) {
    const detail::arch_frame f{v};
    const double rx = f.inner + 0.6, ry = 0.5 * f.canal + 0.2;
    return (std::hypot(p[0] / rx, (p[1] - v.half_depth - ry) / ry) - 1) * ry;
}

} // namespace facet::phantom
