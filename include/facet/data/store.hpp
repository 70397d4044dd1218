#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <facet/data/slice.hpp>

namespace facet {

/// A prepared dataset on disk, opened read-only. Images and masks are memory-mapped: opening costs nothing, pages come in as they are read.
///
///     STORE/dataset.json   recipe, versions, hashes          STORE/images.npy  int16 HU [N,S,S]
///     STORE/slices.csv     one row per slice                 STORE/masks.npy   uint8 [N,S,S]: 0, 1, 255 = ignore
///     STORE/split.json     written by `split`
class store {
public:
    /// Throws bad_input naming the file when the folder is not a store, is of another format, or its parts do not agree.
    explicit store(const std::filesystem::path& folder);
    ~store();
    store(store&&) noexcept;
    store& operator=(store&&) noexcept;

    [[nodiscard]] const std::filesystem::path& folder() const;
    [[nodiscard]] std::size_t count() const;                       ///< slices, N
    [[nodiscard]] std::size_t size() const;                        ///< pixels per side, S
    [[nodiscard]] std::span<const slice_info> slices() const;
    [[nodiscard]] std::span<const std::int16_t> images() const;    ///< N*S*S
    [[nodiscard]] std::span<const std::uint8_t> masks() const;     ///< N*S*S
    [[nodiscard]] const std::string& dataset_json() const;         ///< the text of dataset.json
    [[nodiscard]] const std::string& content_hash() const;         ///< XXH3 of the chunk hashes and slices.csv
    [[nodiscard]] const std::string& data_statement() const;       ///< "scans", "semi-synthetic, one CT" or "analytic phantom"

    [[nodiscard]] std::size_t slices_per_chunk() const;
    /// Throws bad_input naming file and chunk when the bytes no longer have the hash they were written with.
    void verify_chunk(std::size_t chunk) const;

private:
    struct contents;
    std::unique_ptr<contents> contents_;
};

/// `STORE/split.json`: which patients are for what. Test is fixed; every other patient is in exactly one fold.
struct patient_split {
    std::vector<std::string> test;
    std::vector<std::vector<std::string>> folds;
    std::uint64_t seed = 0;
    bool shared_template_waiver = false; ///< recorded consent that patients of one template lie in several parts

    /// Validates against the store: every patient known, in exactly one part, every part with a positive slice. Throws bad_input otherwise.
    static patient_split load(const store& data);
};

/// Slices (indices into store::slices()) of one part: with fold k, fold k validates and the others train.
struct slice_parts {
    std::vector<std::uint32_t> train, validation, test;
};
slice_parts parts_of(const store& data, const patient_split& split, std::size_t fold);

} // namespace facet
