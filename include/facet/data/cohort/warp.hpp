#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include <facet/data/cohort/kind.hpp>
#include <facet/data/cohort/patient.hpp>
#include <facet/data/cohort/template.hpp>

/// One backward warp for the whole patient: where in the template does the material of an output point come from. Every vertebra,
/// healthy or broken, goes through the same piecewise linear map along its own axis, so nothing is interpolated twice.
namespace facet::cohort {

using point = std::array<float, 3>;

/// The two signs of a fracture are rendered from what the warp knows at each point.
struct mapped {
    point source{};
    float compression = 1;  ///< template mm per output mm, averaged over the voxel's height; above 1 in a broken band
    float broken = 0;       ///< share of the voxel's height inside a broken band, 0 ... 1
    bool cleft = false;     ///< in the open anterior cortex
    float disc = 0;         ///< 0 ... 1: how surely this is disc
    bool stretched = false; ///< a disc made much thicker than the template's
    float disc_hu = 0;
    float sclerosis = 0;    ///< HU of a degenerated vertebra's endplate
    int level = 0;          ///< the vertebra whose zone this is, 0 for none
    point local{};          ///< in that vertebra's output frame
};

/// Where anterior, middle and posterior height are taken, in body coordinates: along `x`, and to either side of the middle.
inline constexpr std::array<std::array<double, 2>, 3> height_zones{{{0.55, 0.90}, {-0.2, 0.2}, {-0.85, -0.55}}};
inline constexpr double height_width = 0.4;

inline float smoothstep(float t) {
    t = std::clamp(t, 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

/// One vertebra's part of the warp.
class morph {
public:
    static constexpr float widest_slope = 14; ///< mm
    static constexpr float zone = 34; ///< mm from the centre within which both half discs end

    morph(const frame& f, const vertebra& v, cohort_kind kind, bool render_fracture) : level_{v.level}, normal_{v.normal} {
        for (std::size_t d = 0; d < 3; ++d) {
            centre_[d] = static_cast<float>(f.centre[d]);
            for (std::size_t e = 0; e < 3; ++e) axes_[d][e] = static_cast<float>(f.axes[d][e]);
        }
        for (std::size_t d = 0; d < 2; ++d) {
            middle_[d] = static_cast<float>(f.middle[d]);
            half_[d] = static_cast<float>(f.half[d]);
        }
        std::copy(f.top.coefficient.begin(), f.top.coefficient.end(), top_.begin());
        std::copy(f.bottom.coefficient.begin(), f.bottom.coefficient.end(), bottom_.begin());
        std::copy(f.above->coefficient.begin(), f.above->coefficient.end(), above_.begin());
        std::copy(f.below->coefficient.begin(), f.below->coefficient.end(), below_.begin());
        reach_ = std::hypot(half_[0], half_[1]) + 20;
        height_ = surface_at(top_, 0, 0) - surface_at(bottom_, 0, 0);
        bound_disc();
        if (v.worn) wear_ = v.wear;
        if (v.broken && kind == cohort_kind::sham) wear_ = v.mimic;
        if (v.broken && kind != cohort_kind::sham && render_fracture) {
            injury_ = v.injury;
            calibrate();
        }
    }

    [[nodiscard]] int level() const { return level_; }
    [[nodiscard]] bool broken() const { return injury_.has_value(); }
    [[nodiscard]] double requested_descent() const { return injury_ ? injury_->descent : 0; }
    [[nodiscard]] double half(std::size_t axis) const { return half_[axis]; }
    [[nodiscard]] double middle(std::size_t axis) const { return middle_[axis]; }

    [[nodiscard]] point local(const point& p) const {
        const point d{p[0] - centre_[0], p[1] - centre_[1], p[2] - centre_[2]};
        point out;
        for (std::size_t i = 0; i < 3; ++i) out[i] = axes_[i][0] * d[0] + axes_[i][1] * d[1] + axes_[i][2] * d[2];
        return out;
    }
    [[nodiscard]] point global(const point& q) const {
        point out = centre_;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t d = 0; d < 3; ++d) out[d] += axes_[i][d] * q[i];
        return out;
    }
    [[nodiscard]] const point& up() const { return axes_[2]; }
    [[nodiscard]] bool within(const point& local) const {
        return std::abs(local[2]) < zone && local[0] * local[0] + local[1] * local[1] < reach_ * reach_;
    }

    /// 0 below the disc above this vertebra, 1 above it; beside the spine the step becomes a slope.
    [[nodiscard]] float past_disc(const point& p) const {
        const point q = local(p);
        if (q[2] <= surely_below_) return 0;
        if (q[2] >= surely_above_) return 1;
        const auto [x, y, r] = normalised(q[0], q[1]);
        const float g = std::min(1.0f, 0.95f / std::max(r, 1e-6f));
        const float low = surface_at(top_, x * g, y * g), high = std::max(plane_at(above_, x * g, y * g), low + 0.5f);
        const float wide = std::clamp((r - 1.15f) * half_[0] * 0.8f, 0.0f, widest_slope);
        return smoothstep((q[2] - low + wide) / (high - low + 2 * wide));
    }

    /// How far what lies above comes down here (mm along `s`), zero unless `set_descent` was called.
    [[nodiscard]] float descent(float x, float y) const {
        return descent_[0] + descent_[1] * std::clamp(x, -1.7f, 1.3f) + descent_[2] * std::clamp(y, -1.3f, 1.3f);
    }
    [[nodiscard]] float descent_at(const point& local) const {
        const auto n = normalised(local[0], local[1]);
        return descent(n[0], n[1]);
    }
    [[nodiscard]] bool descends() const { return descends_; }

    /// Where the spine above cannot follow, the broken body comes to lie in the middle of its room: both discs share it, not one.
    void set_rise() { set_lift(loss_plane(), 0.45 - (1 - injury_->top)); }

    /// Lets the spine above follow the broken body: the plane through its loss, reduced where discs or endplates would collide.
    void set_descent(double share) {
        if (!injury_ || share <= 0) return;
        std::vector<sample> room;
        for (float x = -0.9f; x < 0.95f; x += 0.15f)
            for (float y = -0.9f; y < 0.95f; y += 0.15f)
                if (x * x + y * y < 0.85f) {
                    const column c = column_at(middle_[0] + x * half_[0], middle_[1] + y * half_[1]);
                    room.push_back({x, y, c.lost + 0.3 * std::max(0.0f, plane_at(above_, x, y) - c.S[6])});
                }
        const auto plane = loss_plane();
        set_lift(plane, injury_->top - 1); // the inferior endplate stays on its disc
        double fitting = share;
        for (const auto& r : room)
            if (const double d = plane(r.x, r.y); d > 0.05) fitting = std::min(fitting, r.value / d);
        descent_ = {static_cast<float>(fitting * plane.coefficient[0]), static_cast<float>(fitting * plane.coefficient[2]),
                    static_cast<float>(fitting * plane.coefficient[1])};
        descends_ = true;
    }

    /// Moves `q` (local, output) to its source; `above(d)` says how much of a descent of d mm holds at q once it is above the disc.
    template <class Above> point map(const point& q, float slice, mapped& out, const Above& above) const {
        const bool hurt = injury_.has_value();
        column c = column_at(q[0], q[1]);
        float a = q[0], l = q[1];
        if (hurt) {
            displace_in_plane(c, q[2], a, l);
            c = column_at(a, l);
        }
        const float s = q[2], low = c.O[0], high = c.O[7];
        if (s >= high) {
            const float d = descends_ ? above(descent(c.x, c.y)) : 0;
            return {q[0], q[1], s + d};
        }
        if (s <= low) return q;
        std::size_t i = 0;
        while (i < 6 && s >= c.O[i + 1]) ++i;
        const float along = c.S[i] + (s - c.O[i]) * (c.S[i + 1] - c.S[i]) / (c.O[i + 1] - c.O[i]);
        const float beside = descends_ ? descent(c.x, c.y) * smoothstep((s - low) / (high - low)) : 0;
        const float fade = std::clamp(std::min(s - low, high - s) / 2.5f, 0.0f, 1.0f);
        out.level = level_;
        out.local = q;
        paint_disc(c, s, out);
        if (hurt) paint_band(c, s, slice, out);
        if (wear_) paint_sclerosis(c, s, out);
        return {q[0] + (a - q[0]) * fade, q[1] + (l - q[1]) * fade, s + c.weight * (along - s) + (1 - c.weight) * beside};
    }

private:
    /// The map along `s` at one place of the body: output height O[n] shows template height S[n].
    /// 0 middle of the disc below, 1 endplate, 2-3 band above it, 4-5 band below the upper endplate, 6 that endplate, 7 middle of the disc above.
    struct column {
        std::array<float, 8> S{}, O{};
        float x = 0, y = 0, radius = 0, weight = 1;
        float lost = 0, lost_top = 0, lost_bottom = 0; ///< mm
    };

    static float surface_at(const std::array<float, 10>& k, float x, float y) {
        return k[0] + y * (k[1] + y * (k[2] + y * k[3])) + x * (k[4] + y * (k[5] + y * k[6]) + x * (k[7] + y * k[8] + x * k[9]));
    }
    static float plane_at(const std::array<float, 3>& k, float x, float y) { return k[0] + k[1] * y + k[2] * x; }

    /// Most points lie clearly on one side of the disc above; the margin is more than a surface changes between two samples.
    void bound_disc() {
        constexpr float margin = 2;
        float low = INFINITY, high = -INFINITY;
        for (float x = -1; x <= 1.01f; x += 0.1f)
            for (float y = -1; y <= 1.01f; y += 0.1f) {
                const float t = surface_at(top_, x, y);
                low = std::min(low, t);
                high = std::max({high, plane_at(above_, x, y), t + 0.5f});
            }
        surely_below_ = low - widest_slope - margin;
        surely_above_ = high + widest_slope + margin;
    }

    [[nodiscard]] std::array<float, 3> normalised(float a, float l) const {
        const float x = (a - middle_[0]) / half_[0], y = (l - middle_[1]) / half_[1];
        return {x, y, std::sqrt(x * x + y * y)};
    }

    /// Full on the body and its osteophytes, zero 11 mm further; behind the posterior wall it fades within 8 mm: canal and arch stay.
    [[nodiscard]] float in_plane_weight(float x, float r) const {
        const float far = std::max(r - 1.25f, 0.0f) * 0.5f * (half_[0] + half_[1]);
        const float back = std::clamp((-x - 1) * half_[0] / 8, 0.0f, 1.0f);
        return smoothstep(std::clamp(1 - far / 11, 0.0f, 1.0f) * (1 - back));
    }

    /// Loss at a place relative to its largest, by type.
    [[nodiscard]] float shape(float x, float y) const {
        const auto& f = *injury_;
        const float front = std::clamp((x + 1) / 2, 0.0f, 1.0f);
        float s;
        if (f.type == fracture_type::wedge) s = std::pow(std::clamp((front - 0.05f) / 0.9f, 0.0f, 1.0f), static_cast<float>(f.curve));
        else if (f.type == fracture_type::biconcave) {
            const float u = (x - static_cast<float>(f.apex)) / 1.05f;
            s = std::pow(std::clamp(1 - u * u, 0.0f, 1.0f), 0.8f) * std::clamp(1 - 0.6f * y * y, 0.2f, 1.0f) + 0.12f;
        } else s = 0.72f + 0.28f * std::pow(front, static_cast<float>(f.curve));
        s *= 1 + static_cast<float>(f.tilt) * y;
        if (f.lateral_sign != 0) s /= 1 + std::exp(-static_cast<float>(f.lateral + f.lateral_sign * y) / 0.18f);
        return s;
    }

    [[nodiscard]] column column_at(float a, float l) const {
        column c;
        float r;
        {
            const auto n = normalised(a, l);
            c.x = n[0], c.y = n[1], r = n[2];
        }
        c.radius = r;
        c.weight = in_plane_weight(c.x, r);
        const float g = std::min(1.0f, 0.95f / std::max(r, 1e-6f)), x = c.x * g, y = c.y * g;
        const float t = surface_at(top_, x, y), b = surface_at(bottom_, x, y), middle = (t + b) / 2;
        const float ceiling = t + std::max((plane_at(above_, x, y) - t) * 0.48f, 0.8f);
        const float floor = b - std::max((b - plane_at(below_, x, y)) * 0.48f, 0.8f);
        float stretch = static_cast<float>(normal_.height + normal_.wedge * x + normal_.concavity * (1 - x * x - 0.5 * y * y));
        if (wear_) stretch *= static_cast<float>(wear_->height);
        c.S = {floor, b, b, b, t, t, t, ceiling};
        float band_top = 0, band_bottom = 0;
        if (injury_) std::tie(band_top, band_bottom) = break_column(c, x, y, t - b);
        for (std::size_t i = 1; i < 8; ++i) c.S[i] = std::max(c.S[i], c.S[i - 1] + 1e-3f);
        make_output(c, middle, stretch);
        return c;
    }

    /// Places the bands in the template's column and says how much each loses.
    std::pair<float, float> break_column(column& c, float x, float y, float height) const {
        const auto& f = *injury_;
        const float rough = static_cast<float>(f.roughness);
        c.lost = std::clamp(scale_ * static_cast<float>(f.loss) * height_ * shape(x, y) * (1 + rough * f.loss_relief(x, y)), 0.0f, 0.68f * height);
        const float share = static_cast<float>(f.top);
        c.lost_top = c.lost * share;
        c.lost_bottom = c.lost * (1 - share);
        const float depth = std::clamp(static_cast<float>(f.depth) + 7.5f * rough * f.depth_relief(x, y), 1.0f, 6.5f);
        const bool top = share > 0, bottom = share < 1;
        const float room = 0.80f * height - depth * static_cast<float>(top + bottom);
        float thick = c.lost / (1 - static_cast<float>(f.remaining)) + 1.5f * std::clamp((c.lost - 0.4f) / 0.8f, 0.0f, 1.0f);
        thick = std::min(thick, std::max(room, c.lost * 1.22f + 0.4f));
        thick = std::max(thick, c.lost * 1.15f + 0.05f);
        const float b = c.S[1], t = c.S[6];
        c.S[2] = b + (bottom ? depth : 0);
        c.S[3] = c.S[2] + thick * (1 - share);
        c.S[5] = t - (top ? depth : 0);
        c.S[4] = c.S[5] - thick * share;
        return {thick * share, thick * (1 - share)};
    }

    void make_output(column& c, float middle, float stretch) const {
        const auto& S = c.S;
        auto& O = c.O;
        O[0] = S[0];
        O[3] = middle + stretch * (S[3] - middle);
        O[4] = middle + stretch * (S[4] - middle);
        O[2] = O[3] - stretch * std::max(S[3] - S[2] - c.lost_bottom, 0.15f * (S[3] - S[2]));
        O[5] = O[4] + stretch * std::max(S[5] - S[4] - c.lost_top, 0.15f * (S[5] - S[4]));
        O[1] = O[2] - stretch * (S[2] - S[1]);
        O[6] = O[5] + stretch * (S[6] - S[5]);
        O[7] = S[7];
        const float lift = plane_at(lift_, std::clamp(c.x, -1.0f, 1.0f), std::clamp(c.y, -1.0f, 1.0f));
        for (std::size_t i = 1; i < 7; ++i) O[i] += lift;
        if (descends_) O[7] -= descent(c.x, c.y);
        O[1] = std::max(O[1], O[0] + 0.4f);
        O[6] = std::min(O[6], O[7] - 0.4f);
        for (std::size_t i = 1; i < 8; ++i) O[i] = std::max(O[i], O[i - 1] + 5e-4f);
    }

    /// Height of the band that gave way, in the output.
    [[nodiscard]] float band_middle(const column& c) const {
        return injury_->top >= 0.5 ? (c.O[4] + c.O[5]) / 2 : (c.O[2] + c.O[3]) / 2;
    }

    /// The wall bulges at the band, the part beyond the band stands forward of the rest (the cortical step), and a severe one's
    /// posterior wall comes back into the canal.
    void displace_in_plane(const column& c, float s, float& a, float& l) const {
        const auto& f = *injury_;
        const float side = f.top >= 0.5 ? 1.0f : -1.0f, band = band_middle(c);
        const float front = std::clamp((c.x + 0.6f) / 1.6f, 0.0f, 1.0f);
        const float out_front = std::clamp(1 - std::max(c.x - 1, 0.0f) * half_[0] / 12, 0.0f, 1.0f);
        const float out_side = std::clamp(1 - std::max(std::abs(c.y) - 1, 0.0f) * half_[1] / 12, 0.0f, 1.0f);
        const float active = std::clamp(c.lost / (0.1f * height_), 0.0f, 1.0f) * out_side;
        const float u = (s - band) / (0.33f * (c.O[6] - c.O[1] + 2));
        const float window = std::exp(-u * u);
        a -= out_front * active * window * static_cast<float>(f.bulge) * 2 * half_[0] * front;
        l -= out_front * active * window * static_cast<float>(f.bulge) * half_[1] * 0.6f * std::clamp(c.y / 0.3f, -1.0f, 1.0f) * std::min(std::abs(c.y), 1.0f);
        if (f.step > 0) {
            const float edge = side > 0 ? c.O[6] : c.O[1], fade = std::clamp(1 - side * (s - edge) / 3, 0.0f, 1.0f);
            a -= static_cast<float>(f.step) * front * out_front * active * fade / (1 + std::exp(-side * (s - band) / 0.6f));
        }
        if (f.retropulsion > 0) {
            const float wall = c.x > -1 ? std::clamp((-0.3f - c.x) / 0.7f, 0.0f, 1.0f) : std::clamp(1 + (c.x + 1) * half_[0] / 9, 0.0f, 1.0f);
            const float centre = std::clamp(1.4f - 1.4f * std::abs(c.y), 0.0f, 1.0f);
            const float v = (s - band) / (0.40f * (c.O[6] - c.O[1] + 2));
            a += static_cast<float>(f.retropulsion) * smoothstep(wall) * smoothstep(centre) * std::exp(-v * v);
        }
    }

    void paint_disc(const column& c, float s, mapped& out) const {
        const bool over = s > c.O[6];
        if (!over && s >= c.O[1]) return;
        const float stretch = over ? (c.O[7] - c.O[6]) / (c.S[7] - c.S[6]) : (c.O[1] - c.O[0]) / (c.S[1] - c.S[0]);
        const float beyond = over ? s - c.O[6] : c.O[1] - s;
        out.disc = std::clamp(beyond / 1.5f, 0.0f, 1.0f) * smoothstep((1.15f - c.radius) / 0.12f) * c.weight;
        out.stretched = stretch > 1.3f;
        const float core = 1 - std::clamp(c.radius / 0.75f, 0.0f, 1.0f);
        out.disc_hu = static_cast<float>(normal_.disc_hu) + static_cast<float>(normal_.disc_core) * core;
    }

    void paint_band(const column& c, float s, float slice, mapped& out) const {
        const float half_slice = slice / 2;
        for (const std::size_t i : {std::size_t{2}, std::size_t{4}}) {
            const float lost = i == 2 ? c.lost_bottom : c.lost_top, low = c.O[i], high = c.O[i + 1];
            const float dense = (c.S[i + 1] - c.S[i]) / std::max(high - low, 0.1f);
            const float covered = std::clamp(std::min(s + half_slice, high) - std::max(s - half_slice, low), 0.0f, slice) / slice;
            const float soft = covered * std::clamp((lost - 0.5f) / 0.6f, 0.0f, 1.0f);
            if (c.weight > 0.5f) out.broken = std::max(out.broken, soft);
            if (soft > 0.02f) out.compression = std::max(out.compression, 1 + (std::clamp(dense, 1.0f, 4.0f) - 1) * soft);
        }
        out.cleft = injury_->cleft && std::abs(s - band_middle(c)) < 1.3f && c.x > 0.80f && c.x < 1.15f && std::abs(c.y) < 0.55f && c.lost > 0.12f * height_;
    }

    void paint_sclerosis(const column& c, float s, mapped& out) const {
        const float from_endplate = std::min(s - c.O[1], c.O[6] - s);
        if (from_endplate < 0) return;
        out.sclerosis = static_cast<float>(wear_->sclerosis) * std::exp(-from_endplate / static_cast<float>(wear_->sclerosis_depth)) * c.weight;
    }

    void set_lift(const surface<1>& plane, double factor) {
        for (std::size_t n = 0; n < 3; ++n) lift_[n] = static_cast<float>(factor * plane.coefficient[n]);
    }

    /// The plane through the loss; terms: 1, y, x.
    [[nodiscard]] surface<1> loss_plane() const {
        std::vector<sample> loss;
        for (float x = -0.9f; x < 0.95f; x += 0.15f)
            for (float y = -0.9f; y < 0.95f; y += 0.15f)
                if (x * x + y * y < 0.85f) loss.push_back({x, y, column_at(middle_[0] + x * half_[0], middle_[1] + y * half_[1]).lost});
        return fit<1>(loss);
    }

    /// Height of the rendered body over one place: each endplate where the displaced walls have brought it.
    [[nodiscard]] float height_at(float a, float l) const {
        const column c = column_at(a, l);
        const auto endplate = [&](std::size_t n) {
            float from_a = a, from_l = l;
            displace_in_plane(c, c.O[n], from_a, from_l);
            return column_at(from_a, from_l).O[n];
        };
        return endplate(6) - endplate(1);
    }

    /// Scales the loss so that the most reduced of anterior, middle and posterior height loses exactly what was drawn.
    void calibrate() {
        const auto heights = [this] {
            std::array<float, 3> h{};
            for (std::size_t z = 0; z < 3; ++z)
                for (int i = 0; i < 5; ++i)
                    for (int j = 0; j < 5; ++j) {
                        const double x = height_zones[z][0] + (height_zones[z][1] - height_zones[z][0]) * i / 4, y = height_width * (0.5 * j - 1);
                        h[z] += height_at(middle_[0] + static_cast<float>(x) * half_[0], middle_[1] + static_cast<float>(y) * half_[1]) / 25;
                    }
            return h;
        };
        scale_ = 0;
        const auto whole = heights();
        scale_ = 1;
        for (int round = 0; round < 6; ++round) {
            const auto now = heights();
            float loss = 0;
            for (std::size_t z = 0; z < 3; ++z) loss = std::max(loss, 1 - now[z] / whole[z]);
            scale_ *= std::clamp(static_cast<float>(injury_->loss) / std::max(loss, 0.02f), 0.5f, 2.0f);
        }
    }

    int level_;
    healthy normal_;
    std::optional<fracture> injury_;
    std::optional<degeneration> wear_;
    point centre_{};
    std::array<point, 3> axes_{};
    std::array<float, 2> middle_{}, half_{};
    std::array<float, 10> top_{}, bottom_{};
    std::array<float, 3> above_{}, below_{};
    std::array<float, 3> descent_{}; ///< terms: 1, x, y
    std::array<float, 3> lift_{};    ///< of the whole body along s; terms: 1, y, x
    bool descends_ = false;
    float reach_ = 0, height_ = 0, scale_ = 1, surely_below_ = 0, surely_above_ = 0;
};

/// All vertebrae of one patient, from below. Intact: the same patient with nothing broken.
class spine_warp {
public:
    spine_warp(const spine_template& t, const patient& p, cohort_kind kind, bool render_fractures) : slice_{static_cast<float>(t.grid.spacing[2])} {
        for (const auto& v : p.vertebrae) morphs_.emplace_back(t.frames.at(v.level), v, kind, render_fractures);
        for (std::size_t i = 0; i < morphs_.size(); ++i) plan_descent(i);
    }

    [[nodiscard]] const std::vector<morph>& morphs() const { return morphs_; }

    /// Whether a broken vertebra, or where it would be unbroken, is near this output point.
    [[nodiscard]] bool near_fracture(const point& p) const {
        return std::any_of(morphs_.begin(), morphs_.end(), [&](const morph& m) { return m.broken() && m.within(m.local(p)); });
    }

    [[nodiscard]] mapped operator()(point p) const {
        mapped out;
        for (std::size_t i = 0; i < morphs_.size(); ++i) {
            const auto& m = morphs_[i];
            const point q = m.local(p);
            if (q[2] >= morph::zone) {
                if (!m.descends()) continue;
                const float d = m.descent_at(q), follow = d * share_above(i, p, d);
                for (std::size_t e = 0; e < 3; ++e) p[e] += follow * m.up()[e];
                continue;
            }
            if (!m.within(q) && (!m.descends() || q[2] < 0)) continue;
            p = m.global(m.map(q, slice_, out, [&](float d) { return d * share_above(i, p, d); }));
        }
        out.source = p;
        return out;
    }

private:
    /// A fracture's descent is taken up by the discs of the next three levels, and wholly before the next fracture above, whose mask
    /// therefore lies where it lies in the null cohort.
    void plan_descent(std::size_t i) {
        take_up_.push_back({0, 0});
        if (!morphs_[i].broken()) return;
        std::size_t free = 0;
        while (free < 2 && i + free + 1 < morphs_.size() && !morphs_[i + free + 1].broken()) ++free;
        if (free == 0) return morphs_[i].set_rise();
        take_up_[i] = free == 1 ? std::array<float, 2>{1, 0} : std::array<float, 2>{0.45f, 0.55f};
        morphs_[i].set_descent(morphs_[i].requested_descent());
    }

    /// How much of a descent of d mm the discs have not yet taken up, where material of `share` comes from `share * d` higher up: a
    /// damped fixed point. Most points lie clearly below or above the discs and need none.
    [[nodiscard]] float share_above(std::size_t i, const point& p, float d) const {
        if (std::abs(d) < 0.01f) return 1;
        const point& up = morphs_[i].up();
        const auto left_at = [&](float share) {
            const point q{p[0] + d * share * up[0], p[1] + d * share * up[1], p[2] + d * share * up[2]};
            float left = 1;
            for (std::size_t n = 0; n < 2; ++n)
                if (take_up_[i][n] > 0) left -= take_up_[i][n] * morphs_[i + 1 + n].past_disc(q);
            return left;
        };
        if (left_at(0) < 1e-4f) return 0;
        if (left_at(1) > 1 - 1e-4f) return 1;
        float share = 0.5f;
        for (int round = 0; round < 4; ++round) share = 0.5f * share + 0.5f * left_at(share);
        return share;
    }

    float slice_;
    std::vector<morph> morphs_;
    std::vector<std::array<float, 2>> take_up_;
};

} // namespace facet::cohort
