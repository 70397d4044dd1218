#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// A scan reconstructed in thicker sections: the mean over a stretch of rows, its length drawn from [1, pixels). The rows (top to bottom) of
/// sagittal and coronal slices run along the body, which is the axis sections are thick in. In axial slices that axis is not in the picture, and
/// this operation means nothing. A box is the sensitivity profile of an ideal section.
struct slice_thickness {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double pixels = 4; ///< the thickest section, in rows
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return kernels<>::box_blur_rows(images, draw.uniform(1, pixels), pixels); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(1 <= self.pixels && self.pixels <= 32, "facet: augment::slice_thickness needs between 1 and 32 pixels; 1 changes nothing");
    }
};

static_assert(intensity<slice_thickness>);

} // namespace facet::augment
