#pragma once

#include <cstdint>

#include <facet/augment/concept.hpp>

namespace facet::augment {

/// Bends the slice by a smooth random field, one per vertebra: a uniform cubic B-spline (Rueckert et al., IEEE TMI 18(8), 1999) whose control
/// points move by up to `fraction` of the side in x and in y. It joins the affine operations in one interpolation and acts on the slice they
/// have moved, wherever it is written.
///
/// Lengths change locally by at most 2 fraction (control_points - 3): 16 % by default, less than the height loss of the mildest Genant
/// fracture (20 %), so that bending does not make fractures. Fields that could fold the slice over itself do not compile (Choi and Lee,
/// Graphical Models 62, 2000: one-to-one below 0.48 of the distance between control points).
struct elastic {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;

    double fraction = 0.02;          ///< largest displacement of a control point, of the side of the slice
    std::int64_t control_points = 7; ///< a side; the outer ones lie outside the slice
    double probability = 1;

    void operator()(displacement& field, rng::stream& draw, double size) const {
        const double most = fraction * (size - 1);
        for (auto& coefficient : field.coefficients) coefficient = static_cast<float>(draw.uniform(-most, most));
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.control_points >= 4, "facet: augment::elastic needs at least 4 control points a side; 7 are usual");
        static_assert(self.control_points < 4 || (0 <= self.fraction && self.fraction * static_cast<double>(self.control_points - 3) <= 0.48),
                      "facet: augment::elastic could fold the slice over itself; it needs 0 <= fraction <= 0.48 / (control_points - 3)");
    }
};

static_assert(geometric<elastic>);

} // namespace facet::augment
