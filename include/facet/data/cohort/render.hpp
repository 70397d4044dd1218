#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <facet/data/cohort/kind.hpp>
#include <facet/data/cohort/patient.hpp>
#include <facet/data/cohort/random_field.hpp>
#include <facet/data/cohort/sampling.hpp>
#include <facet/data/cohort/template.hpp>
#include <facet/data/cohort/warp.hpp>

/// From one patient's draws to the images.
namespace facet::cohort {

/// Mean heights of a body in front, in the middle and behind (mm).
using zones = std::array<double, 3>;

/// Counts a body's voxels and the square millimetres they stand on, in the vertebra's own plane: their volume over that area is a
/// height that thick slices blur but do not bias.
class height_count {
public:
    void add(double a, double l, std::size_t zone) {
        ++voxels_[zone];
        const auto cell = [](double mm) { return static_cast<std::size_t>(std::clamp(mm + cells / 2.0, 0.0, cells - 1.0)); };
        footprint_[zone].set(cell(a) * cells + cell(l));
    }
    [[nodiscard]] zones heights(double voxel_volume) const {
        zones h{};
        for (std::size_t z = 0; z < 3; ++z)
            if (const auto area = footprint_[z].count()) h[z] = static_cast<double>(voxels_[z]) * voxel_volume / static_cast<double>(area);
        return h;
    }

private:
    static constexpr std::size_t cells = 64; ///< of 1 mm
    std::array<std::size_t, 3> voxels_{};
    std::array<std::bitset<cells * cells>, 3> footprint_{};
};

struct rendered {
    ct_volume ct;
    label_volume vertebrae;
    mask_volume fractures;
    std::map<int, zones> heights, intact_heights; ///< mm, of fractured vertebrae; the same patient with nothing broken
};

/// The template, ready to be sampled; shared by all threads.
struct sampled_template {
    const spine_template& spine;
    cubic_sampler intensity;
    std::array<std::size_t, 3> size;
    explicit sampled_template(const spine_template& t) : spine{t}, intensity{t.intensity}, size{t.grid.size} {}
};

class renderer {
public:
    renderer(const sampled_template& t, const patient& p, cohort_kind kind)
        : t_{t}, p_{p}, kind_{kind}, broken_{t.spine, p, kind, true}, intact_{t.spine, p, kind, false},
          coarse_{rng::key(p.key, purpose::deformation, 0), extent(t.spine), 32, 2.2}, fine_{rng::key(p.key, purpose::deformation, 1), extent(t.spine), 15, 0.5},
          texture_{rng::key(p.key, purpose::texture), columns(t.spine), rows(t.spine), 2.2, 0.6f},
          grain_{rng::key(p.key, purpose::grain), columns(t.spine), rows(t.spine), 1.6, 0.3f},
          noise_{rng::key(p.key, purpose::noise), columns(t.spine), rows(t.spine), p.noise_width, 0.0f} {
        for (const auto& v : p_.vertebrae) by_level_[static_cast<std::size_t>(v.level)] = &v;
        choose_placement();
        if (kind != cohort_kind::sham)
            for (auto& v : p_.vertebrae)
                if (v.broken) fit_loss(v);
    }
    renderer(const renderer&) = delete;
    renderer& operator=(const renderer&) = delete;

    rendered run() {
        const auto& s = t_.spine;
        geometry grid = s.grid;
        grid.size = s.out_size;
        grid.origin = s.grid.to_physical(static_cast<double>(s.out_begin[0]), static_cast<double>(s.out_begin[1]), static_cast<double>(s.out_begin[2]));
        rendered out{ct_volume{grid}, label_volume{grid}, mask_volume{grid}, {}, {}};
        for (std::size_t k = 0; k < grid.size[2]; ++k) slice(k, out);
        finish_heights(out);
        return out;
    }

private:
    static std::array<double, 3> extent(const spine_template& t) {
        std::array<double, 3> mm{};
        for (std::size_t d = 0; d < 3; ++d) mm[d] = static_cast<double>(t.out_size[d]) * t.grid.spacing[d];
        return mm;
    }
    static std::size_t columns(const spine_template& t) { return t.out_size[0]; }
    static std::size_t rows(const spine_template& t) { return t.out_size[1]; }

    /// Rotation and scale leave the lowest vertebra at its height, near the scan's end, and turn about the middle of the spine.
    void choose_placement() {
        const auto& s = t_.spine;
        const vec low = s.frames.at(s.levels.front()).centre, high = s.frames.at(s.levels.back()).centre;
        pivot_ = 0.5 * (low + high);
        shift_ = p_.shift;
        const vec d = low - pivot_;
        shift_[2] += d[2] - dot(p_.rotation[2], d);
    }

    /// One row's way from output voxels to places in the template's unbroken, average spine (mm). The deformation is smooth: it is
    /// evaluated at every fourth voxel.
    void row_before_vertebrae(std::size_t j, std::size_t k) {
        constexpr std::size_t stride = 4;
        const auto& s = t_.spine;
        const std::size_t n = s.out_size[0];
        row_.resize(n + stride);
        const auto at = [&](std::size_t i) {
            const std::array<std::size_t, 3> index{i, j, k};
            vec in_crop{}, p{};
            for (std::size_t d = 0; d < 3; ++d) {
                in_crop[d] = static_cast<double>(index[d]) * s.grid.spacing[d];
                p[d] = in_crop[d] + static_cast<double>(s.out_begin[d]) * s.grid.spacing[d] - pivot_[d];
            }
            const auto x = static_cast<float>(in_crop[0]), y = static_cast<float>(in_crop[1]), z = static_cast<float>(in_crop[2]);
            const auto u = coarse_(x, y, z), v = fine_(x, y, z);
            point q{};
            for (std::size_t d = 0; d < 3; ++d) q[d] = static_cast<float>(pivot_[d] + dot(p_.rotation[d], p) + shift_[d]) + u[d] + v[d];
            return q;
        };
        row_[0] = at(0);
        for (std::size_t i = 0; i < n; i += stride) {
            row_[i + stride] = at(i + stride);
            for (std::size_t step = 1; step < stride; ++step)
                for (std::size_t d = 0; d < 3; ++d)
                    row_[i + step][d] = row_[i][d] + (row_[i + stride][d] - row_[i][d]) * static_cast<float>(step) / static_cast<float>(stride);
        }
    }

    /// Voxels of the output around the zones of one vertebra where heights are taken, found on a coarse grid.
    [[nodiscard]] detail::box surroundings(int level) {
        const auto& size = t_.spine.out_size;
        const auto& f = t_.spine.frames.at(level);
        const auto morph = std::find_if(intact_.morphs().begin(), intact_.morphs().end(), [level](const auto& m) { return m.level() == level; });
        detail::box b{{{size[0], 0}, {size[1], 0}, {size[2], 0}}};
        constexpr std::size_t stride = 4;
        for (std::size_t k = 0; k < size[2]; k += 2)
            for (std::size_t j = 0; j < size[1]; j += stride) {
                row_before_vertebrae(j, k);
                for (std::size_t i = 0; i < size[0]; i += stride)
                    if (const point q = morph->local(row_[i]); std::abs(q[2]) < 26 && std::abs(f.x(static_cast<double>(q[0]))) < 1.2 && std::abs(f.y(static_cast<double>(q[1]))) < 0.7) {
                        const std::array<std::size_t, 3> at{i, j, k};
                        for (std::size_t d = 0; d < 3; ++d) {
                            b[d][0] = std::min(b[d][0], at[d] - std::min<std::size_t>(at[d], stride));
                            b[d][1] = std::max(b[d][1], std::min(at[d] + stride, size[d]));
                        }
                    }
            }
        return b;
    }

    [[nodiscard]] zones heights_in(const detail::box& b, const spine_warp& warp, int level) {
        std::map<int, height_count> counts;
        for (std::size_t k = b[2][0]; k < b[2][1]; ++k)
            for (std::size_t j = b[1][0]; j < b[1][1]; ++j) {
                row_before_vertebrae(j, k);
                for (std::size_t i = b[0][0]; i < b[0][1]; ++i) {
                    const mapped m = warp(row_[i]);
                    if (m.level == level) count(m, label_at(around(m.source), m), counts);
                }
            }
        return counts[level].heights(1);
    }

    /// Deformation and thick slices make the loss that labels show another than the one asked for: asks for more or less until it is.
    void fit_loss(vertebra& v) {
        const auto box = surroundings(v.level);
        const double drawn = v.injury.loss;
        const zones whole = heights_in(box, intact_, v.level);
        for (int round = 0; round < 3; ++round) {
            const zones now = heights_in(box, broken_, v.level);
            double seen = 0;
            for (std::size_t z = 0; z < 3; ++z)
                if (whole[z] > 0) seen = std::max(seen, 1 - now[z] / whole[z]);
            if (std::abs(seen - drawn) < 0.005) return;
            v.injury.loss = std::clamp(v.injury.loss + (drawn - seen), 0.5 * drawn, 0.7);
            broken_ = spine_warp{t_.spine, p_, kind_, true};
        }
    }

    [[nodiscard]] trilinear around(const point& source) const {
        const auto& step = t_.spine.grid.spacing;
        return {t_.size, source[0] / static_cast<float>(step[0]), source[1] / static_cast<float>(step[1]), source[2] / static_cast<float>(step[2])};
    }

    void slice(std::size_t k, rendered& out) {
        const auto& texture = texture_.slice(k);
        const auto& grain = grain_.slice(k);
        const auto& noise = noise_.slice(k);
        const auto& size = out.ct.grid.size;
        for (std::size_t j = 0; j < size[1]; ++j) {
            row_before_vertebrae(j, k);
            for (std::size_t i = 0; i < size[0]; ++i) {
                const std::size_t n = j * size[0] + i;
                const point& p = row_[i];
                mapped m = broken_(p);
                trilinear near = around(m.source);
                std::uint8_t label = label_at(near, m);
                if (kind_ != cohort_kind::sham) out.fractures.voxels(k, j, i) = (m.broken > 0.4f || m.cleft) && in_broken_body(label);
                count(m, label, counts_);
                if (kind_ == cohort_kind::null || broken_.near_fracture(p)) {
                    const mapped whole = intact_(p);
                    const trilinear whole_near = around(whole.source);
                    const std::uint8_t whole_label = label_at(whole_near, whole);
                    count(whole, whole_label, intact_counts_);
                    if (kind_ == cohort_kind::null) m = whole, near = whole_near, label = whole_label;
                }
                out.vertebrae.voxels(k, j, i) = label & 0x7f;
                const float hu = paint(m, near, label, texture[n], grain[n]) + static_cast<float>(p_.noise) * noise[n];
                out.ct.voxels(k, j, i) = static_cast<std::int16_t>(std::lround(std::clamp(hu, -1024.0f, 3071.0f)));
            }
        }
    }

    /// A band that is broken may reach into the body beside it, where discs are thin; that one is not.
    [[nodiscard]] bool in_broken_body(std::uint8_t label) const {
        const vertebra* const own = by_level_[label & 0x7f];
        return (label & body_bit) && own != nullptr && own->broken;
    }

    /// A disc stretched into the room a body left shows no bone.
    [[nodiscard]] std::uint8_t label_at(const trilinear& near, const mapped& m) const {
        return m.stretched && m.disc > 0.5f ? std::uint8_t{0} : t_.spine.labels.data()[near.nearest];
    }

    [[nodiscard]] float paint(const mapped& m, const trilinear& near, std::uint8_t label, float texture, float grain) const {
        const auto& step = t_.spine.grid.spacing;
        float v = t_.intensity(m.source[0] / static_cast<float>(step[0]), m.source[1] / static_cast<float>(step[1]), m.source[2] / static_cast<float>(step[2]));
        const float bone = near.mean([&](std::size_t n) { return t_.spine.labels.data()[n] != 0 ? 1.0f : 0.0f; });
        const bool body = label & body_bit;
        const vertebra* const own = by_level_[label & 0x7f];
        float inside = 0;
        if (bone > 0) {
            inside = near.mean([&](std::size_t n) { return static_cast<float>(t_.spine.interior.data()[n]); }) / 255;
            v = bone_of_patient(v, inside, bone, body && own ? static_cast<float>(own->normal.attenuation) : 1.0f);
        }
        v += inside * static_cast<float>(p_.texture) * texture;
        if (m.disc > 0 && ((label & 0x7f) == 0 || m.stretched)) {
            const float target = m.disc_hu + 10 * texture;
            if (v > target) v += m.disc * (target - v);
        }
        if (body) {
            if (m.compression > 1.001f && own) v = impacted(v, m.compression, own->injury, grain);
            if (m.sclerosis > 0) v += m.sclerosis * inside * std::clamp(1 + 0.45f * grain, 0.3f, 2.0f);
        }
        if (m.cleft && v > 120) v = 0.35f * v + 0.65f * (90 + 20 * grain);
        return v;
    }

    /// Trabeculae between marrow fat and bone, denser or thinner than the template's; the cortex likewise.
    [[nodiscard]] float bone_of_patient(float v, float inside, float bone, float attenuation) const {
        const float cortical = smoothstep((v - 200) / 200);
        const float share = inside * bone * (1 - 0.8f * cortical);
        v += share * (v + 40) * (static_cast<float>(p_.trabecular) * attenuation - 1);
        if (v > 180) v = 180 + (v - 180) * (1 - (1 - inside) * (1 - static_cast<float>(p_.cortical)));
        return v;
    }

    /// The bone of a compressed band is still there, in less room.
    static float impacted(float v, float compression, const fracture& f, float grain) {
        const float grainy = std::clamp(1 + 0.45f * grain, 0.3f, 2.0f);
        const float dense = -40 + (v + 40) * (1 + static_cast<float>(f.density) * (compression - 1) * grainy) +
                            static_cast<float>(f.sclerosis) * std::clamp(compression - 1, 0.0f, 1.0f) * grainy;
        return std::min(dense, std::max(v, 750.0f));
    }

    void count(const mapped& m, std::uint8_t label, std::map<int, height_count>& into) const {
        if (m.level == 0 || label != (m.level | body_bit) || !by_level_[static_cast<std::size_t>(m.level)]->broken) return;
        const auto& f = t_.spine.frames.at(m.level);
        const double a = static_cast<double>(m.local[0]), l = static_cast<double>(m.local[1]), x = f.x(a);
        if (std::abs(f.y(l)) > height_width) return;
        for (std::size_t z = 0; z < 3; ++z)
            if (x >= height_zones[z][0] && x <= height_zones[z][1]) into[m.level].add(a, l, z);
    }

    /// The footprint was counted in the template's millimetres; the patient is larger or smaller.
    void finish_heights(rendered& out) const {
        const auto& step = t_.spine.grid.spacing;
        const auto scale = [&](std::size_t axis) { return std::hypot(p_.rotation[0][axis], p_.rotation[1][axis], p_.rotation[2][axis]); };
        const double volume = step[0] * step[1] * step[2] * scale(0) * scale(1);
        for (const auto& [level, c] : counts_) out.heights[level] = c.heights(volume);
        for (const auto& [level, c] : intact_counts_) out.intact_heights[level] = c.heights(volume);
    }

    const sampled_template& t_;
    patient p_; ///< its losses fitted to what the labels will show
    cohort_kind kind_;
    spine_warp broken_, intact_;
    smooth_deformation coarse_, fine_;
    noise_field texture_, grain_, noise_;
    std::array<const vertebra*, 128> by_level_{};
    vec pivot_{}, shift_{};
    std::vector<point> row_;
    std::map<int, height_count> counts_, intact_counts_;
};

} // namespace facet::cohort
