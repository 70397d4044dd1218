#pragma once

#include <cstddef>

#include <facet/core/role.hpp>
#include <facet/core/units.hpp>
#include <facet/data/role.hpp>

namespace facet {

/// A slice for every slice of the scan along the slice axis.
inline constexpr millimetres native{0};

/// How a slice lies in the patient, as radiologists look at it. Decided by the image's directions, never by the order of its array.
///
/// | axis     | rows run          | columns run       | slices run         |
/// |----------|-------------------|-------------------|--------------------|
/// | axial    | front to back     | right to left     | feet to head       |
/// | sagittal | head to feet      | front to back     | right to left      |
/// | coronal  | head to feet      | right to left     | front to back      |
///
/// Right and left are the patient's: in axial and coronal slices the patient's right is on the left of the picture.
enum class slice_axis { axial, sagittal, coronal };

} // namespace facet

namespace facet::slices {

/// `size` x `size` pixels of `pixel` mm, one slice every `step` mm. A step of at least one slice of the scan is rounded to whole slices,
/// so that no slice is a blend of two; a finer step interpolates. The true step stands in slices.csv.
struct axial {
    std::size_t size = 256;
    millimetres pixel{0.5};
    millimetres step = native;
    using role = facet::role::slices;
    static constexpr slice_axis axis = slice_axis::axial;
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(self.size >= 16 && self.size <= 4096, "facet: slices::axial{.size} is the side of a slice in pixels, 16 to 4096");
        static_assert(self.pixel.value > 0 && self.pixel.value <= 20, "facet: slices::axial{.pixel} is the side of a pixel, above 0 and at most 20 mm");
        static_assert(self.step.value >= 0, "facet: slices::axial{.step} is a length, or facet::native for every slice of the scan");
    }
};

struct sagittal {
    std::size_t size = 256;
    millimetres pixel{0.5};
    millimetres step = native;
    using role = facet::role::slices;
    static constexpr slice_axis axis = slice_axis::sagittal;
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(self.size >= 16 && self.size <= 4096, "facet: slices::sagittal{.size} is the side of a slice in pixels, 16 to 4096");
        static_assert(self.pixel.value > 0 && self.pixel.value <= 20, "facet: slices::sagittal{.pixel} is the side of a pixel, above 0 and at most 20 mm");
        static_assert(self.step.value >= 0, "facet: slices::sagittal{.step} is a length, or facet::native for every slice of the scan");
    }
};

struct coronal {
    std::size_t size = 256;
    millimetres pixel{0.5};
    millimetres step = native;
    using role = facet::role::slices;
    static constexpr slice_axis axis = slice_axis::coronal;
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(self.size >= 16 && self.size <= 4096, "facet: slices::coronal{.size} is the side of a slice in pixels, 16 to 4096");
        static_assert(self.pixel.value > 0 && self.pixel.value <= 20, "facet: slices::coronal{.pixel} is the side of a pixel, above 0 and at most 20 mm");
        static_assert(self.step.value >= 0, "facet: slices::coronal{.step} is a length, or facet::native for every slice of the scan");
    }
};

} // namespace facet::slices

namespace facet::scale {

/// The same millimetres per pixel for every vertebra: sizes can be compared. A vertebra that does not fit is an error naming the size needed.
struct constant {
    using role = facet::role::scale;
    static constexpr bool fits_each_vertebra = false;
};

/// Every vertebra fills its slices, by its longer side and without stretching; the millimetres per pixel then differ and stand in slices.csv.
struct fit {
    using role = facet::role::scale;
    static constexpr bool fits_each_vertebra = true;
};

} // namespace facet::scale

namespace facet {
template <> inline constexpr auto default_policy<role::slices> = slices::axial{};
template <> inline constexpr auto default_policy<role::scale> = scale::constant{};
} // namespace facet
