#pragma once

#include <cstdint>
#include <filesystem>

#include <facet/data/volume.hpp>

/// Medical images in and out. ITK itself is included by io/itk-inl.hpp only.
namespace facet {

/// Reads NIfTI (`.nii`, `.nii.gz`), NRRD (`.nrrd`), MetaImage (`.mha`) and a folder with one DICOM series; writes NIfTI.
///
/// Every fault is one sentence that names the file: bad_input for what is wrong with the data, io_error for what the system refused.
template <class = void> struct image_io {
    /// Hounsfield units. Must be finite; values below air become `air`, values above int16 its maximum.
    static ct_volume read_ct(const std::filesystem::path& path);
    /// Whole numbers 0 ... 255, stored as integers or as floating point.
    static label_volume read_labels(const std::filesystem::path& path);
    /// A fracture mask: 0 healthy, 1 fracture, 255 ignore; anything else is an error.
    static mask_volume read_mask(const std::filesystem::path& path);
    /// Where the voxels lie; reads headers only.
    static geometry read_geometry(const std::filesystem::path& path);

    /// `.nii` or `.nii.gz`, written atomically; sform and qform both say `image.grid`.
    static void write(const std::filesystem::path& path, const volume<std::uint8_t>& image);
    static void write(const std::filesystem::path& path, const volume<std::int16_t>& image);
    static void write(const std::filesystem::path& path, const volume<float>& image);
};

} // namespace facet

#ifndef FACET_COMPILED
#include <facet/io/itk-inl.hpp>
#endif
