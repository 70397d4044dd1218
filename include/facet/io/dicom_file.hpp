#pragma once

#include <filesystem>
#include <fstream>
#include <ios>
#include <istream>

#include <gdcmReader.h>

#include <facet/core/error.hpp>

/// Whether a DICOM file is whole: GDCM fills what is missing of its pixels with zeros, and only warns.
namespace facet::dicom_file {

namespace detail {

/// A file that remembers whether a value ended before its length.
class watched_file : public std::filebuf {
public:
    [[nodiscard]] bool ended_early() const { return ended_early_; }

protected:
    std::streamsize xsgetn(char* to, std::streamsize n) override {
        constexpr std::streamsize longest_tag_with_length = 12; // at the end of a whole file GDCM asks for one more
        const auto got = std::filebuf::xsgetn(to, n);
        ended_early_ = ended_early_ || (got < n && n > longest_tag_with_length);
        return got;
    }

private:
    bool ended_early_ = false;
};

} // namespace detail

/// Throws bad_input where the file ends before its last value does.
inline void check(const std::filesystem::path& path) {
    detail::watched_file file;
    if (file.open(path, std::ios::in | std::ios::binary) == nullptr) throw io_error{"cannot open '" + path.string() + "'"};
    std::istream stream{&file};
    gdcm::Reader reader;
    reader.SetStream(stream);
    const bool read = reader.Read();
    // Deflated data are read by the piece, the last of which is short.
    const bool deflated = read && reader.GetFile().GetHeader().GetDataSetTransferSyntax() == gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
    if (!read || (file.ended_early() && !deflated)) throw bad_input{"'" + path.string() + "' is damaged: it ends before its last pixel"};
}

} // namespace facet::dicom_file
