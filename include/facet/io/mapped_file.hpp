#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <facet/io/atomic_file.hpp>

namespace facet {

/// A file's bytes, read-only, paged in as they are touched.
class mapped_file {
public:
    mapped_file() = default;
    explicit mapped_file(std::filesystem::path path) : path_{std::move(path)} {
        const int handle = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        if (handle < 0) detail::system_failure("open", path_, errno);
        struct stat status {};
        const int failed = ::fstat(handle, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EISDIR;
        if (failed == 0) map(handle, static_cast<std::size_t>(status.st_size));
        ::close(handle);
        if (failed != 0) detail::system_failure("read", path_, failed);
    }
    mapped_file(mapped_file&& other) noexcept { swap(other); }
    mapped_file& operator=(mapped_file&& other) noexcept {
        mapped_file{std::move(other)}.swap(*this);
        return *this;
    }
    ~mapped_file() { if (data_ != nullptr) ::munmap(data_, size_); }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {static_cast<const std::byte*>(data_), size_}; }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    void map(int handle, std::size_t size) {
        if (size == 0) return; // mmap refuses length 0
        void* const data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, handle, 0);
        if (data == MAP_FAILED) {
            const int code = errno;
            ::close(handle);
            detail::system_failure("map", path_, code);
        }
        data_ = data;
        size_ = size;
    }
    void swap(mapped_file& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    std::filesystem::path path_;
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace facet
