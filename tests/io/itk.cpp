#include <facet/io/itk.hpp>

#include "support/data_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <vector>

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>
#include <zlib.h>

#include <facet/core/error.hpp>
#include <facet/data/geometry.hpp>
#include <facet/io/dicom_file.hpp>

#include "support/small_disk.hpp"

using namespace facet;
using io = image_io<>;
namespace fs = std::filesystem;

namespace {

/// Turned by 30 degrees about the body axis and by 20 about the left-right axis; no two voxels alike.
ct_volume oblique() {
    const double a = 0.5235987755982988, b = 0.3490658503988659;
    ct_volume v{geometry{{5, 4, 3}, {0.7, 0.8, 2.5}, {-31.5, 12.25, 400},
                         {std::cos(a), -std::sin(a) * std::cos(b), std::sin(a) * std::sin(b), std::sin(a), std::cos(a) * std::cos(b), -std::cos(a) * std::sin(b), 0, std::sin(b), std::cos(b)}}};
    for (std::size_t n = 0; n < v.voxels.size(); ++n) v.voxels.data()[n] = static_cast<std::int16_t>(37 * n - 1000);
    return v;
}

/// The fields of a NIfTI-1 header that these tests turn wrong, over one file's worth of voxels.
struct nifti_file {
    std::vector<char> bytes = std::vector<char>(352, 0);
    template <class T> void set(std::size_t offset, T value) { std::memcpy(bytes.data() + offset, &value, sizeof value); }
    nifti_file() {
        set<std::int32_t>(0, 348);
        for (std::size_t i = 0; i < 8; ++i) set<std::int16_t>(40 + 2 * i, i == 0 ? 3 : i < 4 ? 2 : 1);
        set<std::int16_t>(70, 16); // float32
        set<std::int16_t>(72, 32);
        for (std::size_t i = 0; i < 8; ++i) set<float>(76 + 4 * i, 1);
        set<float>(108, 352);
        std::memcpy(bytes.data() + 344, "n+1", 4);
    }
    void save(const fs::path& path, std::vector<float> voxels) const {
        std::ofstream file{path, std::ios::binary};
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.write(reinterpret_cast<const char*>(voxels.data()), static_cast<std::streamsize>(voxels.size() * sizeof(float)));
    }
};

} // namespace

TEST_CASE("a CT comes back from NIfTI with its voxels and its place", "[io][itk]") {
    const testing::scratch folder;
    const auto original = oblique();
    for (const auto* name : {"a.nii", "a.nii.gz"}) {
        io::write(folder / name, original);
        const auto back = io::read_ct(folder / name);
        CHECK((back.voxels == original.voxels));
        CHECK_FALSE(disagreement(original.grid, back.grid).has_value());
        CHECK_FALSE(disagreement(original.grid, io::read_geometry(folder / name)).has_value());
    }
}

TEST_CASE("sform and qform of a written NIfTI say the same place", "[io][itk]") {
    const testing::scratch folder;
    const auto original = oblique();
    io::write(folder / "a.nii", original);
    std::ifstream file{folder / "a.nii", std::ios::binary};
    std::vector<char> h(348);
    file.read(h.data(), 348);
    const auto number = [&](std::size_t offset) { float f; std::memcpy(&f, h.data() + offset, 4); return static_cast<double>(f); };
    const auto code = [&](std::size_t offset) { std::int16_t c; std::memcpy(&c, h.data() + offset, 2); return c; };
    CHECK(code(252) == 1); // qform: scanner coordinates
    CHECK(code(254) == 1); // sform: the same
    // The rotation of the quaternion (b, c, d), by the NIfTI-1 standard; row r of the sform lies at 280 + 16 r.
    const double b = number(256), c = number(260), d = number(264), a = std::sqrt(std::max(0.0, 1 - b * b - c * c - d * d)), handed = number(76);
    const double rotation[3][3]{{a * a + b * b - c * c - d * d, 2 * b * c - 2 * a * d, 2 * b * d + 2 * a * c},
                                {2 * b * c + 2 * a * d, a * a + c * c - b * b - d * d, 2 * c * d - 2 * a * b},
                                {2 * b * d - 2 * a * c, 2 * c * d + 2 * a * b, a * a + d * d - c * c - b * b}};
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t k = 0; k < 3; ++k) CHECK(rotation[r][k] * number(80 + 4 * k) * (k == 2 ? handed : 1) == Approx(number(280 + 16 * r + 4 * k)).margin(1e-5));
        CHECK(number(268 + 4 * r) == Approx(number(280 + 16 * r + 12)));
        // NIfTI's x and y run to the right and to the front, ours to the left and to the back.
        CHECK(number(280 + 16 * r + 12) == Approx(original.grid.origin[r] * (r < 2 ? -1 : 1)));
    }
}

TEST_CASE("probabilities and labels come back unchanged", "[io][itk]") {
    const testing::scratch folder;
    label_volume labels{oblique().grid};
    volume<float> probability{labels.grid};
    for (std::size_t n = 0; n < labels.voxels.size(); ++n) labels.voxels.data()[n] = static_cast<std::uint8_t>(4 * n), probability.voxels.data()[n] = static_cast<float>(n) / 64;
    io::write(folder / "l.nii.gz", labels);
    io::write(folder / "p.nii.gz", probability);
    CHECK((io::read_labels(folder / "l.nii.gz").voxels == labels.voxels));
    CHECK_THROWS_WITH(io::read_labels(folder / "p.nii.gz"), Catch::Contains("0.015625"));
    CHECK(io::read_ct(folder / "p.nii.gz").voxels(2, 3, 4) == 1); // 59 / 64, rounded
}

TEST_CASE("a full disk is an error, and leaves no half image", "[io][itk]") {
    for (const char* name : {"image.nii", "image.nii.gz"}) {
        const testing::small_disk disk{1 << 20};
        if (!disk.mounted()) {
            WARN("skipped: mounting needs root");
            return;
        }
        ct_volume big{geometry{{128, 128, 64}, {1, 1, 1}, {0, 0, 0}}}; // 2 MiB of noise
        std::uint32_t state = 1;
        for (auto& v : big.voxels) v = static_cast<std::int16_t>((state = 1664525 * state + 1013904223) >> 17);
        const auto place = disk.place() / name;
        CHECK_THROWS_AS(io::write(place, big), io_error);
        CHECK(fs::is_empty(disk.place()));
    }
}

TEST_CASE("NRRD and MetaImage are read", "[io][itk]") {
    // Written by hand from the format descriptions: 2 x 1 x 2 voxels, spacing 0.5 x 1 x 3 mm, origin (10, -20, 30).
    const testing::scratch folder;
    const std::int16_t voxels[]{-1000, 1, 2, 3};
    const auto save = [&](const char* name, const std::string& header) {
        std::ofstream file{folder / name, std::ios::binary};
        file << header;
        file.write(reinterpret_cast<const char*>(voxels), sizeof voxels);
    };
    save("a.nrrd", "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 1 2\nspace directions: (0.5,0,0) (0,1,0) (0,0,3)\n"
                   "kinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (10,-20,30)\n\n");
    save("a.mha", "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n"
                  "Offset = 10 -20 30\nElementSpacing = 0.5 1 3\nDimSize = 2 1 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n");
    const geometry expected{{2, 1, 2}, {0.5, 1, 3}, {10, -20, 30}};
    for (const auto* name : {"a.nrrd", "a.mha"}) {
        const auto image = io::read_ct(folder / name);
        CHECK_FALSE(disagreement(image.grid, expected).has_value());
        CHECK(std::vector<std::int16_t>(image.voxels.begin(), image.voxels.end()) == std::vector<std::int16_t>{-1000, 1, 2, 3});
    }
}

TEST_CASE("whole labels stored as floating point are accepted, others are named", "[io][itk]") {
    const testing::scratch folder;
    const nifti_file file;
    file.save(folder / "a.nii", {0, 31, 32, 0, 0, 0, 0, 117});
    CHECK(io::read_labels(folder / "a.nii").voxels(1, 1, 1) == 117);
    const auto complaint = [&](float value) {
        file.save(folder / "b.nii", {0, value, 0, 0, 0, 0, 0, 0});
        try {
            io::read_labels(folder / "b.nii");
            return std::string{"accepted"};
        } catch (const bad_input& e) {
            return std::string{e.what()};
        }
    };
    CHECK_THAT(complaint(1.5f), Catch::Contains("b.nii") && Catch::Contains("label 1.5") && Catch::Contains("whole numbers"));
    CHECK_THAT(complaint(300), Catch::Contains("label 300"));
    CHECK_THAT(complaint(-1), Catch::Contains("label -1"));
    CHECK_THAT(complaint(std::numeric_limits<float>::quiet_NaN()), Catch::Contains("not a number"));
}

TEST_CASE("Hounsfield units must be finite and are kept within int16", "[io][itk]") {
    const testing::scratch folder;
    const nifti_file file;
    file.save(folder / "a.nii", {-3024, -1000.4f, 0.5f, 40, 1e6f, 0, 0, 0});
    const auto image = io::read_ct(folder / "a.nii");
    CHECK(image.voxels(0, 0, 0) == -1024); // a scanner's padding is air
    CHECK(image.voxels(0, 0, 1) == -1000);
    CHECK(image.voxels(0, 1, 1) == 40);
    CHECK(image.voxels(1, 0, 0) == 32767);
    file.save(folder / "b.nii", {0, 0, std::numeric_limits<float>::quiet_NaN(), 0, 0, 0, 0, 0});
    CHECK_THROWS_WITH(io::read_ct(folder / "b.nii"), Catch::Contains("b.nii") && Catch::Contains("not a number"));
    file.save(folder / "c.nii", {0, std::numeric_limits<float>::infinity(), 0, 0, 0, 0, 0, 0});
    CHECK_THROWS_AS(io::read_ct(folder / "c.nii"), bad_input);
}

TEST_CASE("a fracture mask holds 0, 1 and 255 only", "[io][itk]") {
    const testing::scratch folder;
    const nifti_file file;
    file.save(folder / "a.nii", {0, 1, 255, 0, 0, 0, 0, 0});
    CHECK(io::read_mask(folder / "a.nii").voxels(0, 1, 0) == 255);
    file.save(folder / "b.nii", {0, 2, 0, 0, 0, 0, 0, 0});
    CHECK_THROWS_WITH(io::read_mask(folder / "b.nii"), Catch::Contains("value 2"));
}

TEST_CASE("a NIfTI header that promises too much is refused before anything is allocated", "[io][itk]") {
    const testing::scratch folder;
    const auto complaint = [&](auto change) {
        nifti_file file;
        change(file);
        file.save(folder / "a.nii", std::vector<float>(8));
        try {
            io::read_ct(folder / "a.nii");
            return std::string{"accepted"};
        } catch (const bad_input& e) {
            return std::string{e.what()};
        }
    };
    CHECK(complaint([](nifti_file&) {}) == "accepted");
    CHECK_THAT(complaint([](nifti_file& f) { for (std::size_t i = 1; i < 4; ++i) f.set<std::int16_t>(40 + 2 * i, 32767); }), Catch::Contains("more voxels than the file can hold"));
    CHECK_THAT(complaint([](nifti_file& f) { f.set<std::int16_t>(40, 2); }), Catch::Contains("2 dimensions"));
    CHECK_THAT(complaint([](nifti_file& f) { f.set<std::int16_t>(40, 4), f.set<std::int16_t>(48, 5); }), Catch::Contains("more than three dimensions"));
    CHECK_THAT(complaint([](nifti_file& f) { f.set<std::int16_t>(42, -3); }), Catch::Contains("empty dimension"));
    CHECK_THAT(complaint([](nifti_file& f) { f.set<float>(80, std::numeric_limits<float>::quiet_NaN()); }), Catch::Contains("spacing"));
    CHECK_THAT(complaint([](nifti_file& f) { f.set<std::int32_t>(0, 7); }), Catch::Contains("not a NIfTI image"));
}

TEST_CASE("a NIfTI image that was cut off is refused, not filled with zeros", "[io][itk]") {
    const testing::scratch folder;
    ct_volume original{geometry{{64, 48, 32}, {0.7, 0.8, 2.5}, {}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}};
    for (std::size_t n = 0; n < original.voxels.size(); ++n) original.voxels.data()[n] = static_cast<std::int16_t>(n * n % 2003);
    const auto complaint = [&](const fs::path& path) {
        std::string said = "accepted";
        try {
            io::read_ct(path);
        } catch (const bad_input& e) {
            said = e.what();
        }
        return said;
    };
    for (const auto* name : {"a.nii", "a.nii.gz"})
        for (const double kept : {0.5, 0.9, 0.999}) {
            INFO(name << " " << kept);
            io::write(folder / name, original);
            REQUIRE(complaint(folder / name) == "accepted");
            const auto size = fs::file_size(folder / name);
            fs::resize_file(folder / name, std::min<std::uintmax_t>(size - 1, static_cast<std::uintmax_t>(static_cast<double>(size) * kept)));
            CHECK_THAT(complaint(folder / name), Catch::Contains("is damaged: it ends before its last voxel"));
        }

    io::write(folder / "b.nii.gz", original);
    std::fstream file{folder / "b.nii.gz", std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(-6, std::ios::end); // in the checksum
    file.put('x');
    file.close();
    CHECK_THAT(complaint(folder / "b.nii.gz"), Catch::Contains("its checksum is wrong"));
}

TEST_CASE("MHA and NRRD images that were cut off are refused", "[io][itk]") {
    const testing::scratch folder;
    std::string voxels;
    for (unsigned n = 0; n < 64 * 48 * 32; ++n) voxels += static_cast<char>(n * n % 251), voxels += static_cast<char>(n % 7);
    std::string packed(voxels.size() + 1000, 0);
    auto length = static_cast<uLongf>(packed.size());
    REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(voxels.data()), voxels.size()) == Z_OK);
    packed.resize(length);
    const auto mha = [&](const std::string& more) {
        return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n" + more + "DimSize = 64 48 32\nElementType = MET_SHORT\nElementDataFile = LOCAL\n";
    };
    const std::string nrrd = "NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 64 48 32\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n"
                             "kinds: domain domain domain\nendian: little\nencoding: raw\nspace origin: (0,0,0)\n\n";
    struct { const char* name; std::string header; const std::string& data; const char* complaint; } files[] = {
        {"raw.mha", mha("CompressedData = False\n"), voxels, "it ends before its last voxel"},
        {"packed.mha", mha("CompressedData = True\nCompressedDataSize = " + std::to_string(length) + "\n"), packed, "it ends before its last voxel"},
        {"raw.nrrd", nrrd, voxels, "cannot be read as an image"},
        {"plain.mha", "NDims = 3\nDimSize = 64 48 32\nElementType: MET_SHORT\nElementDataFile: LOCAL\n", voxels, "it ends before its last voxel"}};
    for (const auto& [name, header, data, complaint] : files) {
        INFO(name);
        std::ofstream{folder / name, std::ios::binary} << header << data;
        const auto whole = io::read_ct(folder / name);
        CHECK(whole.voxels(0, 0, 1) == 257);
        CHECK(whole.voxels.size() == 64 * 48 * 32);
        for (const double kept : {0.5, 0.999}) {
            std::ofstream{folder / name, std::ios::binary} << header << data.substr(0, static_cast<std::size_t>(static_cast<double>(data.size()) * kept));
            CHECK_THROWS_WITH(io::read_ct(folder / name), Catch::Contains(complaint));
        }
    }
    const auto refused = [&](const std::string& header, const std::string& data, const char* complaint) {
        std::ofstream{folder / "b.mha", std::ios::binary} << header << data;
        CHECK_THROWS_WITH(io::read_ct(folder / "b.mha"), Catch::Contains(complaint));
    };
    auto wrong_sum = packed;
    wrong_sum[packed.size() - 2] ^= 1;
    refused(files[1].header, wrong_sum, "not what was written");
    const std::string compressed = "CompressedData = True\n";
    refused(mha(compressed), packed, "does not say how large");
    refused(mha(compressed + "CompressedDataSize = " + std::to_string(length - 9) + "\n"), packed, "it ends before its last voxel");
    refused(mha("HeaderSize = 100\n"), voxels, "has a HeaderSize");
    auto header = mha("");
    refused(header.replace(header.find("LOCAL"), 5, "apart.raw"), "", "in another file");
    header = mha("");
    refused(header.replace(header.find("True"), 4, "False"), "1 2 3", "as text");
}

TEST_CASE("what is no image is one sentence that names the file", "[io][itk]") {
    const testing::scratch folder;
    const auto text = [&](const char* name, const std::string& content) { std::ofstream{folder / name} << content; };
    CHECK_THROWS_WITH(io::read_ct(folder / "missing.nii"), Catch::Contains("missing.nii") && Catch::Contains("does not exist"));
    text("a.txt", "hello");
    CHECK_THROWS_WITH(io::read_ct(folder / "a.txt"), Catch::Contains("no known image format"));
    text("short.nii", "hello");
    CHECK_THROWS_WITH(io::read_ct(folder / "short.nii"), Catch::Contains("shorter than a NIfTI header"));
    text("a.nrrd", "hello");
    CHECK_THROWS_AS(io::read_ct(folder / "a.nrrd"), bad_input);
    text("a.mha", "hello");
    CHECK_THROWS_AS(io::read_ct(folder / "a.mha"), bad_input);
    text("huge.mha", "ObjectType = Image\nNDims = 3\nBinaryData = True\nDimSize = 30000 30000 30000\nElementType = MET_SHORT\nElementDataFile = LOCAL\n");
    CHECK_THROWS_WITH(io::read_ct(folder / "huge.mha"), Catch::Contains("more voxels than the file can hold"));
    fs::create_directory(folder / "empty");
    CHECK_THROWS_WITH(io::read_ct(folder / "empty"), Catch::Contains("holds no DICOM series"));
    CHECK_THROWS_AS(io::write(folder / "no" / "such.nii.gz", oblique()), io_error);
    CHECK_THROWS_AS(io::write(folder / "a.png", oblique()), bad_input);
}

TEST_CASE("the DICOM slices of the sample equal its NIfTI wherever they overlap", "[io][itk][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const auto nifti = io::read_ct(*data / "lidc0001_ct.nii.gz"), dicom = io::read_ct(*data / "lidc0001_dicom");
    std::size_t shared = 0, equal = 0;
    for (std::size_t k = 0; k < nifti.grid.size[2]; ++k)
        for (std::size_t j = 0; j < nifti.grid.size[1]; ++j)
            for (std::size_t i = 0; i < nifti.grid.size[0]; ++i) {
                const auto at = to_index(dicom.grid, nifti.grid.to_physical(static_cast<double>(i), static_cast<double>(j), static_cast<double>(k)));
                std::array<std::ptrdiff_t, 3> n{};
                bool inside = true;
                for (std::size_t a = 0; a < 3; ++a) {
                    n[a] = std::lround(at[a]);
                    inside = inside && n[a] >= 0 && n[a] < static_cast<std::ptrdiff_t>(dicom.grid.size[a]) && std::abs(at[a] - static_cast<double>(n[a])) < 1e-2;
                }
                if (!inside) continue;
                ++shared;
                equal += dicom.voxels(n[2], n[1], n[0]) == nifti.voxels(k, j, i);
            }
    CHECK(shared == 296'088); // 169 x 219 x 8
    CHECK(equal == shared);
}

TEST_CASE("a DICOM series with a slice missing or given twice is refused", "[io][itk][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const testing::scratch folder;
    const auto copy = [&](std::initializer_list<int> numbers) {
        const auto target = folder / std::to_string(numbers.size());
        fs::create_directory(target);
        for (const int n : numbers) fs::copy_file(*data / "lidc0001_dicom" / ("1-0" + std::to_string(n) + ".dcm"), target / (std::to_string(n) + ".dcm"));
        return target;
    };
    CHECK(io::read_geometry(copy({56, 57, 58, 59})).size[2] == 4);
    CHECK_THROWS_WITH(io::read_ct(copy({56, 57, 58, 60, 61})), Catch::Contains("misses a DICOM slice"));
    const auto twice = copy({56, 57, 58});
    fs::copy_file(twice / "57.dcm", twice / "again.dcm");
    CHECK_THROWS_WITH(io::read_ct(twice), Catch::Contains("two DICOM slices at one position"));
    CHECK_THROWS_WITH(io::read_ct(copy({56})), Catch::Contains("one DICOM slice"));
}

TEST_CASE("a DICOM file that was cut off is refused, packed or not", "[io][itk][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const testing::scratch folder;
    const auto packed = [](const fs::path& from, const fs::path& to, gdcm::TransferSyntax::TSType how) {
        gdcm::ImageReader reader;
        reader.SetFileName(from.c_str());
        REQUIRE(reader.Read());
        gdcm::ImageChangeTransferSyntax change;
        change.SetTransferSyntax(how);
        change.SetInput(reader.GetImage());
        REQUIRE(change.Change());
        gdcm::ImageWriter writer;
        writer.SetFile(reader.GetFile());
        writer.SetImage(change.GetOutput());
        writer.SetFileName(to.c_str());
        REQUIRE(writer.Write());
    };
    const auto plain = io::read_ct(*data / "lidc0001_dicom");
    for (const auto how : {gdcm::TransferSyntax::ExplicitVRLittleEndian, gdcm::TransferSyntax::ImplicitVRLittleEndian, gdcm::TransferSyntax::RLELossless,
                           gdcm::TransferSyntax::JPEGLosslessProcess14_1, gdcm::TransferSyntax::JPEG2000Lossless}) {
        INFO(gdcm::TransferSyntax::GetTSString(how));
        const auto series = folder / std::to_string(how);
        fs::create_directory(series);
        for (int n = 56; n <= 63; ++n) packed(*data / "lidc0001_dicom" / ("1-0" + std::to_string(n) + ".dcm"), series / (std::to_string(n) + ".dcm"), how);
        CHECK(std::ranges::equal(io::read_ct(series).voxels, plain.voxels));
        const auto whole = fs::file_size(series / "58.dcm");
        for (const auto left : {whole - 4, whole - 20, whole - 100, whole / 2, std::uintmax_t{3000}}) {
            INFO(left << " of " << whole << " bytes");
            fs::resize_file(series / "58.dcm", left);
            CHECK_THROWS_WITH(io::read_ct(series), Catch::Contains("58.dcm' is damaged: it ends before its last pixel"));
        }
    }
}

TEST_CASE("a DICOM slice that cannot be read is not left out, at an end of the scan neither", "[io][itk][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const testing::scratch folder;
    const auto series = folder / "series";
    const auto name = [](int n) { return "1-0" + std::to_string(n) + ".dcm"; };
    const auto renew = [&] {
        fs::remove_all(series);
        fs::copy(*data / "lidc0001_dicom", series);
    };
    for (const int n : {56, 60, 63})
        for (const auto left : {0u, 100u, 1000u}) {
            INFO(n << " cut to " << left);
            renew();
            fs::resize_file(series / name(n), left);
            CHECK_THROWS_WITH(io::read_ct(series), Catch::Contains(name(n) + "' holds no pixels"));
        }
    renew();
    std::ofstream{series / "notes.txt"} << "no DICOM";
    std::ofstream{series / "DICOMDIR"} << "an index";
    CHECK(io::read_ct(series).grid.size[2] == 8);
    fs::rename(series / name(63), series / "last"); // slices need no ending
    CHECK(io::read_ct(series).grid.size[2] == 8);
    fs::resize_file(series / "last", 1000);
    CHECK_THROWS_WITH(io::read_ct(series), Catch::Contains("last' holds no pixels"));
    renew();
    std::ofstream{series / "report.dcm"} << std::string(128, '\0') + "DICM and no image";
    CHECK_THROWS_WITH(io::read_geometry(series), Catch::Contains("report.dcm' holds no pixels"));
}

TEST_CASE("values that look like the tag of pixels are passed over", "[io]") {
    const testing::scratch folder;
    const auto accepted = [&](const std::string& bytes) {
        std::ofstream{folder / "a.dcm", std::ios::binary} << bytes;
        try {
            dicom_file::check(folder / "a.dcm");
        } catch (const bad_input&) {
            return false;
        }
        return true;
    };
    const auto text = [](const auto& bytes) { return std::string{bytes, sizeof bytes - 1}; };
    const auto start = std::string(128, '\0') + "DICM";
    const auto implicit = start + text("\x02\x00\x10\x00UI\x12\x00" "1.2.840.10008.1.2\0");
    const auto shape = text("\x28\x00\x10\x00\x02\x00\x00\x00\x04\x00" "\x28\x00\x11\x00\x02\x00\x00\x00\x02\x00" "\x28\x00\x00\x01\x02\x00\x00\x00\x10\x00");
    const auto pixels = text("\xe0\x7f\x10\x00\x10\x00\x00\x00") + std::string(16, 'v');
    const auto signature = text("\x00\x04\x20\x00\x04\x00\x00\x00\xe0\x7f\x10\x00"); // a value that names the pixels
    CHECK(accepted(implicit + signature + shape + pixels));
    CHECK(accepted(implicit + shape + pixels + std::string(100, '\0')));
    CHECK_FALSE(accepted(implicit + signature + shape + pixels.substr(0, 23)));
    CHECK_FALSE(accepted(implicit + signature + shape));
    CHECK(accepted(shape + pixels)); // without a preamble
    const auto explicit_vr = start + text("\x02\x00\x10\x00UI\x14\x00" "1.2.840.10008.1.2.1\0");
    const auto named = text("\xe0\x7f\x10\x00OW\x00\x00\x10\x00\x00\x00") + std::string(16, 'v');
    CHECK(accepted(explicit_vr + text("\x00\x04\x20\x00" "AT\x04\x00\xe0\x7f\x10\x00") + named));
    CHECK(accepted(explicit_vr + named + std::string(3, '\0')));
    CHECK_FALSE(accepted(explicit_vr + named.substr(0, 27)));
    const auto big = start + text("\x02\x00\x10\x00UI\x14\x00" "1.2.840.10008.1.2.2\0");
    const auto swapped = text("\x7f\xe0\x00\x10OW\x00\x00\x00\x00\x00\x10") + std::string(16, 'v');
    CHECK(accepted(big + swapped));
    CHECK_FALSE(accepted(big + swapped.substr(0, 27)));
    const auto fragments = text("\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\x00\x00\x00\x00\xfe\xff\x00\xe0\x04\x00\x00\x00" "1234" "\xfe\xff\x00\xe0\x02\x00\x00\x00" "56");
    const auto whole = fragments + text("\xfe\xff\xdd\xe0\x00\x00\x00\x00");
    CHECK(accepted(explicit_vr + whole));
    CHECK(accepted(explicit_vr + whole + named)); // the first: an icon's
    CHECK_FALSE(accepted(explicit_vr + whole + named.substr(0, 27)));
    CHECK_FALSE(accepted(explicit_vr + fragments));                                  // the delimiter
    CHECK_FALSE(accepted(explicit_vr + fragments.substr(0, fragments.size() - 10))); // and the last fragment
    CHECK_FALSE(accepted(start + text("\x02\x00\x10\x00UI\x16\x00" "1.2.840.10008.1.2.1.99") + named)); // deflated
}

TEST_CASE("a folder with two DICOM series is refused", "[io][itk][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const testing::scratch folder;
    for (const auto& entry : fs::directory_iterator{*data / "lidc0001_dicom"}) fs::copy_file(entry.path(), folder / entry.path().filename());
    // The same slice under another series UID: the last digit of element (0020,000e) is changed in place.
    std::ifstream in{folder / "1-056.dcm", std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    const auto tag = bytes.find(std::string{"\x20\x00\x0e\x00UI", 6});
    REQUIRE(tag != std::string::npos);
    char& digit = bytes[tag + 8 + 10];
    digit = digit == '1' ? '2' : '1';
    std::ofstream{folder / "other.dcm", std::ios::binary} << bytes;
    CHECK_THROWS_WITH(io::read_ct(folder.path()), Catch::Contains("2 DICOM series"));
}
