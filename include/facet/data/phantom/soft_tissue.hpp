#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <facet/data/phantom/anatomy.hpp>
#include <facet/data/phantom/shape.hpp>
#include <facet/data/phantom/texture.hpp>

/// What lies around the spine: muscle, fat, lungs, great vessels, skin.
namespace facet::phantom {

/// The spine at one height, smoothed along it.
struct cross_section {
    double x = 0, y = 0, half_width = 0, half_depth = 0;
    double thorax = 0;  ///< 0 lumbar, 1 thoracic
    double level = 0;   ///< 1 at L5, falling to 0 at T12: how low in the abdomen
};

/// `z` in mm of the patient.
inline cross_section section_at(const patient& p, double z) {
    cross_section s;
    double total = 0;
    for (const auto& v : p.spine) {
        const double t = (z - v.z) / 24, weight = std::exp(-t * t);
        total += weight;
        s.x += weight * v.x, s.y += weight * v.y, s.half_width += weight * v.half_width, s.half_depth += weight * v.half_depth;
        s.thorax += weight * std::clamp((v.number - 30.5) / 3, 0.0, 1.0);
        s.level += weight * std::clamp((32.0 - v.number) / 5, 0.0, 1.0);
    }
    total = std::max(total, 1e-12);
    s.x /= total, s.y /= total, s.half_width /= total, s.half_depth /= total, s.thorax /= total, s.level /= total;
    return s;
}

class soft_tissue {
public:
    soft_tissue(const patient& p, const texture& noise) : p_{p}, noise_{noise} {}

    /// HU at a point of the patient.
    [[nodiscard]] double operator()(const cross_section& s, double x, double y, double z) const {
        x -= s.x, y -= s.y;
        const double skin = y - (s.half_depth + 62 + 8 * s.level + p_.skin);
        if (skin > 1) return -1000;
        double hu = p_.fat + 8 * noise_(1, x / 5, y / 5, z / 5);
        hu = organs(s, x, y, z, hu);
        hu = muscles(s, x, y, z, hu);
        hu = vessels(s, x, y, z, hu);
        return skin > -2 ? hu + smooth_step((skin + 2) / 1.2) * (30 - hu) : hu;
    }

private:
    /// 1 inside, 0 outside, over `edge` mm to both sides.
    static double within(double distance, double edge = 1.0) { return smooth_step(0.5 - 0.5 * distance / edge); }
    static double ellipse(double x, double y, double rx, double ry) { return (std::sqrt(x * x / (rx * rx) + y * y / (ry * ry)) - 1) * std::min(rx, ry); }
    static void paint(double& hu, double share, double value) { hu += share * (value - hu); }

    /// Bowel, liver and kidneys below, lungs and mediastinum above; none of them close to the spine.
    [[nodiscard]] double organs(const cross_section& s, double x, double y, double z, double hu) const {
        const double front = -y - s.half_depth;
        if (s.thorax < 1 && front > 14) {
            const double organ = noise_(2, x / 22, y / 22, z / 30) + 0.035 * (front - 30);
            paint(hu, smooth_step(2.5 * organ) * smooth_step((front - 20) / 8) * (1 - s.thorax), 48 + 14 * noise_(3, x / 9, y / 9, z / 9));
        }
        if (s.thorax > 0) {
            const double wall = y - (s.half_depth + 6), mediastinum = 15 + 34 * (1 - std::exp(-detail::squared(std::max(0.0, front) / 38))) + 3 * noise_(4, z / 18, y / 18, 0);
            const double beside = std::abs(x) - std::max(s.half_width + 3.5 - 0.25 * std::max(0.0, front + 8), mediastinum);
            paint(hu, smooth_step(noise_(13, x / 8, y / 8, z / 12) + 0.06 * (front - 14)) * smooth_step((front - 6) / 10) * s.thorax, 42 + 0.3 * (p_.aorta - 42) * smooth_step((front - 26) / 8));
            const double lung = std::min(beside, -wall - 0.012 * x * x + 18);
            const double vessel = std::max(0.0, noise_(5, x / 3, y / 3, z / 4) - 1.0) * 700;
            paint(hu, smooth_step(lung / 2) * s.thorax, std::min(-60.0, -868 + 22 * noise_(6, x / 6, y / 6, z / 8) + vessel));
        }
        return hu;
    }

    /// Erector spinae behind, psoas and quadratus lumborum beside the lumbar bodies; wasted muscle is marbled with fat.
    [[nodiscard]] double muscles(const cross_section& s, double x, double y, double z, double hu) const {
        const double side = std::abs(x), back = y - s.half_depth, lumbar = 1 - s.thorax;
        double erector = ellipse(side - 19 - 5 * lumbar, back - 31 - 4 * lumbar, 20 + 5 * lumbar, 17 + 6 * lumbar);
        erector = rounded_min(erector, ellipse(side - 8, back - 27, 9, 17), 4);       // multifidus, beside the spinous processes
        double muscle = erector;
        if (lumbar > 0) {
            const double r = 6 + 13 * s.level;
            muscle = rounded_min(muscle, ellipse(side - s.half_width - 0.72 * r, back + s.half_depth - 5 + 3 * s.level, r, 1.15 * r) + 30 * s.thorax, 2);
            muscle = rounded_min(muscle, ellipse(side - s.half_width - 30, back - 6, 15, 8) + 30 * s.thorax, 2);
        }
        if (s.thorax > 0) muscle = rounded_min(muscle, std::abs(y - (s.half_depth + 16) + 0.006 * x * x) - 8 + 30 * (1 - s.thorax), 2); // chest wall
        muscle = std::min(muscle, ellipse(x, back - 8, 14, 16));                        // around the arch
        const double share = within(muscle);
        if (share <= 0) return hu;
        const double streak = noise_(7, x / 3.5, y / 3.5, z / 16) + 0.6 * noise_(8, x / 9, y / 9, z / 25);
        const double fat = p_.wasting * (0.25 + 0.6 * smooth_step((streak - 1.1 + 1.1 * p_.wasting) / 1.2));
        paint(hu, share, p_.muscle + 5 * noise_(9, x / 2.5, y / 2.5, z / 4) + fat * (p_.fat - p_.muscle));
        return hu;
    }

    /// The aorta left of the midline, further left and back in the chest; the cava on the right below; the oesophagus above.
    [[nodiscard]] double vessels(const cross_section& s, double x, double y, double z, double hu) const {
        const double front = -y - s.half_depth;
        const double aorta = std::hypot(x - 9 - 11 * s.thorax - 2 * noise_(10, z / 40, 0, 0), front - 13.5 + 8 * s.thorax) - 10.5 - 1.5 * s.thorax;
        paint(hu, within(aorta - 1.2), 45);
        paint(hu, within(aorta), p_.aorta);
        const double chalk = noise_(11, x / 5, y / 5, z / 6) - 2.2 + 1.2 * p_.calcified;
        if (std::abs(aorta) < 2) paint(hu, p_.calcified * smooth_step(chalk * 2) * within(std::abs(aorta) - 0.8, 0.8), 750);
        paint(hu, within(ellipse(x + 15, front - 13, 12, 9) + 40 * s.thorax), p_.cava);
        if (s.thorax > 0) {
            const double gullet = ellipse(x - 3, front - 10, 8, 6) + 40 * (1 - s.thorax);
            paint(hu, within(gullet), 40);
        }
        return hu;
    }

    const patient& p_;
    const texture& noise_;
};

} // namespace facet::phantom
