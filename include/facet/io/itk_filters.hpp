#pragma once

#include <cstdint>

#include <facet/data/volume.hpp>

namespace facet {

/// ITK's filters, as functions from volume to volume. ITK itself is included by io/itk_filters-inl.hpp only.
template <class = void> struct image_filters {
    /// The same voxels in the order i to the left, j to the back, k to the head (as nearly as the scan's axes allow).
    static ct_volume oriented(const ct_volume& image);
    static label_volume oriented(const label_volume& image);

    /// Distance in mm from each voxel's centre to that of the nearest voxel with `mask != 0`, by the grid's spacing (Maurer et al.,
    /// IEEE TPAMI 2003); 0 inside. The mask must not be empty.
    static volume<float> distance_to(const mask_volume& mask);

    /// The largest face-connected piece of `mask != 0`, as 0 and 1.
    static mask_volume largest_piece(const mask_volume& mask);

    /// Less noise, same edges: curvature anisotropic diffusion (Perona and Malik 1990; Whitaker and Xue 2001).
    static volume<float> denoised(const volume<float>& image, double conductance, int iterations);

    /// Coefficients of the cubic B-spline through the voxels, mirrored at the border (Unser, IEEE Signal Processing Magazine 1999).
    static volume<float> spline_coefficients(const volume<float>& image);
};

} // namespace facet

#ifndef FACET_COMPILED
#include <facet/io/itk_filters-inl.hpp>
#endif
