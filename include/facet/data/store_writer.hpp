#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/slice.hpp>
#include <facet/data/slice_table.hpp>
#include <facet/data/store_format.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/npy.hpp>

namespace facet {

namespace detail {

/// `a/b` for `a/b/`: names beside a folder are made by adding to its own.
inline std::filesystem::path without_trailing_slash(const std::filesystem::path& path) { return path.has_filename() ? path : path.parent_path(); }

/// An array of slices going to disk chunk by chunk, each hashed as it is written.
template <class T> class chunked_array {
public:
    chunked_array(const std::filesystem::path& path, std::size_t count, std::size_t size) : file_{path} {
        const std::size_t shape[]{count, size, size};
        file_.write(npy::header<T>(shape));
        chunk_.reserve(store_format::slices_per_chunk(size) * size * size);
    }
    void add(std::span<const T> slice) {
        chunk_.insert(chunk_.end(), slice.begin(), slice.end());
        if (chunk_.size() == chunk_.capacity()) flush();
    }
    void finish() {
        if (!chunk_.empty()) flush();
        file_.sync();
    }
    [[nodiscard]] const std::vector<std::string>& hashes() const { return hashes_; }

private:
    void flush() {
        const auto bytes = std::as_bytes(std::span{chunk_});
        hashes_.push_back(store_format::hash(bytes));
        file_.write(bytes);
        chunk_.clear();
    }
    output_file file_;
    std::vector<T> chunk_;
    std::vector<std::string> hashes_;
};

} // namespace detail

/// Builds a store under a temporary name beside `target` and gives it its name when it is complete; never more than a chunk in memory.
class store_writer {
public:
    /// Throws bad_input when `target` exists already.
    store_writer(const std::filesystem::path& target, std::size_t count, std::size_t size)
        : target_{detail::without_trailing_slash(target)}, folder_{made(target_)}, count_{count}, size_{size}, images_{folder_ / "images.npy", count, size}, masks_{folder_ / "masks.npy", count, size} {
        slices_.reserve(count);
    }
    ~store_writer() {
        std::error_code ignored;
        if (!finished_) std::filesystem::remove_all(folder_, ignored);
    }
    store_writer(const store_writer&) = delete;
    store_writer& operator=(const store_writer&) = delete;

    /// The next slice; its index and pixel counts are filled in here.
    void add(slice_info info, std::span<const std::int16_t> image, std::span<const std::uint8_t> mask) {
        if (image.size() != size_ * size_ || mask.size() != size_ * size_) throw bad_input{"a slice of a store must have " + std::to_string(size_) + " x " + std::to_string(size_) + " pixels"};
        info.index = static_cast<std::uint32_t>(slices_.size());
        info.fracture_pixels = static_cast<std::uint32_t>(std::count(mask.begin(), mask.end(), std::uint8_t{1}));
        info.ignored_pixels = static_cast<std::uint32_t>(std::count(mask.begin(), mask.end(), std::uint8_t{255}));
        images_.add(image);
        masks_.add(mask);
        slices_.push_back(std::move(info));
    }

    /// Completes `description` (recipe, data statement, ...) with format, sizes and hashes, and publishes the folder.
    void finish(nlohmann::ordered_json description) {
        if (slices_.size() != count_) throw bad_input{"a store of " + std::to_string(count_) + " slices was given " + std::to_string(slices_.size())};
        images_.finish();
        masks_.finish();
        const auto table = slice_table::text(slices_);
        nlohmann::ordered_json json{{"format", store_format::version}};
        json.update(description);
        json["slices"] = count_;
        json["size"] = size_;
        json["content_hash"] = store_format::content_hash(images_.hashes(), masks_.hashes(), table);
        json["chunks"] = {{"slices", store_format::slices_per_chunk(size_)}, {"images", images_.hashes()}, {"masks", masks_.hashes()}};
        write_atomically(folder_ / "slices.csv", table);
        write_atomically(folder_ / "dataset.json", json.dump(1) + "\n");
        rename_durably(folder_, target_);
        finished_ = true;
    }

private:
    static std::filesystem::path made(const std::filesystem::path& target) {
        if (std::filesystem::exists(target)) throw bad_input{"'" + target.string() + "' exists already; remove it or name another folder for the store"};
        std::filesystem::path folder = target;
        folder += ".partial." + std::to_string(::getpid());
        std::error_code failure;
        std::filesystem::create_directories(folder, failure);
        if (failure) throw io_error{"cannot create the folder '" + folder.string() + "': " + failure.message()};
        return folder;
    }

    std::filesystem::path target_, folder_;
    std::size_t count_, size_;
    detail::chunked_array<std::int16_t> images_;
    detail::chunked_array<std::uint8_t> masks_;
    std::vector<slice_info> slices_;
    bool finished_ = false;
};

} // namespace facet
