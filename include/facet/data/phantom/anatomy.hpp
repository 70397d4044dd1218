#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/data/phantom/fracture.hpp>

/// The numbers of an analytic spine: sizes of the bones, how patients differ, where vertebrae break.
namespace facet::phantom {

/// One level of an average adult; mm and degrees.
struct level_anatomy {
    int vertebra;               ///< TotalSegmentator number
    double width, depth;        ///< of the endplates
    double anterior, posterior; ///< heights of the body
    double disc;                ///< height of the disc below
    double pedicle;             ///< width
    double lean;                ///< of the body's axis to the back, lying
    int judged;                 ///< vertebrae graded in VerSe19 ...
    std::array<int, 3> broken;  ///< ... and how many of them were of Genant grade 1, 2, 3
};

/// Lumbar bodies: Bonczar 2024 (meta-analysis, n = 1,481); lumbar discs Shin 2024 (CT, n = 700); pedicles Panjabi 1992. T11, T12:
/// CTSpinoPelvic1K medians; other thoracic bodies: one measured spine; their discs Fletcher 2015 (CT, n = 128). Grades: VerSe19 (Loeffler
/// 2020). The lean is a choice that makes a lordosis and a kyphosis. S1, T3 and T2 close the ends of the scan and are never samples.
inline constexpr std::array<level_anatomy, 17> levels{{
    {26, 50.0, 34.0, 30.0, 26.0, 0.0, 18.0, -33, 0, {}},
    {27, 48.8, 34.0, 27.4, 24.1, 8.1, 18.6, -21, 110, {5, 7, 3}},
    {28, 47.5, 34.0, 26.9, 25.8, 9.3, 14.1, -10, 115, {11, 15, 3}},
    {29, 44.8, 33.5, 26.8, 26.7, 8.8, 10.2, -1, 119, {17, 9, 5}},
    {30, 43.0, 33.0, 25.8, 27.0, 7.9, 8.3, 6, 122, {18, 18, 3}},
    {31, 41.1, 33.0, 24.5, 26.6, 6.6, 8.6, 10, 123, {15, 15, 17}},
    {32, 39.9, 31.0, 23.9, 25.0, 6.0, 8.2, 12, 102, {12, 12, 4}},
    {33, 37.6, 31.0, 22.0, 23.0, 5.4, 8.0, 12, 91, {9, 3, 3}},
    {34, 36.0, 32.0, 21.0, 22.0, 5.0, 7.0, 10, 88, {5, 4, 0}},
    {35, 34.5, 31.0, 20.8, 22.0, 4.4, 6.2, 7, 81, {7, 4, 2}},
    {36, 33.5, 29.0, 19.7, 21.0, 4.0, 5.4, 3, 66, {8, 2, 3}},
    {37, 33.0, 28.0, 19.6, 21.0, 3.6, 5.0, -2, 63, {9, 1, 4}},
    {38, 31.5, 26.0, 18.8, 20.0, 3.2, 4.6, -7, 60, {3, 4, 2}},
    {39, 28.5, 24.0, 18.7, 20.0, 3.0, 4.6, -12, 60, {6, 0, 1}},
    {40, 27.0, 23.0, 17.1, 18.0, 2.8, 4.8, -16, 61, {3, 2, 0}},
    {41, 27.0, 22.0, 16.8, 18.0, 2.7, 5.0, -20, 0, {}},
    {42, 28.5, 19.0, 15.9, 17.0, 2.7, 5.5, -23, 0, {}},
}};

/// One vertebra of one patient. Its own frame: x to the left, y to the back, z to the head, the origin at the unbroken body's centre.
struct vertebra {
    int number = 0;
    bool sample = false;                        ///< L5 to T4
    double half_width = 0, half_depth = 0, anterior = 0, posterior = 0, disc = 0, pedicle = 0; ///< mm
    double dish_top = 1, dish_bottom = 1;       ///< how hollow the endplates are, mm
    double osteophyte = 0;                      ///< how far the rims stick out, mm
    double sclerosis = 0;                       ///< degenerative, beside the endplates of unbroken vertebrae too; share of density
    double node = 0, node_x = 0, node_y = 0;    ///< a Schmorl node of the lower endplate: mm deep, at this share of the half axes
    double trabecular = 120, shell = 0.4;       ///< HU; mm of cortex
    double spinous = 1, lean_of_process = 0;    ///< processes differ in length and direction
    double x = 0, y = 0, z = 0, lean = 0, roll = 0; ///< of the centre in the patient, mm; radians to the back and to the side
    std::optional<fracture> broken;

    [[nodiscard]] double height() const { return 0.5 * (anterior + posterior); }
    [[nodiscard]] bool lumbar() const { return number <= 31; }
};

struct patient {
    std::vector<vertebra> spine; ///< from S1 upwards
    double noise = 20;           ///< HU, standard deviation
    double aorta = 45, cava = 50, muscle = 50, fat = -100, disc = 80; ///< HU
    double wasting = 0;          ///< of muscle to fat, 0 to 1
    double calcified = 0;        ///< of the aortic wall, 0 to 1
    double skin = 20;            ///< mm of fat under it
    std::uint64_t texture = 0;
};

namespace detail {

/// Osteoporotic fractures keep company: about a third of the patients has none, the others more; every level keeps its rate.
inline double draw_frailty(rng::stream& draw) {
    const double healthy = draw.uniform(), amount = draw.uniform(0.6, 2.5);
    return healthy < 0.355 ? 0 : amount;
}

inline vertebra draw_vertebra(const level_anatomy& average, double size, double slim, double bone, double age, double frailty, rng::stream& draw) {
    vertebra v;
    v.number = average.vertebra;
    v.sample = average.judged > 0;
    const double local = size * draw.normal(1.0, 0.02);
    v.half_width = 0.5 * average.width * local * slim;
    v.half_depth = 0.5 * average.depth * local;
    v.anterior = average.anterior * local * draw.normal(1.0, 0.03);
    v.posterior = average.posterior * local * draw.normal(1.0, 0.025);
    v.disc = std::max(1.2, average.disc * size * draw.normal(1.0, 0.12));
    v.pedicle = average.pedicle * local * draw.normal(1.0, 0.06);
    v.dish_top = draw.uniform(0.4, 1.6);
    v.dish_bottom = draw.uniform(0.8, 2.4);
    v.osteophyte = std::max(0.0, draw.normal(0.05 * (age - 50), 0.9));
    v.sclerosis = draw.happens(0.15) ? draw.uniform(0.15, 0.6) : 0;
    v.node = draw.happens(0.1) ? draw.uniform(1.5, 3.5) : 0;
    v.node_x = draw.uniform(-0.4, 0.4);
    v.node_y = draw.uniform(-0.3, 0.4);
    v.trabecular = bone * draw.normal(1.0, 0.08) * (average.vertebra >= 36 ? 1.2 : 1.0);
    v.shell = draw.uniform(0.3, 0.5);
    v.spinous = draw.normal(1.0, 0.08);
    v.lean_of_process = draw.normal(0, 2);
    double at = draw.uniform();
    const auto f = draw_fracture(draw);
    for (int grade = 1; grade <= 3 && v.sample; ++grade) {
        const double rate = frailty * average.broken[static_cast<std::size_t>(grade - 1)] / average.judged;
        if (at < rate) {
            v.broken = of_grade(f, grade);
            break;
        }
        at -= rate;
    }
    return v;
}

/// Stacks the bodies along a curve: a lordosis, a kyphosis, a slight scoliosis. What broke lets the spine above come down and bend forward.
inline void stack(std::vector<vertebra>& spine, double curvature, rng::stream& draw) {
    const double offset = draw.normal(0, 2), sway = draw.normal(0, 3), phase = draw.uniform(0, 2 * std::numbers::pi);
    double bent = 0, x = 0, y = 0, z = 0;
    for (std::size_t n = 0; n < spine.size(); ++n) {
        auto& v = spine[n];
        const double degrees = std::numbers::pi / 180, along = static_cast<double>(n) / static_cast<double>(spine.size());
        v.lean = degrees * (curvature * levels[n].lean + offset + draw.normal(0, 1)) - bent;
        v.roll = degrees * (sway * std::sin(phase + 2 * std::numbers::pi * along) + draw.normal(0, 0.7));
        if (n > 0) {
            const auto& below = spine[n - 1];
            const auto sunk = [](const vertebra& b) { return b.broken ? 0.6 * b.broken->loss * b.height() * loss_shape(*b.broken, 0, 0) : 0.0; };
            const double distance = 0.5 * below.height() + v.disc + 0.5 * v.height() - 0.5 * (sunk(below) + sunk(v));
            const double lean = 0.5 * (below.lean + v.lean), roll = 0.5 * (below.roll + v.roll);
            x += distance * std::sin(roll);
            y += distance * std::sin(lean);
            z += distance * std::cos(lean) * std::cos(roll);
        }
        v.x = x, v.y = y, v.z = z;
        if (!v.broken) continue;
        const double front = loss_shape(*v.broken, 0, -0.9), back = loss_shape(*v.broken, 0, 0.9);
        bent = std::min(bent + std::atan(0.35 * v.broken->loss * v.height() * (front - back) / (1.8 * v.half_depth)), 20 * degrees);
    }
}

} // namespace detail

/// Patient `number` of a cohort: everything about it follows from (seed, number).
inline patient draw_patient(std::uint64_t seed, int number) {
    rng::stream draw{rng::key(seed, std::uint64_t{'p'}, static_cast<std::uint64_t>(number))};
    patient p;
    const double size = std::clamp(draw.normal(1.0, 0.06), 0.85, 1.16), slim = draw.normal(1.0, 0.03), age = draw.uniform(48, 90);
    const double frailty = detail::draw_frailty(draw);
    // Trabecular bone of L1 falls from 226 HU at 30 by about 2.3 HU a year (Radiology 2019;291:360).
    const double bone = std::clamp(226 - 2.3 * (age - 30) + draw.normal(0, 28) - 12 * (frailty - 1), 35.0, 230.0);
    p.noise = draw.uniform(12, 38);
    p.aorta = draw.happens(0.5) ? draw.uniform(130, 380) : draw.uniform(35, 50);
    p.cava = 0.5 * p.aorta + 25;
    p.muscle = draw.uniform(42, 60);
    p.fat = draw.uniform(-112, -88);
    p.disc = draw.uniform(65, 100);
    p.wasting = std::clamp(0.015 * (age - 50) + draw.normal(0, 0.15), 0.0, 0.8);
    p.calcified = std::clamp(0.025 * (age - 60) + draw.normal(0, 0.3), 0.0, 1.0);
    p.skin = draw.uniform(8, 32);
    p.texture = rng::key(seed, std::uint64_t{'x'}, static_cast<std::uint64_t>(number));
    for (const auto& average : levels) p.spine.push_back(detail::draw_vertebra(average, size, slim, bone, age, frailty, draw));
    detail::stack(p.spine, draw.uniform(0.7, 1.2), draw);
    return p;
}

} // namespace facet::phantom
