#pragma once

#include <filesystem>
#include <string>

#include <facet/io/mapped_file.hpp>

namespace facet {

/// All of a file. Throws io_error where it cannot be read.
[[nodiscard]] inline std::string read_text(const std::filesystem::path& path) {
    const mapped_file file{path};
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

} // namespace facet
