#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include <facet/data/phantom/anatomy.hpp>

/// Distances to the surfaces of a vertebra in its own frame (mm, negative inside).
namespace facet::phantom {

using point = std::array<double, 3>;

inline double smooth_step(double t) {
    t = std::clamp(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

/// How the height of a broken body is lost over its cross-section: 0 where nothing, 1 where most. `x`, `y` in half widths and depths.
inline double loss_shape(const fracture& f, double x, double y) {
    const double forward = std::clamp(0.5 - 0.5 * y, 0.0, 1.0);
    double s = 0;
    switch (f.kind) {
    case fracture_kind::wedge: s = smooth_step((forward - 0.05) / 0.9); break;
    case fracture_kind::biconcave: s = std::clamp(1 - 0.9 * (y + 0.05) * (y + 0.05) - 0.5 * x * x, 0.12, 1.0); break;
    case fracture_kind::crush: s = 0.72 + 0.28 * forward; break;
    }
    return s * std::max(0.0, 1 + f.tilt * x);
}

/// The body at a place of its cross-section.
struct column {
    double top = 0, bottom = 0; ///< endplates, mm
    double side = 0;            ///< distance to the wall
    double band_low = 0, band_high = 0; ///< pressed trabeculae; empty where healthy
    double lost = 0;            ///< mm of height
};

inline double radius_of(const vertebra& v, double x, double y) {
    const double nx = x / v.half_width, ny = y / v.half_depth;
    const double waist = ny > 0 ? 0.10 * ny * std::exp(-3 * nx * nx) : 0; // the back wall is flat to hollow
    return std::pow(std::pow(std::abs(nx), 2.5) + std::pow(std::abs(ny) + waist, 2.5), 0.4);
}

inline column body_at(const vertebra& v, const point& p) {
    const double x = p[0], y = p[1];
    const double nx = std::clamp(x / v.half_width, -1.2, 1.2), ny = std::clamp(y / v.half_depth, -1.2, 1.2);
    const double half = 0.25 * ((1 - ny) * v.anterior + (1 + ny) * v.posterior);
    const double dish = v.concavity * std::max(0.0, 1 - nx * nx - ny * ny);
    column c{half - dish, -half + dish, 0, 0, 0, 0};
    double bulge = 0;
    if (v.broken) {
        const auto& f = *v.broken;
        c.lost = std::min(f.loss * 0.5 * (v.anterior + v.posterior) * loss_shape(f, nx, ny), 0.62 * (c.top - c.bottom));
        const double thickness = c.lost > 0.8 ? f.band + 0.8 * c.lost : 0;
        if (f.lower) {
            c.bottom += c.lost;
            c.band_low = c.bottom + 0.8, c.band_high = std::min(c.bottom + 0.8 + thickness, c.top - 3);
        } else {
            c.top -= c.lost;
            c.band_high = c.top - 0.8, c.band_low = std::max(c.top - 0.8 - thickness, c.bottom + 3);
        }
        if (thickness == 0) c.band_low = c.band_high = 0;
        const double middle = f.lower ? c.bottom + 2.5 : c.top - 2.5;
        const double near = std::exp(-std::pow((p[2] - middle) / 3.0, 2));
        bulge = near * (f.step * smooth_step(-ny) + 0.12 * c.lost);
    }
    const double waist = 1 - 0.07 * (1 - std::pow(std::clamp(p[2] / std::max(half, 1.0), -1.0, 1.0), 2)); // bodies are slimmer in the middle
    const double mean = 0.5 * (v.half_width + v.half_depth);
    c.side = (radius_of(v, x, y) - waist) * mean - bulge;
    return c;
}

inline double to_body(const column& c, double z) { return std::max({c.side, z - c.top, c.bottom - z}); }

inline double to_capsule(const point& p, const point& a, const point& b, double radius_a, double radius_b) {
    double along = 0, length = 0;
    for (int i = 0; i < 3; ++i) along += (p[i] - a[i]) * (b[i] - a[i]), length += (b[i] - a[i]) * (b[i] - a[i]);
    const double t = std::clamp(along / length, 0.0, 1.0);
    double distance = 0;
    for (int i = 0; i < 3; ++i) distance += std::pow(p[i] - a[i] - t * (b[i] - a[i]), 2);
    return std::sqrt(distance) - (radius_a + t * (radius_b - radius_a));
}

/// Pedicles, laminae, spinous, transverse and articular processes; both sides are mirror images.
inline double to_arch(const vertebra& v, point p) {
    p[0] = std::abs(p[0]);
    const bool lumbar = v.number <= 31;
    const double w = v.half_width, d = v.half_depth, h = 0.5 * (v.anterior + v.posterior);
    const double canal = lumbar ? 18.5 : 16.5, inner = lumbar ? 12.5 : 10.0;
    const double pedicle = lumbar ? 3.6 + 0.9 * (31 - v.number) : 2.8;
    const point root{0.62 * w, 0.85 * d, 0.18 * h}, pillar{inner + 4, d + 0.55 * canal, 0.12 * h}, lamina{0, d + canal + 2, -0.22 * h};
    const double droop = lumbar ? 0.25 : 0.95; // thoracic spinous processes hang down like tiles
    const point tip{0, d + canal + (lumbar ? 26 : 28), -0.22 * h - droop * 22};
    const point wing{lumbar ? w + 17 : w + 12, d + 0.45 * canal + (lumbar ? 2 : 9), 0.15 * h};
    double distance = to_capsule(p, root, pillar, pedicle, pedicle);
    distance = std::min(distance, to_capsule(p, pillar, lamina, 3.4, 3.0));
    distance = std::min(distance, to_capsule(p, lamina, tip, 3.0, lumbar ? 4.0 : 2.6));
    distance = std::min(distance, to_capsule(p, pillar, wing, 3.6, 2.6));
    distance = std::min(distance, to_capsule(p, {inner + 5, d + 0.7 * canal, 0.62 * h}, {inner + 5, d + 0.8 * canal, -0.72 * h}, 3.6, 3.8)); // facet joints
    return distance;
}

/// The spinal canal behind a body.
inline double to_canal(const vertebra& v, const point& p) {
    const bool lumbar = v.number <= 31;
    const double nx = p[0] / (lumbar ? 12.0 : 9.5), ny = (p[1] - v.half_depth - (lumbar ? 8.5 : 8.0)) / (lumbar ? 8.5 : 8.0);
    return (std::sqrt(nx * nx + ny * ny) - 1) * 9;
}

} // namespace facet::phantom
