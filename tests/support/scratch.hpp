#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include <unistd.h>

namespace facet::testing {

/// An empty folder that goes with the test that made it.
class scratch {
public:
    scratch() {
        static std::atomic<int> count{0};
        path_ = std::filesystem::temp_directory_path() / ("facet_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
        std::filesystem::create_directories(path_);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

} // namespace facet::testing
