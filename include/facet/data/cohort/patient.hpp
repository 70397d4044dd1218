#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/data/cohort/fit.hpp>

/// Everything that chance decides about one patient. All of it is drawn before anything is rendered, and the real, null and sham
/// cohorts of a seed draw the same.
namespace facet::cohort {

/// What a draw is for; a part of its key.
enum class purpose : std::uint64_t { person = 1, healthy, grade, fracture, relief, deformation, texture, grain, noise, sham, degeneration };

/// Vertebrae of Genant grade 0, 1, 2, 3 in VerSe19 (1,460 vertebrae of 153 CT series, annotated by radiologists; Loeffler et al.,
/// Radiology: Artificial Intelligence 2020), by TotalSegmentator number.
constexpr std::array<int, 4> verse19_grades(int level) {
    switch (level) {
    case 43: return {62, 3, 0, 0};
    case 42: return {65, 3, 0, 0};
    case 41: return {52, 7, 0, 1};
    case 40: return {56, 3, 2, 0};
    case 39: return {53, 6, 0, 1};
    case 38: return {51, 3, 4, 2};
    case 37: return {49, 9, 1, 4};
    case 36: return {53, 8, 2, 3};
    case 35: return {68, 7, 4, 2};
    case 34: return {79, 5, 4, 0};
    case 33: return {76, 9, 3, 3};
    case 32: return {74, 12, 12, 4};
    case 31: return {76, 15, 15, 17};
    case 30: return {83, 18, 18, 3};
    case 29: return {88, 17, 9, 5};
    case 28: return {86, 11, 15, 3};
    case 27: return {95, 5, 7, 3};
    default: return {1, 0, 0, 0};
    }
}

/// Genant's grade of a relative height loss (Genant et al., J Bone Miner Res 1993).
constexpr int genant_grade(double loss) { return loss < 0.20 ? 0 : loss < 0.25 ? 1 : loss <= 0.40 ? 2 : 3; }

enum class fracture_type { wedge, biconcave, crush };
constexpr std::string_view name_of(fracture_type t) {
    return t == fracture_type::wedge ? "wedge" : t == fracture_type::biconcave ? "biconcave" : "crush";
}

/// A smooth random function over normalised body coordinates, of unit variance.
class relief {
public:
    relief() = default;
    relief(std::uint64_t key, double correlation) {
        rng::stream draw{key};
        std::array<double, size * size> white{}, rows{};
        for (auto& v : white) v = draw.normal();
        const auto smooth = [&](const auto& from, auto& to, int step_row, int step_column) {
            for (int r = 0; r < size; ++r)
                for (int c = 0; c < size; ++c) {
                    double sum = 0;
                    for (int d = -8; d <= 8; ++d)
                        sum += std::exp(-d * d / (2 * correlation * correlation)) * from[index(r + d * step_row, c + d * step_column)];
                    to[index(r, c)] = sum;
                }
        };
        smooth(white, rows, 0, 1);
        smooth(rows, white, 1, 0);
        double square = 0;
        for (const auto v : white) square += v * v;
        const double scale = 1 / std::sqrt(square / white.size());
        std::transform(white.begin(), white.end(), value_.begin(), [scale](double v) { return static_cast<float>(v * scale); });
    }
    [[nodiscard]] float operator()(float x, float y) const {
        const float u = std::clamp((x + 1.5f) * 8, 0.0f, size - 1.001f), v = std::clamp((y + 1.5f) * 8, 0.0f, size - 1.001f);
        const int i = static_cast<int>(u), j = static_cast<int>(v);
        const float p = u - static_cast<float>(i), q = v - static_cast<float>(j);
        return (1 - p) * ((1 - q) * value_[index(i, j)] + q * value_[index(i, j + 1)]) + p * ((1 - q) * value_[index(i + 1, j)] + q * value_[index(i + 1, j + 1)]);
    }

private:
    static constexpr int size = 24;
    static constexpr std::size_t index(int r, int c) { return static_cast<std::size_t>((r + size) % size * size + (c + size) % size); }
    std::array<float, size * size> value_{};
};

/// A fracture: compression of a band of trabeculae below one endplate or both. Lengths in mm.
struct fracture {
    fracture_type type{};
    int grade = 0;          ///< drawn
    double loss = 0;        ///< relative, at the most reduced of anterior, middle and posterior height
    double top = 1;         ///< share of the loss below the superior endplate; the rest is above the inferior one
    double remaining = 0;   ///< share of the band's own height that is left
    double depth = 0;       ///< from the endplate to the band
    double curve = 1;       ///< exponent of a wedge's slope
    double tilt = 0, lateral = 0, lateral_sign = 0; ///< asymmetry; lateral_sign 0: both sides broken
    double apex = 0;        ///< where a biconcave one is deepest, in body coordinates
    double density = 0;     ///< share of the lost volume whose bone is still there
    double sclerosis = 0;   ///< HU added in the band
    double bulge = 0;       ///< widening of the wall, relative
    double step = 0;        ///< of the anterior cortex
    double retropulsion = 0;///< of the posterior wall
    double descent = 0;     ///< share of the loss that the vertebra above follows
    bool cleft = false;     ///< the cortex is open in front
    bool healed = false;    ///< remodelled: smooth, little dense, no step or cleft
    double roughness = 0.12;
    relief depth_relief, loss_relief;
};

/// What makes one person's healthy vertebra differ from another's.
struct healthy {
    double height = 1, wedge = 0, concavity = 0; ///< of the body, relative
    double attenuation = 1;                      ///< of its trabeculae, relative
    double disc_hu = 75, disc_core = 0;          ///< of the discs it meets; the nucleus relative to the annulus
};

/// A whole vertebra that looks suspicious: uniformly low, so that its discs are thick, with dense endplates.
struct degeneration {
    double height = 1;      ///< relative
    double sclerosis = 0;   ///< HU added below both endplates
    double sclerosis_depth = 2; ///< mm within which that falls to a third
};

struct vertebra {
    int level = 0;
    bool broken = false;    ///< drawn as fractured
    bool worn = false;      ///< degenerated, broken or not: normal variation of an old spine
    healthy normal;
    fracture injury;        ///< drawn for every vertebra, used for broken ones
    degeneration mimic;     ///< likewise; what a sham cohort shows instead of the fracture
    degeneration wear;      ///< likewise, used for worn ones
};

struct patient {
    std::uint64_t key = 0;
    std::array<vec, 3> rotation{};  ///< rows of rotation times scale
    vec shift{};                    ///< mm
    double trabecular = 1, cortical = 1; ///< attenuation relative to the template's
    double noise = 20;              ///< HU
    double noise_width = 0.7;       ///< of its kernel, in pixels
    double texture = 12;            ///< HU
    std::vector<vertebra> vertebrae; ///< ascending levels
};

namespace detail {

inline int draw_grade(rng::stream& draw, int level) {
    const auto n = verse19_grades(level);
    auto at = static_cast<int>(draw.below(static_cast<std::uint64_t>(n[0] + n[1] + n[2] + n[3])));
    int grade = 0;
    while (at >= n[static_cast<std::size_t>(grade)]) at -= n[static_cast<std::size_t>(grade++)];
    return grade;
}

/// The share of wedge, biconcave and crush is not known from the sources: an assumption.
inline fracture draw_fracture(std::uint64_t key, int grade) {
    rng::stream draw{rng::key(key, purpose::fracture)};
    fracture f;
    f.grade = grade;
    const double kind = draw.uniform();
    f.type = kind < 0.5 ? fracture_type::wedge : kind < 0.8 ? fracture_type::biconcave : fracture_type::crush;
    constexpr std::array<std::array<double, 2>, 4> losses{{{0.205, 0.245}, {0.205, 0.245}, {0.26, 0.39}, {0.41, 0.55}}};
    f.loss = draw.uniform(losses[static_cast<std::size_t>(grade)][0], losses[static_cast<std::size_t>(grade)][1]);
    const double side = draw.uniform(), both = draw.uniform(0.35, 0.65);
    const bool biconcave = f.type == fracture_type::biconcave;
    f.top = side < (biconcave ? 0.45 : 0.70) ? 1.0 : side < (biconcave ? 0.65 : 0.87) ? 0.0 : both;
    f.remaining = draw.uniform(0.35, 0.55);
    f.depth = draw.uniform(1.5, 5.5);
    f.curve = draw.uniform(0.8, 1.6);
    f.tilt = draw.uniform(-0.35, 0.35);
    f.apex = draw.uniform(-0.25, 0.25);
    const bool one_sided = draw.happens(0.3) && grade < 3; // a collapse takes the whole width
    f.lateral = draw.uniform(-0.2, 0.6);
    f.lateral_sign = (draw.happens(0.5) ? 1 : -1) * (one_sided ? 1 : 0);
    f.density = draw.uniform(0.4, 1.0);
    f.sclerosis = draw.uniform(0, 110);
    f.bulge = draw.uniform(0.02, 0.09) + 0.25 * (f.loss - 0.2);
    f.step = (draw.happens(0.7) ? 1 : 0) * draw.uniform(0.8, 2.6);
    f.cleft = draw.happens(0.6);
    f.retropulsion = (draw.happens(f.loss > 0.35 ? 0.7 : 0.15) ? 1 : 0) * draw.uniform(0.8, 1.5 + 6 * (f.loss - 0.2));
    f.descent = draw.uniform(0.5, 0.9);
    f.healed = draw.happens(0.35);
    if (f.healed) {
        f.density *= 0.3;
        f.sclerosis *= 0.25;
        f.step *= 0.3;
        f.cleft = false;
        f.roughness = 0.05;
    }
    f.depth_relief = relief{rng::key(key, purpose::relief, 0), 1.6};
    f.loss_relief = relief{rng::key(key, purpose::relief, 1), 2.0};
    return f;
}

inline healthy draw_healthy(std::uint64_t key, double disc_hu) {
    rng::stream draw{rng::key(key, purpose::healthy)};
    healthy h;
    h.height = draw.normal(1, 0.035);
    h.wedge = std::clamp(draw.normal(0, 0.035), -0.08, 0.08);
    h.concavity = -std::abs(draw.normal(0, 0.045));
    h.attenuation = draw.normal(1, 0.10);
    h.disc_hu = disc_hu + draw.normal(0, 8);
    h.disc_core = draw.uniform(-18, 14);
    return h;
}

inline degeneration draw_sham(std::uint64_t key) {
    rng::stream draw{rng::key(key, purpose::sham)};
    return {draw.uniform(0.80, 0.90), draw.uniform(60, 180), draw.uniform(1.5, 3.0)};
}

/// Three in five vertebrae, at any level, broken or not: an assumption. Height and density vary independently, from nothing on and
/// beyond what a sham shows, so that neither tells a fracture, nor that there is none.
inline constexpr double worn_share = 0.6;
inline std::pair<bool, degeneration> draw_wear(std::uint64_t key) {
    rng::stream draw{rng::key(key, purpose::degeneration)};
    const bool worn = draw.happens(worn_share);
    return {worn, {draw.uniform(0.72, 1.0), draw.uniform(0, 240), draw.uniform(1.5, 3.0)}};
}

inline std::array<vec, 3> rotation(double about_x, double about_y, double about_z, const vec& scale) {
    const double a = std::cos(about_x), b = std::sin(about_x), c = std::cos(about_y), d = std::sin(about_y), e = std::cos(about_z), f = std::sin(about_z);
    return {vec{e * c * scale[0], (e * d * b - f * a) * scale[1], (e * d * a + f * b) * scale[2]},
            vec{f * c * scale[0], (f * d * b + e * a) * scale[1], (f * d * a - e * b) * scale[2]}, vec{-d * scale[0], c * b * scale[1], c * a * scale[2]}};
}

} // namespace detail

/// The patient with this number in the cohort of this seed.
inline patient draw_patient(std::uint64_t seed, int number, const std::vector<int>& levels, const std::array<double, 3>& spacing) {
    patient p;
    p.key = rng::key(seed, 0x636f686f7274u /* "cohort" */, static_cast<std::uint64_t>(number));
    rng::stream draw{rng::key(p.key, purpose::person)};
    p.trabecular = draw.uniform(0.55, 1.25);
    p.cortical = draw.uniform(0.75, 1.1);
    p.noise = draw.uniform(14, 40);
    p.noise_width = draw.uniform(0.5, 0.85);
    p.texture = draw.uniform(8, 16);
    const double disc_hu = draw.uniform(50, 100);
    const double degree = std::numbers::pi / 180;
    const auto angle = [&] { return std::clamp(draw.normal(0, 3), -6.0, 6.0) * degree; };
    const double ax = angle(), ay = angle(), az = angle();
    const vec scale{draw.uniform(0.93, 1.07), draw.uniform(0.93, 1.07), draw.uniform(0.93, 1.07)};
    p.rotation = detail::rotation(ax, ay, az, scale);
    for (std::size_t d = 0; d < 3; ++d) p.shift[d] = draw.uniform(-0.5, 0.5) * spacing[d];
    for (const int level : levels) {
        const auto key = rng::key(p.key, static_cast<std::uint64_t>(level));
        rng::stream grades{rng::key(key, purpose::grade)};
        const int grade = detail::draw_grade(grades, level);
        vertebra v;
        v.level = level;
        v.broken = grade > 0;
        v.normal = detail::draw_healthy(key, disc_hu);
        v.injury = detail::draw_fracture(key, std::max(grade, 1));
        v.mimic = detail::draw_sham(key);
        const auto [worn, wear] = detail::draw_wear(key);
        v.worn = worn;
        v.wear = wear;
        p.vertebrae.push_back(v);
    }
    return p;
}

} // namespace facet::cohort
