#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/data/phantom/anatomy.hpp>
#include <facet/data/phantom/shape.hpp>
#include <facet/data/phantom/soft_tissue.hpp>
#include <facet/data/phantom/texture.hpp>
#include <facet/data/volume.hpp>

/// A patient as a scan: bones in soft tissue, blurred as a scanner blurs them, with noise.
namespace facet::phantom {

struct scan {
    ct_volume ct;
    label_volume vertebrae;
    mask_volume fractures;
};

namespace detail {

/// The share of a blurred surface's inner side at `distance` (mm, negative inside): the normal distribution, by Tocher's logistic.
inline double inside_share(double distance, double blur) { return 1 / (1 + std::exp(1.5957691 * distance / blur)); }

/// A cortex of `thickness` mm and 1,200 HU just under the surface is thinner than a voxel: what the blur leaves of it, over the HU around.
inline double shell(double distance, double thickness, double blur, double around) {
    const double t = (distance + 0.5 * thickness) / std::hypot(blur, thickness / 3.46);
    return std::abs(t) > 4 ? 0 : thickness * (1200 - around) / (2.5066 * std::hypot(blur, thickness / 3.46)) * std::exp(-0.5 * t * t);
}

class painter {
public:
    painter(const patient& p, const geometry& grid)
        : patient_{p}, grid_{grid}, noise_{p.texture}, out_{ct_volume{grid}, label_volume{grid}, mask_volume{grid}}, hu_{xt::xtensor<float, 3>::from_shape(out_.ct.voxels.shape())},
          nearest_{xt::xtensor<float, 3>::from_shape(out_.ct.voxels.shape())} {
        nearest_.fill(0);
        // Blur of the scanner (0.5 mm) and of the voxel itself: within the slice, and along the spine.
        in_plane_ = std::hypot(0.5, 0.5 * (grid.spacing[0] + grid.spacing[1]) / std::sqrt(12.0));
        along_ = std::hypot(0.5, grid.spacing[2] / std::sqrt(12.0));
    }

    scan paint() {
        background();
        for (const auto& v : patient_.spine) each_voxel(v, {v.half_width + 4, v.half_depth + 4, 0.5 * v.height() + v.disc + 4}, 0, [&](const point& p, std::size_t at) { disc_and_canal(v, p, at); });
        for (const auto& v : patient_.spine) {
            if (!v.lumbar()) each_voxel(v, {v.half_width + 64, v.half_depth + 24, 24}, 0, [&](const point& p, std::size_t at) { rib(v, p, at); });
            each_voxel(v, {v.half_width + 24, v.half_depth + 6, v.height() + 6}, 48, [&](const point& p, std::size_t at) { bone(v, p, at); });
        }
        digitise();
        return std::move(out_);
    }

private:
    [[nodiscard]] double at(std::size_t axis, std::size_t i) const { return grid_.origin[axis] + static_cast<double>(i) * grid_.spacing[axis]; }

    void background() {
        const soft_tissue tissue{patient_, noise_};
        auto* hu = hu_.data();
        for (std::size_t k = 0; k < grid_.size[2]; ++k) {
            const double z = at(2, k);
            const auto section = section_at(patient_, z);
            for (std::size_t j = 0; j < grid_.size[1]; ++j)
                for (std::size_t i = 0; i < grid_.size[0]; ++i) *hu++ = static_cast<float>(tissue(section, at(0, i), at(1, j), z));
        }
    }

    /// Visits the voxels of a box around a vertebra, in the vertebra's frame; `behind` mm more at the back.
    template <class Visit> void each_voxel(const vertebra& v, const point& reach, double behind, Visit visit) {
        const double c = std::cos(v.lean), s = std::sin(v.lean), cr = std::cos(v.roll), sr = std::sin(v.roll);
        const auto range = [&](std::size_t axis, double low, double high) {
            const auto to = [&](double mm) { return static_cast<std::size_t>(std::clamp((mm - grid_.origin[axis]) / grid_.spacing[axis], 0.0, static_cast<double>(grid_.size[axis]))); };
            return std::pair{to(low), to(high + grid_.spacing[axis])};
        };
        const double tilt = std::abs(s) * (reach[1] + behind), z_reach = reach[2] + std::abs(sr) * reach[0];
        const auto [i0, i1] = range(0, v.x - reach[0], v.x + reach[0]);
        const auto [j0, j1] = range(1, v.y - reach[1] - std::abs(s) * reach[2], v.y + reach[1] + behind + std::abs(s) * reach[2]);
        const auto [k0, k1] = range(2, v.z - z_reach - tilt, v.z + z_reach + tilt);
        for (auto k = k0; k < k1; ++k)
            for (auto j = j0; j < j1; ++j) {
                const double y = at(1, j) - v.y, z = at(2, k) - v.z, y1 = c * y - s * z, z1 = s * y + c * z;
                if (y1 < -reach[1] || y1 > reach[1] + behind || std::abs(z1) > reach[2] + std::abs(sr) * reach[0] + (y1 > reach[1] ? 18 : 0)) continue;
                for (auto i = i0; i < i1; ++i) {
                    const double x = at(0, i) - v.x;
                    visit({cr * x - sr * z1, y1, sr * x + cr * z1}, (k * grid_.size[1] + j) * grid_.size[0] + i);
                }
            }
    }

    void disc_and_canal(const vertebra& v, const point& p, std::size_t at) {
        auto& hu = hu_.data()[at];
        const double canal = to_canal(v, p), reach = 0.5 * v.height() + 0.5 * v.disc + 1.5;
        if (canal < 2 && std::abs(p[2]) < reach) {
            const double sac = canal + (v.lumbar() ? 2.6 : 1.8);
            hu += static_cast<float>(inside_share(canal, 1.0) * (patient_.fat + 25 - hu));
            hu += static_cast<float>(inside_share(sac, 0.8) * (26 - hu));
            if (!v.lumbar()) hu += static_cast<float>(inside_share(std::hypot(p[0], p[1] - v.half_depth - 7.5) - 4.2, 0.8) * (40 - hu));
        }
        const double radius = radius_of(p[0] / v.half_width, p[1] / v.half_depth), side = (radius - 1) * 0.5 * (v.half_width + v.half_depth) - 0.8;
        if (side > 3 || std::abs(p[2]) > reach) return;
        const double ring = 18 * smooth_step((radius - 0.55) / 0.35); // the annulus is denser than the nucleus
        const double disc = patient_.disc - 8 + ring + 5 * noise_(static_cast<std::uint64_t>(v.number) * 16 + 7, p[0] / 4, p[1] / 4, p[2] / 2);
        hu += static_cast<float>(inside_share(side, in_plane_) * (disc - hu));
    }

    void rib(const vertebra& v, const point& p, std::size_t at) {
        const double distance = to_rib(v, p);
        if (distance > 3) return;
        auto& hu = hu_.data()[at];
        const double marrow = 90 + 0.5 * v.trabecular + 40 * noise_(12, p[0] / 2, p[1] / 2, p[2] / 2);
        hu += static_cast<float>(inside_share(distance, 0.75) * (marrow - hu) + shell(distance, 0.9, 0.75, 150));
    }

    void bone(const vertebra& v, const point& p, std::size_t at) {
        const bool back = p[1] > 0.45 * v.half_depth, front = p[1] < v.half_depth + 9 && std::abs(p[0]) < v.half_width + 9;
        const double far = std::numeric_limits<double>::infinity();
        const column body = front ? body_at(v, noise_, p) : column{};
        const double to_bone = front ? to_body(body, p[2]) : far, arch = back ? to_arch(v, noise_, p) : far;
        double distance = std::min(to_bone, arch);
        if (distance > 3) return;
        if (back && front) distance = rounded_min(to_bone, arch, 2.5);
        const double canal = front && back ? to_canal(v, p) : far; // nothing of the bone grows into it
        if (canal < 0 && to_bone > 0) distance = std::max(distance, -canal);

        // Endplates lie across the slices, walls along them: each is blurred by its own direction.
        const bool plate = to_bone <= arch && std::max(p[2] - body.top, body.bottom - p[2]) > body.side;
        const double rise = plate ? std::cos(v.lean) : to_bone <= arch ? 0.35 : 0.58, blur = std::hypot(in_plane_ * std::sqrt(1 - rise * rise), along_ * rise);
        const double share = inside_share(distance, blur);
        const double inside = to_bone <= arch ? body_hu(v, body, p) : arch_hu(v, p);
        auto& hu = hu_.data()[at];
        hu += static_cast<float>(share * (inside - hu));
        hu += static_cast<float>(to_bone <= arch ? shell(distance, v.shell * (plate ? 1.0 : 0.9), blur, inside) : shell(distance, cortex(v, p), blur, inside));
        if (distance >= 0 || distance >= static_cast<double>(nearest_.data()[at])) return;
        nearest_.data()[at] = static_cast<float>(distance);
        out_.vertebrae.voxels.data()[at] = static_cast<std::uint8_t>(v.number);
        out_.fractures.voxels.data()[at] = is_broken(v, body, to_bone, p) ? 1 : 0;
    }

    /// Broken bone: trabeculae pressed by half or more, and the cortex where it buckles out.
    [[nodiscard]] bool is_broken(const vertebra& v, const column& c, double to_bone, const point& p) const {
        if (!v.broken || !v.sample || to_bone >= 0) return false;
        return pressed(c, p) >= 0.5 || (c.buckled > 0.9 && c.side > -1.6 && c.lost > 1.5 && near_break(v, c, p[2]) > 0.55);
    }

    /// Share of pressed trabeculae at a point, as the blur shows it.
    [[nodiscard]] double pressed(const column& c, const point& p) const {
        if (c.band_high <= c.band_low) return 0;
        return inside_share(c.band_low - p[2], along_) * inside_share(p[2] - c.band_high - 0.6, along_);
    }

    [[nodiscard]] double body_hu(const vertebra& v, const column& c, const point& p) const {
        const auto what = static_cast<std::uint64_t>(v.number) * 16;
        const double grain = noise_(what + 1, p[0] / 1.3, p[1] / 1.3, p[2] / 3.2), patch = noise_(what + 2, p[0] / 6, p[1] / 6, p[2] / 6);
        const double base = v.trabecular + 60; // bone alone: its marrow is fat
        const double plates = std::min(c.top - p[2], p[2] - c.bottom);
        double bone = base * (1 + 0.10 * patch + 0.22 * std::exp(-std::max(plates, 0.0) / 2.5)) + (12 + 0.16 * base) * grain;
        if (v.sclerosis > 0) bone += base * v.sclerosis * std::exp(-detail::squared(plates / (3.5 + patch))) * smooth_step(0.8 - p[1] / v.half_depth);
        if (v.node > 0) bone += base * 0.7 * smooth_step(1.6 - std::hypot((p[0] / v.half_width - v.node_x) * 2.4, (p[1] / v.half_depth - v.node_y) * 2.4) - std::max(p[2] - c.bottom - 2, 0.0) / 2);
        // Basivertebral vein: a cleft of marrow from the middle of the back wall.
        const double vein = smooth_step((p[1] / v.half_depth + 0.1) / 0.6) * std::exp(-detail::squared(p[2] / 2.2) - detail::squared(p[0] / (3 + 0.3 * v.half_width * (1 - p[1] / v.half_depth))));
        bone *= 1 - 0.55 * vein;
        if (v.broken) bone += broken_hu(v, c, p, base, what);
        return bone - 60;
    }

    /// What the fracture adds: denser trabeculae in clumps; a dark cleft where the band did not close.
    [[nodiscard]] double broken_hu(const vertebra& v, const column& c, const point& p, double base, std::uint64_t what) const {
        const double band = pressed(c, p);
        if (band < 0.01) return 0;
        const auto& f = *v.broken;
        const double clump = noise_(what + 3, p[0] / 2.2, p[1] / 2.2, p[2] / 1.8), middle = 0.5 * (c.band_low + c.band_high);
        const double cleft = f.cleft * smooth_step(noise_(what + 4, p[0] / 8, p[1] / 8, 0) + 0.4) * std::exp(-detail::squared((p[2] - middle) / (0.5 + along_)));
        return band * (f.density * base * std::max(0.25, 1 + 0.45 * clump) - cleft * (f.density + 0.7) * base);
    }

    /// mm; the arch has more of it than the body, and unevenly.
    [[nodiscard]] double cortex(const vertebra& v, const point& p) const {
        return std::clamp(0.95 + 0.35 * noise_(static_cast<std::uint64_t>(v.number) * 16 + 10, p[0] / 6, p[1] / 6, p[2] / 6), 0.3, 1.8);
    }

    [[nodiscard]] double arch_hu(const vertebra& v, const point& p) const {
        const double grain = noise_(static_cast<std::uint64_t>(v.number) * 16 + 8, p[0] / 1.6, p[1] / 1.6, p[2] / 2.2);
        return 170 + 0.8 * v.trabecular + 70 * grain;
    }

    /// Noise of a reconstruction kernel: white, smoothed in the plane of the slice only.
    void digitise() {
        const auto ny = grid_.size[1], nx = grid_.size[0];
        xt::xtensor<float, 2> white = xt::zeros<float>({ny, nx}), across = white;
        for (std::size_t k = 0; k < grid_.size[2]; ++k) {
            rng::stream draw{rng::key(patient_.texture, std::uint64_t{'n'}, k)};
            for (auto& w : white) w = static_cast<float>(draw.uniform() + draw.uniform() + draw.uniform() + draw.uniform() - 2) * 1.7320508f;
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
    texture noise_;
    scan out_;
    xt::xtensor<float, 3> hu_, nearest_; ///< nearest_: distance to the bone a voxel is labelled with
    double in_plane_ = 0, along_ = 0;    ///< standard deviations of the blur, mm
};

} // namespace detail

/// The voxels that hold the whole spine of `patient`. S1 is cut by the lower border and T2 by the upper one, as the ends of a scan are.
inline geometry grid_for(const patient& p, const std::array<double, 3>& spacing) {
    double front = 1e9, back = -1e9, left = -1e9, right = 1e9;
    for (const auto& v : p.spine) {
        front = std::min(front, v.y - v.half_depth - 36);
        back = std::max(back, v.y + v.half_depth + 62);
        left = std::max(left, v.x + v.half_width + 32);
        right = std::min(right, v.x - v.half_width - 32);
    }
    // T4 leans forward, so its processes may be the highest part of it; they belong into the scan.
    const auto t4 = std::ranges::find(p.spine, 40, &vertebra::number);
    const double rise = std::cos(t4->lean) * (0.8 * t4->height() + 3) + std::abs(std::sin(t4->lean)) * (t4->half_depth + 24) + 3;
    const double low = p.spine.front().z + 1, high = std::max(p.spine.back().z - 6, t4->z + rise);
    geometry grid;
    grid.spacing = spacing;
    grid.origin = {right, front, low};
    grid.size = {static_cast<std::size_t>((left - right) / spacing[0]) + 1, static_cast<std::size_t>((back - front) / spacing[1]) + 1, static_cast<std::size_t>((high - low) / spacing[2]) + 1};
    return grid;
}

inline scan render(const patient& p, const std::array<double, 3>& spacing) { return detail::painter{p, grid_for(p, spacing)}.paint(); }

} // namespace facet::phantom
