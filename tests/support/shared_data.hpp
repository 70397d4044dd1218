#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace facet::testing {

/// The folder of real CT samples that may lie beside the project: FACET_SHARED/data, else ../shared/data seen from the sources or a folder
/// above them. Nothing where there is none; the test then says so with WARN and returns.
inline std::optional<std::filesystem::path> shared_data() {
    namespace fs = std::filesystem;
    if (const char* named = std::getenv("FACET_SHARED")) {
        const fs::path data = fs::path{named} / "data";
        if (fs::is_directory(data)) return data;
        return std::nullopt;
    }
    for (fs::path folder = FACET_SOURCE_DIR; folder.has_relative_path(); folder = folder.parent_path())
        if (const fs::path data = folder.parent_path() / "shared" / "data"; fs::is_directory(data)) return data;
    return std::nullopt;
}

} // namespace facet::testing
