#pragma once

#include <algorithm>
#include <cstddef>

#include <facet/core/rng.hpp>

/// How a vertebral body breaks.
namespace facet::phantom {

inline double smooth_step(double t) {
    t = std::clamp(t, 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

enum class fracture_kind { wedge, biconcave, crush };

struct fracture {
    fracture_kind kind = fracture_kind::wedge;
    double loss = 0.25;     ///< share of height lost where it is greatest
    bool lower = false;     ///< the lower endplate gave way, not the upper
    double band = 3;        ///< mm of trabeculae, beside what was lost, that were pressed into the band
    double density = 0.8;   ///< how much denser the band is; little where it has healed
    double step = 1.5;      ///< mm the anterior cortex buckles out
    double tilt = 0;        ///< left to right
    double rough = 1;       ///< mm the broken endplate is uneven
    double cleft = 0;       ///< of the band not closed, 0 to 1

    /// By height loss (Genant 1993): 1 from 20 %, 2 from 25 %, 3 from 40 %.
    [[nodiscard]] int grade() const { return loss < 0.25 ? 1 : loss < 0.40 ? 2 : 3; }
};

/// Where height is lost, over the cross-section (x, y in half widths and half depths): 0 nothing, 1 most.
inline double loss_shape(const fracture& f, double x, double y) {
    const double forward = std::clamp(0.5 - 0.5 * y, 0.0, 1.0);
    double share = 0;
    switch (f.kind) {
    case fracture_kind::wedge: share = smooth_step((forward - 0.05) / 0.85); break;
    case fracture_kind::biconcave: share = std::clamp(1 - 0.85 * y * y - 0.55 * x * x, 0.1, 1.0); break;
    case fracture_kind::crush: share = 0.85 + 0.15 * forward; break;
    }
    return share * std::max(0.0, 1 + f.tilt * x);
}

/// The mix of kinds in patients is not known; half wedges, three tenths biconcave is a choice. A third has healed.
inline fracture draw_fracture(rng::stream& draw) {
    fracture f;
    const double kind = draw.uniform();
    f.kind = kind < 0.5 ? fracture_kind::wedge : kind < 0.8 ? fracture_kind::biconcave : fracture_kind::crush;
    f.loss = draw.uniform(); // where in its grade; see of_grade
    f.lower = draw.happens(0.2);
    f.band = draw.uniform(2.0, 4.5);
    f.density = draw.happens(0.33) ? draw.uniform(0.15, 0.4) : draw.uniform(0.5, 1.3);
    f.step = draw.happens(0.7) ? draw.uniform(0.8, 2.4) : 0;
    f.tilt = draw.uniform(-0.25, 0.25);
    f.rough = draw.uniform(0.3, 1.2);
    f.cleft = draw.happens(0.35) ? draw.uniform(0.3, 1.0) : 0;
    return f;
}

/// The same fracture with the height loss of a grade; above 55 % nothing is left to see.
inline fracture of_grade(fracture f, int grade) {
    constexpr double from[]{0.20, 0.25, 0.40, 0.55};
    f.loss = from[grade - 1] + f.loss * (from[grade] - from[grade - 1]);
    return f;
}

} // namespace facet::phantom
