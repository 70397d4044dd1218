#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <facet/core/error.hpp>

/// Files that are either the old one or the new one, never half of either: write beside, fsync, rename, fsync the folder.
namespace facet {

namespace detail {

[[noreturn]] inline void system_failure(const std::string& what, const std::filesystem::path& path, int code) {
    throw io_error{"cannot " + what + " '" + path.string() + "': " + std::generic_category().message(code)};
}

/// The folder a path lies in; "." for a bare name.
inline std::filesystem::path folder_of(const std::filesystem::path& path) { return path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."}; }

} // namespace detail

/// A file being written. Every return value is checked; nothing is reported as written before `sync` has returned.
class output_file {
public:
    explicit output_file(std::filesystem::path path) : path_{std::move(path)}, handle_{::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)} {
        if (handle_ < 0) detail::system_failure("create", path_, errno);
    }
    output_file(output_file&& other) noexcept : path_{std::move(other.path_)}, handle_{std::exchange(other.handle_, -1)} {}
    output_file& operator=(output_file&&) = delete;
    ~output_file() { if (handle_ >= 0) ::close(handle_); }

    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const auto n = ::write(handle_, bytes.data(), bytes.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) detail::system_failure("write", path_, errno);
            if (n == 0) detail::system_failure("write", path_, ENOSPC); // a write that makes no progress would loop for ever
            bytes = bytes.subspan(static_cast<std::size_t>(n));
        }
    }
    void write(std::string_view text) { write(std::as_bytes(std::span{text})); }

    /// Flushes to the disk and closes; some file systems report a full disk only here.
    void sync() {
        if (::fsync(handle_) != 0) detail::system_failure("flush", path_, errno);
        if (::close(std::exchange(handle_, -1)) != 0) detail::system_failure("close", path_, errno);
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    int handle_ = -1;
};

/// Makes names created in, or moved into, `folder` survive a power cut.
inline void sync_folder(const std::filesystem::path& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) detail::system_failure("open the folder", folder, errno);
    const int failed = ::fsync(handle) != 0 ? errno : 0;
    ::close(handle);
    if (failed != 0 && failed != EINVAL && failed != ENOTSUP) detail::system_failure("flush the folder", folder, failed); // some network file systems cannot
}

/// Gives `from`, a file or a folder on the same file system, the name `to`, durably.
inline void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) detail::system_failure("rename to", to, errno);
    sync_folder(detail::folder_of(to));
}

/// Replaces `path` by these bytes: readers and power cuts see the old file or the new one.
inline void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    std::filesystem::path temporary = path;
    temporary += ".tmp." + std::to_string(::getpid());
    try {
        output_file file{temporary};
        file.write(bytes);
        file.sync();
        rename_durably(temporary, path);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}
inline void write_atomically(const std::filesystem::path& path, std::string_view text) { write_atomically(path, std::as_bytes(std::span{text})); }

} // namespace facet
