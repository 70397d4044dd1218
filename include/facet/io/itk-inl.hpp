#pragma once
// unit: facet::image_io<>
// library: dataset
// needs: itk

#include <facet/io/itk.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cctype>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>
#include <itkGDCMSeriesFileNames.h>
#include <itkImage.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkImageSeriesReader.h>
#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <facet/core/error.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/dicom_file.hpp>
#include <facet/io/itk_volume.hpp>
#include <facet/io/meta_image.hpp>
#include <facet/io/nifti_header.hpp>

namespace facet {

namespace detail::itk_io {

namespace fs = std::filesystem;

inline bool ends_with(const fs::path& path, std::string_view ending) {
    std::string name = path.filename().string();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name.ends_with(ending);
}
inline bool is_nifti(const fs::path& path) { return ends_with(path, ".nii") || ends_with(path, ".nii.gz"); }

inline bad_input wrong(const fs::path& path, const std::string& what) { return bad_input{"'" + path.string() + "' " + what}; }

/// The reader of a file's format. Chosen by name: no factory guesses, and no other of ITK's parsers sees the file.
inline itk::ImageIOBase::Pointer reader_of(const fs::path& path) {
    if (is_nifti(path)) return itk::NiftiImageIO::New().GetPointer();
    if (ends_with(path, ".nrrd")) return itk::NrrdImageIO::New().GetPointer();
    if (ends_with(path, ".mha")) return itk::MetaImageIO::New().GetPointer();
    throw wrong(path, "is of no known image format; expected .nii, .nii.gz, .nrrd, .mha or a folder with one DICOM series");
}

/// ITK's own message carries source lines; a user gets the part after them.
inline std::string reason(const itk::ExceptionObject& e) {
    std::string text = e.GetDescription();
    if (const auto cut = text.find("): "); cut != text.npos) text.erase(0, cut + 3);
    std::replace(text.begin(), text.end(), '\n', ' ');
    while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
    return text.substr(0, 300);
}

template <class F> auto guarded(const fs::path& path, F&& read) {
    static std::once_flag quiet;
    std::call_once(quiet, [] {
        itk::Object::GlobalWarningDisplayOff();
        gdcm::Trace::ErrorOff();
        gdcm::Trace::WarningOff();
    });
    try {
        return read();
    } catch (const itk::MemoryAllocationError&) {
        throw error{exit_code::out_of_memory, "'" + path.string() + "' does not fit into memory"};
    } catch (const itk::ExceptionObject& e) {
        throw wrong(path, "cannot be read as an image: " + reason(e));
    } catch (const std::bad_alloc&) {
        throw error{exit_code::out_of_memory, "'" + path.string() + "' does not fit into memory"};
    }
}

inline void check_header(const fs::path& path, const itk::ImageIOBase& header) {
    unsigned dimensions = header.GetNumberOfDimensions();
    while (dimensions > 3 && header.GetDimensions(dimensions - 1) == 1) --dimensions;
    if (dimensions != 3) throw wrong(path, "has " + std::to_string(dimensions) + " dimensions; expected a 3-D image");
    if (header.GetNumberOfComponents() != 1) throw wrong(path, "has " + std::to_string(header.GetNumberOfComponents()) + " values per voxel; expected one");
    double bytes = header.GetComponentSize();
    for (unsigned axis = 0; axis < 3; ++axis) bytes *= static_cast<double>(header.GetDimensions(axis));
    if (bytes < 1) throw wrong(path, "has no voxels");
    if (fs::is_regular_file(path) && bytes > static_cast<double>(fs::file_size(path)) * nifti::largest_compression)
        throw wrong(path, "is damaged: its header promises more voxels than the file can hold");
}

/// A spacing and a direction that a patient can have.
inline void check_geometry(const fs::path& path, const geometry& grid) {
    for (const double s : grid.spacing) if (!std::isfinite(s) || s <= 0) throw wrong(path, "has a spacing that is not a positive number");
    for (const double o : grid.origin) if (!std::isfinite(o)) throw wrong(path, "has an origin that is not a number");
    const auto& d = grid.direction;
    const double determinant = d[0] * (d[4] * d[8] - d[5] * d[7]) - d[1] * (d[3] * d[8] - d[5] * d[6]) + d[2] * (d[3] * d[7] - d[4] * d[6]);
    if (!(std::abs(std::abs(determinant) - 1) < 1e-2)) throw wrong(path, "has axes that are not at right angles to each other");
}

template <class Source> geometry geometry_of(const Source& image) {
    geometry grid;
    const auto& region = image.GetLargestPossibleRegion();
    for (unsigned i = 0; i < 3; ++i) {
        grid.size[i] = region.GetSize(i);
        grid.spacing[i] = image.GetSpacing()[i];
        grid.origin[i] = image.GetOrigin()[i];
        for (unsigned j = 0; j < 3; ++j) grid.direction[3 * i + j] = image.GetDirection()(i, j);
    }
    return grid;
}

inline geometry geometry_of(const itk::ImageIOBase& header) {
    geometry grid;
    for (unsigned axis = 0; axis < 3; ++axis) {
        grid.size[axis] = header.GetDimensions(axis);
        grid.spacing[axis] = header.GetSpacing(axis);
        grid.origin[axis] = header.GetOrigin(axis);
        for (unsigned row = 0; row < 3; ++row) grid.direction[3 * row + axis] = header.GetDirection(axis)[row];
    }
    return grid;
}

/// One DICOM series: its files in order of position, and the component type of their pixels.
struct series {
    std::vector<std::string> files;
    itk::ImageIOBase::IOComponentType component{};
};

inline double along(const std::array<double, 3>& a, const std::array<double, 3>& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

/// Slices at equal distances, none missing, none twice.
inline void check_positions(const fs::path& folder, const std::vector<double>& positions) {
    std::vector<double> gaps;
    for (std::size_t i = 1; i < positions.size(); ++i) gaps.push_back(positions[i] - positions[i - 1]);
    std::vector<double> sorted = gaps;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    const double usual = sorted[sorted.size() / 2];
    for (const double gap : gaps) {
        if (gap < 1e-3) throw wrong(folder, "has two DICOM slices at one position; expected each position once");
        if (std::abs(gap - usual) > 0.05 * usual)
            throw wrong(folder, "misses a DICOM slice or has unequal distances: one gap is " + std::to_string(gap) + " mm, the usual one " + std::to_string(usual) + " mm");
    }
}

/// The DICOM files of a folder, all whole. (GDCM would pass over what it cannot read: a slice that was cut off at an end of the scan would not be missed.)
inline std::set<fs::path> whole_files(const fs::path& folder) {
    std::set<fs::path> files;
    for (const auto& entry : fs::directory_iterator{folder}) {
        if (!entry.is_regular_file() || !dicom_file::is_meant(entry.path())) continue;
        dicom_file::check(entry.path());
        files.insert(entry.path().filename());
    }
    return files;
}

inline series find_series(const fs::path& folder) {
    auto files = whole_files(folder);
    const auto names = itk::GDCMSeriesFileNames::New();
    names->SetUseSeriesDetails(false); // split by series UID alone
    names->SetDirectory(folder.string());
    const auto& ids = names->GetSeriesUIDs();
    if (ids.empty()) throw wrong(folder, "holds no DICOM series");
    if (ids.size() > 1) throw wrong(folder, "holds " + std::to_string(ids.size()) + " DICOM series; expected one, so move each into a folder of its own");

    for (const auto& slice : names->GetFileNames(ids.front())) files.erase(fs::path{slice}.filename());
    if (!files.empty()) throw wrong(folder, "holds '" + files.begin()->string() + "', which is no slice of its series; repair it or move it elsewhere");

    series found;
    std::vector<std::pair<double, std::string>> order;
    std::array<double, 3> normal{};
    for (const auto& name : names->GetFileNames(ids.front())) {
        const auto header = itk::GDCMImageIO::New();
        header->SetFileName(name);
        header->ReadImageInformation();
        if (header->GetNumberOfComponents() != 1) throw wrong(folder, "holds colour images; expected a CT");
        const auto direction = header->GetDirection(2);
        const std::array<double, 3> axis{direction[0], direction[1], direction[2]};
        if (order.empty()) normal = axis;
        if (along(axis, normal) < 1 - 1e-4) throw wrong(folder, "holds slices of different orientations; expected parallel ones");
        order.emplace_back(along({header->GetOrigin(0), header->GetOrigin(1), header->GetOrigin(2)}, normal), name);
        // The widest type of any slice: a rescale slope may make some of them floating point.
        found.component = std::max(found.component, header->GetComponentType());
    }
    if (order.size() < 2) throw wrong(folder, "holds one DICOM slice; expected a series of slices");
    std::sort(order.begin(), order.end());
    std::vector<double> positions;
    for (auto& [position, name] : order) {
        positions.push_back(position);
        found.files.push_back(std::move(name));
    }
    check_positions(folder, positions);
    return found;
}

/// Moves ITK's pixels into a volume; `convert(value)` says what becomes of one.
template <class T, class Image, class Convert> volume<T> converted(const fs::path& path, const Image& image, Convert&& convert) {
    volume<T> out;
    out.grid = geometry_of(image);
    check_geometry(path, out.grid);
    out.voxels = xt::xtensor<T, 3>::from_shape({out.grid.size[2], out.grid.size[1], out.grid.size[0]});
    const auto* const source = image.GetBufferPointer();
    std::transform(source, source + out.grid.voxel_count(), out.voxels.data(), convert);
    return out;
}

inline bool fits_int16(itk::ImageIOBase::IOComponentType type) {
    using io = itk::ImageIOBase;
    return type == io::IOComponentType::UCHAR || type == io::IOComponentType::CHAR || type == io::IOComponentType::SHORT;
}

template <class Pixel, class T, class Convert> volume<T> read_file(const fs::path& path, Convert&& convert) {
    using image = itk::Image<Pixel, 3>;
    const auto reader = itk::ImageFileReader<image>::New();
    reader->SetFileName(path.string());
    reader->SetImageIO(reader_of(path));
    reader->Update();
    return converted<T>(path, *reader->GetOutput(), convert);
}

template <class Pixel, class T, class Convert> volume<T> read_series(const fs::path& folder, const series& found, Convert&& convert) {
    using image = itk::Image<Pixel, 3>;
    const auto reader = itk::ImageSeriesReader<image>::New();
    reader->SetImageIO(itk::GDCMImageIO::New());
    reader->SetFileNames(found.files);
    reader->ForceOrthogonalDirectionOff();
    reader->MetaDataDictionaryArrayUpdateOff();
    reader->Update();
    return converted<T>(folder, *reader->GetOutput(), convert);
}

/// Reads `path` as int16 where that is exact and as float otherwise (a float holds every label and every Hounsfield unit exactly).
template <class T, class Convert> volume<T> read(const fs::path& path, Convert&& convert) {
    std::error_code failure;
    const auto status = fs::status(path, failure);
    if (!fs::exists(status)) throw bad_input{"'" + path.string() + "' does not exist; expected an image"};
    return guarded(path, [&] {
        if (fs::is_directory(status)) {
            const auto found = find_series(path);
            return fits_int16(found.component) ? read_series<std::int16_t, T>(path, found, convert) : read_series<float, T>(path, found, convert);
        }
        const auto header = reader_of(path);
        if (is_nifti(path)) nifti::check(path, true);
        const auto meta = ends_with(path, ".mha") ? std::optional{meta_image::layout_of(path)} : std::nullopt;
        header->SetFileName(path.string());
        header->ReadImageInformation();
        check_header(path, *header);
        if (meta) meta_image::check(path, *meta, header->GetImageSizeInBytes());
        return fits_int16(header->GetComponentType()) ? read_file<std::int16_t, T>(path, convert) : read_file<float, T>(path, convert);
    });
}

/// What a number in a label file must be; the sentence names the value.
inline int whole(const fs::path& path, double value) {
    if (!std::isfinite(value)) throw wrong(path, "holds a label that is not a number (NaN or infinite); expected whole numbers");
    if (value != std::floor(value) || value < 0 || value > 255) {
        std::string text = std::to_string(value);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) text.pop_back();
        throw wrong(path, "holds the label " + text + "; expected whole numbers from 0 to 255");
    }
    return static_cast<int>(value);
}

inline std::int16_t hounsfield(const fs::path& path, double value) {
    if (!std::isfinite(value)) throw wrong(path, "holds a voxel that is not a number (NaN or infinite); expected Hounsfield units");
    return static_cast<std::int16_t>(std::lround(std::clamp(value, double{air}, double{std::numeric_limits<std::int16_t>::max()})));
}

/// The NIfTI library does not say when the disk is full: what it wrote is read again. `voxel_bytes`: of the voxels alone.
inline void require_complete(const fs::path& written, const fs::path& path, std::size_t voxel_bytes) {
    constexpr std::size_t header = 348;
    errno = 0;
    const gzFile file = ::gzopen(written.c_str(), "rb"); // reads plain files as they are
    if (file == nullptr) system_failure("write", path, errno != 0 ? errno : ENOMEM);
    std::vector<char> buffer(std::size_t{1} << 16);
    std::size_t found = 0;
    int n = 0;
    while ((n = ::gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) found += static_cast<std::size_t>(n);
    const int closed = ::gzclose_r(file);
    if (n < 0 || closed != Z_OK || found < header + voxel_bytes) system_failure("write", path, ENOSPC);
}

template <class T> void write(const fs::path& path, const volume<T>& source) {
    if (!is_nifti(path)) throw wrong(path, "is not a name for a NIfTI file; expected .nii or .nii.gz");
    if (source.voxels.size() != source.grid.voxel_count() || source.voxels.size() == 0) throw wrong(path, "cannot be written: the image has no voxels");
    if (!fs::is_directory(folder_of(path))) system_failure("write", path, ENOENT);
    const fs::path temporary = folder_of(path) / (".writing." + std::to_string(::getpid()) + "." + path.filename().string());
    const auto target = itk_volume::wrapped(source);
    try {
        const auto writer = itk::ImageFileWriter<itk_volume::image<T>>::New();
        const auto format = itk::NiftiImageIO::New();
        writer->SetImageIO(format);
        writer->SetFileName(temporary.string());
        writer->SetInput(target);
        writer->SetUseCompression(ends_with(path, ".gz"));
        format->SetCompressionLevel(1); // noise hardly shrinks: more would cost time and save nothing
        writer->Update();
        require_complete(temporary, path, source.voxels.size() * sizeof(T));
        const int handle = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
        if (handle < 0) system_failure("write", path, errno);
        const int failed = ::fsync(handle) != 0 ? errno : 0;
        ::close(handle);
        if (failed != 0) system_failure("flush", path, failed);
        rename_durably(temporary, path);
    } catch (const itk::ExceptionObject& e) {
        ::unlink(temporary.c_str());
        throw io_error{"cannot write '" + path.string() + "': " + reason(e)};
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

} // namespace detail::itk_io

template <class D> ct_volume image_io<D>::read_ct(const std::filesystem::path& path) {
    return detail::itk_io::read<std::int16_t>(path, [&]<class V>(V value) {
        if constexpr (std::same_as<V, std::int16_t>) return std::max(value, air);
        else return detail::itk_io::hounsfield(path, value);
    });
}

template <class D> label_volume image_io<D>::read_labels(const std::filesystem::path& path) {
    return detail::itk_io::read<std::uint8_t>(path, [&](auto value) { return static_cast<std::uint8_t>(detail::itk_io::whole(path, value)); });
}

template <class D> mask_volume image_io<D>::read_mask(const std::filesystem::path& path) {
    return detail::itk_io::read<std::uint8_t>(path, [&](auto value) {
        const int v = detail::itk_io::whole(path, value);
        if (v != 0 && v != 1 && v != ignore_label)
            throw detail::itk_io::wrong(path, "holds the value " + std::to_string(v) + "; a fracture mask holds 0 (healthy), 1 (fracture) and 255 (ignore)");
        return static_cast<std::uint8_t>(v);
    });
}

template <class D> geometry image_io<D>::read_geometry(const std::filesystem::path& path) {
    namespace io = detail::itk_io;
    if (!std::filesystem::exists(path)) throw bad_input{"'" + path.string() + "' does not exist; expected an image"};
    return io::guarded(path, [&] {
        geometry grid;
        if (std::filesystem::is_directory(path)) {
            const auto reader = itk::ImageSeriesReader<itk::Image<std::int16_t, 3>>::New();
            reader->SetImageIO(itk::GDCMImageIO::New());
            reader->SetFileNames(io::find_series(path).files);
            reader->ForceOrthogonalDirectionOff();
            reader->UpdateOutputInformation();
            grid = io::geometry_of(*reader->GetOutput());
        } else {
            const auto header = io::reader_of(path);
            if (io::is_nifti(path)) nifti::check(path, false);
            header->SetFileName(path.string());
            header->ReadImageInformation();
            io::check_header(path, *header);
            grid = io::geometry_of(*header);
        }
        io::check_geometry(path, grid);
        return grid;
    });
}

template <class D> void image_io<D>::write(const std::filesystem::path& path, const volume<std::uint8_t>& image) { detail::itk_io::write(path, image); }
template <class D> void image_io<D>::write(const std::filesystem::path& path, const volume<std::int16_t>& image) { detail::itk_io::write(path, image); }
template <class D> void image_io<D>::write(const std::filesystem::path& path, const volume<float>& image) { detail::itk_io::write(path, image); }

} // namespace facet
