#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/data/phantom/anatomy.hpp>
#include <facet/data/phantom/shape.hpp>
#include <facet/data/volume.hpp>

/// A patient as a scan: bones, soft tissue, texture, noise.
namespace facet::phantom {

struct scan {
    ct_volume ct;
    label_volume vertebrae;
    mask_volume fractures;
};

/// Smooth random values around 0 with a standard deviation of about 1, at lattice distance 1: hashed lattice points, interpolated.
inline double value_noise(std::uint64_t key, double x, double y, double z) {
    const double fx = std::floor(x), fy = std::floor(y), fz = std::floor(z);
    const double tx = smooth_step(x - fx), ty = smooth_step(y - fy), tz = smooth_step(z - fz);
    const auto at = [&](int dx, int dy, int dz) {
        const auto lattice = [](double f, int d) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(f) + d + (1 << 20)); };
        return rng::unit(rng::mix(key ^ (lattice(fx, dx) | lattice(fy, dy) << 21 | lattice(fz, dz) << 42)));
    };
    const auto mix = [](double t, double a, double b) { return a + t * (b - a); };
    const auto plane = [&](int dz) { return mix(ty, mix(tx, at(0, 0, dz), at(1, 0, dz)), mix(tx, at(0, 1, dz), at(1, 1, dz))); };
    return (mix(tz, plane(0), plane(1)) - 0.5) * 5.2;
}

namespace detail {

/// Soft tissue at a point: muscle marbled with fat, lungs beside the thoracic spine, the aorta in front.
inline double soft_tissue(const patient& p, double x, double y, double z, double spine_back, double thorax_from) {
    const double marbling = value_noise(p.texture ^ 1, x / 9, y / 9, z / 14);
    double hu = p.muscle + smooth_step(marbling - 0.7) * (p.fat - p.muscle) + 6 * value_noise(p.texture ^ 2, x / 3, y / 3, z / 4);
    const double forward = spine_back - y;
    if (forward > 8) hu += smooth_step((forward - 12) / 10) * (p.fat - hu) * 0.8; // fat in front
    const double lung = std::min(std::abs(x) - 30 - 0.25 * std::max(0.0, -forward), 70 + forward);
    hu += smooth_step(lung / 3) * smooth_step((z - thorax_from) / 25) * (-860 - hu);
    const double vessel = std::hypot(x - 16, forward - 30) - 12; // left of the midline, in front
    return hu + smooth_step(0.5 - vessel / 2) * (p.aorta - hu);
}

/// Bone `depth` mm below its surface: a shell that CT shows twice as thick as it is, then trabeculae.
inline double bone(double depth, double inside, double shell) { return inside + (shell - inside) * std::exp(-std::pow((depth - 0.5) / 1.0, 2)); }

class painter {
public:
    explicit painter(const patient& p, const geometry& grid) : patient_{p}, grid_{grid}, out_{ct_volume{grid}, label_volume{grid}, mask_volume{grid}}, hu_{xt::xtensor<float, 3>::from_shape(out_.ct.voxels.shape())} {}

    scan paint() {
        background();
        for (const auto& v : patient_.spine) add(v);
        digitise();
        return std::move(out_);
    }

private:
    void background() {
        const double thorax_from = patient_.spine[7].shift; // T11 and up
        for (std::size_t k = 0; k < grid_.size[2]; ++k) {
            const double z = grid_.origin[2] + static_cast<double>(k) * grid_.spacing[2];
            const double back = spine_back(z);
            for (std::size_t j = 0; j < grid_.size[1]; ++j)
                for (std::size_t i = 0; i < grid_.size[0]; ++i)
                    hu_(k, j, i) = static_cast<float>(soft_tissue(patient_, x_of(i), y_of(j), z, back, thorax_from));
        }
    }

    [[nodiscard]] double spine_back(double z) const {
        const auto& s = patient_.spine;
        for (std::size_t n = 1; n < s.size(); ++n)
            if (z <= s[n].shift) return s[n - 1].back + (s[n].back - s[n - 1].back) * std::clamp((z - s[n - 1].shift) / (s[n].shift - s[n - 1].shift), 0.0, 1.0);
        return s.back().back;
    }
    [[nodiscard]] double x_of(std::size_t i) const { return grid_.origin[0] + static_cast<double>(i) * grid_.spacing[0]; }
    [[nodiscard]] double y_of(std::size_t j) const { return grid_.origin[1] + static_cast<double>(j) * grid_.spacing[1]; }

    void add(const vertebra& v) {
        const auto range = [&](int axis, double low, double high) {
            const auto to = [&](double at) { return std::clamp((at - grid_.origin[axis]) / grid_.spacing[axis], 0.0, static_cast<double>(grid_.size[axis])); };
            return std::pair{static_cast<std::size_t>(to(low)), static_cast<std::size_t>(to(high))};
        };
        const double reach = 0.5 * std::max(v.anterior, v.posterior);
        const auto [k0, k1] = range(2, v.shift - reach - 34, v.shift + reach + 12);
        const auto [j0, j1] = range(1, v.back - v.half_depth - 12, v.back + v.half_depth + 56);
        const auto [i0, i1] = range(0, v.lateral - v.half_width - 24, v.lateral + v.half_width + 24);
        const double c = std::cos(v.lean), s = std::sin(v.lean), cr = std::cos(v.roll), sr = std::sin(v.roll);
        for (auto k = k0; k < k1; ++k)
            for (auto j = j0; j < j1; ++j)
                for (auto i = i0; i < i1; ++i) {
                    const double x = x_of(i) - v.lateral, y = y_of(j) - v.back, z = grid_.origin[2] + static_cast<double>(k) * grid_.spacing[2] - v.shift;
                    const double y1 = c * y - s * z, z1 = s * y + c * z;
                    voxel(v, {cr * x - sr * z1, y1, sr * x + cr * z1}, k, j, i);
                }
    }

    void voxel(const vertebra& v, const point& p, std::size_t k, std::size_t j, std::size_t i) {
        auto& hu = hu_(k, j, i);
        const column body = body_at(v, p);
        const double to_bone = to_body(body, p[2]);
        const double arch = p[1] > 0.3 * v.half_depth ? to_arch(v, p) : std::numeric_limits<double>::max();
        const double canal = to_canal(v, p);
        if (canal < 0 && std::abs(p[2]) < 20 && out_.vertebrae.voxels(k, j, i) == 0) hu = 28;
        if (body.side < 0 && p[2] < body.bottom && p[2] > body.bottom - v.disc - 14 && out_.vertebrae.voxels(k, j, i) == 0)
            hu = static_cast<float>(patient_.disc + 6 * value_noise(patient_.texture ^ 3, p[0] / 4, p[1] / 4, p[2] / 2));
        const double distance = std::min(to_bone, canal < 0 ? std::numeric_limits<double>::max() : arch);
        if (distance > 0.9) return;

        const double opaque = smooth_step(0.5 - distance / 1.8);
        hu += static_cast<float>(opaque * ((to_bone <= arch ? body_hu(v, body, p, -to_bone) : arch_hu(v, p, -arch)) - hu));
        if (distance > 0) return;
        out_.vertebrae.voxels(k, j, i) = static_cast<std::uint8_t>(v.number);
        // The band is soft-edged in the picture, so the mask takes what is pressed by half or more.
        out_.fractures.voxels(k, j, i) = v.broken && to_bone < 0 && pressed(v, body, p) >= 0.5 ? 1 : 0;
    }

    /// Share of pressed trabeculae at a point: the band follows the endplate that gave way, unevenly.
    [[nodiscard]] double pressed(const vertebra& v, const column& c, const point& p) const {
        if (c.band_high <= c.band_low) return 0;
        const double uneven = 0.7 * value_noise(patient_.texture ^ static_cast<std::uint64_t>(v.number * 8 + 5), p[0] / 6, p[1] / 6, 0.5);
        return smooth_step((p[2] - c.band_low - uneven) / 1.2 + 0.5) * smooth_step((c.band_high - p[2]) / 0.8 + 0.5) * smooth_step((c.lost - 0.6) / 0.8);
    }

    [[nodiscard]] double body_hu(const vertebra& v, const column& c, const point& p, double depth) const {
        const auto key = patient_.texture ^ static_cast<std::uint64_t>(v.number * 8);
        const double grain = value_noise(key ^ 1, p[0] / 1.6, p[1] / 1.6, p[2] / 2.4), patch = value_noise(key ^ 2, p[0] / 7, p[1] / 7, p[2] / 6);
        double inside = v.trabecular * (1 + 0.16 * patch) + 0.22 * (v.trabecular + 60) * grain;
        if (v.broken) inside += pressed(v, c, p) * v.broken->density * (v.trabecular + 60) * (1 + 0.3 * grain);
        const double wall = bone(depth, inside, 330 + 0.6 * v.trabecular), plates = std::min(c.top - p[2], p[2] - c.bottom);
        return plates < -c.side ? bone(plates, inside, 300 + 0.7 * v.trabecular) : wall;
    }

    [[nodiscard]] double arch_hu(const vertebra& v, const point& p, double depth) const {
        const double grain = value_noise(patient_.texture ^ static_cast<std::uint64_t>(v.number * 8 + 4), p[0] / 1.8, p[1] / 1.8, p[2] / 2.4);
        return bone(depth, 260 + 1.1 * v.trabecular + 60 * grain, 720 + 1.5 * v.trabecular);
    }

    /// Noise of a reconstruction kernel: white, smoothed in the plane of the slice only.
    void digitise() {
        const auto nz = grid_.size[2], ny = grid_.size[1], nx = grid_.size[0];
        xt::xtensor<float, 2> white = xt::zeros<float>({ny, nx}), across = white;
        for (std::size_t k = 0; k < nz; ++k) {
            rng::stream draw{rng::key(patient_.texture, std::uint64_t{'n'}, k)};
            for (auto& w : white) w = static_cast<float>(draw.normal());
            for (std::size_t j = 0; j < ny; ++j)
                for (std::size_t i = 0; i < nx; ++i) across(j, i) = 0.5f * white(j, i) + 0.25f * (white(j, i > 0 ? i - 1 : 0) + white(j, std::min(i + 1, nx - 1)));
            for (std::size_t j = 0; j < ny; ++j)
                for (std::size_t i = 0; i < nx; ++i) {
                    const float smooth = 0.5f * across(j, i) + 0.25f * (across(j > 0 ? j - 1 : 0, i) + across(std::min(j + 1, ny - 1), i));
                    const float value = hu_(k, j, i) + static_cast<float>(patient_.noise) / 0.375f * smooth; // 0.375 is what smoothing leaves of the deviation
                    out_.ct.voxels(k, j, i) = static_cast<std::int16_t>(std::clamp(std::lround(value), -1024l, 3071l));
                }
        }
    }

    const patient& patient_;
    geometry grid_;
    scan out_;
    xt::xtensor<float, 3> hu_;
};

} // namespace detail

/// Renders on a grid that holds the whole spine of `patient`; `spacing` in mm.
inline scan render(const patient& p, const std::array<double, 3>& spacing) {
    double front = 0, back = 0, side = 0;
    for (const auto& v : p.spine) {
        front = std::min(front, v.back - v.half_depth - 30);
        back = std::max(back, v.back + v.half_depth + 58);
        side = std::max(side, v.half_width + 26 + std::abs(v.lateral));
    }
    // S1 is cut by the lower border and T3 by the upper one, as the ends of a scan are.
    const double low = p.spine.front().shift - 6, high = p.spine.back().shift + 4;
    geometry grid;
    grid.spacing = spacing;
    grid.origin = {-side, front, low};
    grid.size = {static_cast<std::size_t>(2 * side / spacing[0]) + 1, static_cast<std::size_t>((back - front) / spacing[1]) + 1, static_cast<std::size_t>((high - low) / spacing[2]) + 1};
    return detail::painter{p, grid}.paint();
}

} // namespace facet::phantom
