#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <vector>

#include <facet/core/rng.hpp>

/// The numbers of an analytic spine: sizes of the bones, how patients differ, how vertebrae break.
namespace facet::phantom {

/// One level of an average adult, in mm.
struct level_size {
    int vertebra;               ///< TotalSegmentator number
    double width, depth;        ///< of the endplates
    double anterior, posterior; ///< heights of the body
    double disc;                ///< height of the disc below
    double fractured;           ///< share of vertebrae with a fracture
};

/// Lumbar sizes: Bonczar 2024 (meta-analysis, n = 1,481), discs Shin 2024; canal and pedicles Panjabi 1992. T11, T12: CTSpinoPelvic1K
/// medians; other thoracic sizes: one measured spine, discs Fletcher 2015. Fracture rates: VerSe19, Genant grade 1 to 3.
/// S1 and T3 close the ends of the scan.
inline constexpr std::array<level_size, 16> levels{{
    {26, 49.0, 34.0, 30.0, 26.0, 0.0, 0},    {27, 48.8, 34.0, 27.4, 24.1, 8.1, .136}, {28, 47.5, 34.0, 26.9, 25.8, 9.3, .252},
    {29, 44.8, 33.5, 26.8, 26.7, 8.8, .261}, {30, 43.0, 33.0, 25.8, 27.0, 7.9, .320}, {31, 41.1, 33.0, 24.5, 26.6, 6.6, .382},
    {32, 39.9, 31.0, 23.9, 25.0, 6.0, .275}, {33, 37.6, 31.0, 22.0, 23.0, 5.4, .165}, {34, 36.0, 32.0, 21.0, 22.0, 5.0, .102},
    {35, 34.5, 31.0, 20.8, 22.0, 4.4, .160}, {36, 33.5, 29.0, 19.7, 21.0, 4.0, .197}, {37, 33.0, 28.0, 19.6, 21.0, 3.6, .222},
    {38, 31.5, 26.0, 18.8, 20.0, 3.2, .150}, {39, 28.5, 24.0, 18.7, 20.0, 3.0, .117}, {40, 27.0, 23.0, 17.1, 18.0, 2.8, .082},
    {41, 27.0, 22.0, 16.8, 18.0, 2.7, 0},
}};

enum class fracture_kind { wedge, biconcave, crush };

/// How one body broke.
struct fracture {
    fracture_kind kind = fracture_kind::wedge;
    double loss = 0.25;     ///< of height where it is greatest; Genant 1: 0.20-0.25, 2: 0.25-0.40, 3: above 0.40
    bool lower = false;     ///< the lower endplate gave way, not the upper
    double band = 3;        ///< mm of trabeculae, beside what was lost, that were pressed into the band
    double density = 0.8;   ///< how much denser the band is
    double step = 1.5;      ///< mm the anterior cortex buckles out
    double tilt = 0;        ///< left to right
};

/// One vertebra of one patient, in its own frame: x to the left, y to the back, z to the head, the origin at the body's centre.
struct vertebra {
    int number = 0;
    double half_width = 0, half_depth = 0, anterior = 0, posterior = 0, disc = 0, concavity = 1;
    double trabecular = 120; ///< HU
    double shift = 0;        ///< of the centre along the axis of the spine, mm from the lower end
    double lateral = 0, back = 0, lean = 0, roll = 0; ///< position and rotation in the patient
    std::optional<fracture> broken;
};

struct patient {
    std::vector<vertebra> spine; ///< from S1 upwards
    double noise = 20;           ///< HU
    double aorta = 45;           ///< HU
    double muscle = 50, fat = -95, disc = 80;
    std::uint64_t texture = 0;
};

/// Uneven enough to be three kinds and three grades; their mix in patients is not known, so it is a choice.
inline fracture draw_fracture(rng::stream& draw) {
    fracture f;
    const double kind = draw.uniform(), grade = draw.uniform();
    f.kind = kind < 0.5 ? fracture_kind::wedge : kind < 0.8 ? fracture_kind::biconcave : fracture_kind::crush;
    f.loss = grade < 0.49 ? draw.uniform(0.20, 0.25) : grade < 0.82 ? draw.uniform(0.25, 0.40) : draw.uniform(0.40, 0.55);
    f.lower = draw.happens(0.2);
    f.band = draw.uniform(2.0, 4.5);
    f.density = draw.uniform(0.4, 1.1);
    f.step = draw.happens(0.7) ? draw.uniform(0.8, 2.4) : 0;
    f.tilt = draw.uniform(-0.3, 0.3);
    return f;
}

/// Patient `number` of a cohort: everything about it follows from (seed, number).
inline patient draw_patient(std::uint64_t seed, int number) {
    rng::stream draw{rng::key(seed, std::uint64_t{'p'}, number)};
    patient p;
    const double size = draw.normal(1.0, 0.05), slim = draw.normal(1.0, 0.04);
    // Trabecular bone of L1 loses about 2.5 HU a year (Radiology 2019;291:360); these patients are 45 to 90 years old.
    const double bone = std::clamp(226 - 2.5 * (draw.uniform(45, 90) - 25) + draw.normal(0, 25), 35.0, 220.0);
    const double lordosis = draw.normal(26, 5), kyphosis = draw.normal(22, 6), sway = draw.normal(0, 4);
    p.noise = draw.uniform(14, 40);
    p.aorta = draw.happens(0.4) ? draw.uniform(150, 350) : draw.uniform(35, 55);
    p.disc = draw.uniform(65, 100);
    p.texture = rng::key(seed, std::uint64_t{'x'}, number);

    double shift = 0;
    for (const auto& average : levels) {
        vertebra v;
        v.number = average.vertebra;
        const double local = size * draw.normal(1.0, 0.025);
        v.half_width = 0.5 * average.width * local * slim;
        v.half_depth = 0.5 * average.depth * local;
        v.anterior = average.anterior * local * draw.normal(1.0, 0.03);
        v.posterior = average.posterior * local * draw.normal(1.0, 0.02);
        v.disc = std::max(1.5, average.disc * size * draw.normal(1.0, 0.12));
        v.concavity = draw.uniform(0.6, 2.0);
        v.trabecular = bone * draw.normal(1.0, 0.10) * (average.vertebra >= 36 ? 1.25 : 1.0);
        v.roll = draw.normal(0, 0.02);
        const bool breaks = draw.happens(average.fractured);
        const auto f = draw_fracture(draw);
        if (breaks) v.broken = f;
        const double height = 0.5 * (v.anterior + v.posterior);
        shift += v.disc + 0.5 * height;
        v.shift = shift;
        shift += 0.5 * height;
        p.spine.push_back(v);
    }
    // Lumbar lordosis forward, thoracic kyphosis backward; every vertebra leans along the curve.
    const double whole = shift;
    const auto curve = [&](double at) {
        const double t = at / whole;
        return -lordosis * std::sin(std::numbers::pi * std::min(t / 0.45, 1.0)) + kyphosis * std::sin(std::numbers::pi * std::clamp((t - 0.4) / 0.75, 0.0, 1.0));
    };
    for (auto& v : p.spine) {
        v.back = curve(v.shift);
        v.lean = std::atan((curve(v.shift + 2) - curve(v.shift - 2)) / 4);
        v.lateral = sway * std::sin(std::numbers::pi * v.shift / whole);
    }
    return p;
}

} // namespace facet::phantom
