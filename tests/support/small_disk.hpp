#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/mount.h>
#include <sys/statvfs.h>

#include "support/scratch.hpp"

namespace facet::testing {

/// A file system of its own and of a given size, which can be filled up. Needs the right to mount: ask mounted() first.
class small_disk {
public:
    explicit small_disk(std::size_t bytes) {
        std::filesystem::create_directories(place());
        mounted_ = ::mount("tmpfs", place().c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
    }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;
    ~small_disk() {
        if (mounted_) ::umount2(place().c_str(), MNT_DETACH);
    }

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] std::filesystem::path place() const { return folder_ / "disk"; }
    [[nodiscard]] std::size_t free() const {
        struct statvfs status {};
        ::statvfs(place().c_str(), &status);
        return status.f_bavail * status.f_bsize;
    }
    /// Leaves this much room.
    void fill(std::size_t leave) const {
        std::ofstream file{place() / "ballast", std::ios::binary | std::ios::app};
        const std::string block(4096, 'x');
        while (free() > leave && file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {}
    }
    void empty() const { std::filesystem::remove(place() / "ballast"); }

private:
    scratch folder_;
    bool mounted_ = false;
};

} // namespace facet::testing
