#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/slice.hpp>
#include <facet/data/slice_table.hpp>
#include <facet/data/store_format.hpp>
#include <facet/io/npy.hpp>
#include <facet/io/text_file.hpp>

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

// Implementation.

struct store::contents {
    std::filesystem::path folder;
    npy::mapped_array<std::int16_t> images;
    npy::mapped_array<std::uint8_t> masks;
    std::vector<slice_info> slices;
    std::string dataset_json, content_hash, data_statement;
    std::size_t size = 0, slices_per_chunk = 0;
    std::vector<std::string> image_hashes, mask_hashes;
};

inline store::store(const std::filesystem::path& folder) : contents_{std::make_unique<contents>()} {
    auto& c = *contents_;
    c.folder = folder;
    const auto description = folder / "dataset.json";
    if (!std::filesystem::exists(description))
        throw bad_input{"'" + folder.string() + "' is not a store: it has no dataset.json; `prepare --cases CASES --out STORE` makes one"};
    const auto wrong = [&](const char* file, const std::string& what) { return bad_input{"'" + (folder / file).string() + "' " + what}; };

    c.dataset_json = read_text(description);
    try {
        const auto json = nlohmann::json::parse(c.dataset_json);
        if (const int format = json.at("format").get<int>(); format != store_format::version)
            throw wrong("dataset.json", "is of format " + std::to_string(format) + "; this version reads format " + std::to_string(store_format::version) + ", so prepare the store again");
        c.size = json.at("size").get<std::size_t>();
        c.content_hash = json.at("content_hash").get<std::string>();
        c.data_statement = json.at("data").get<std::string>();
        const auto& chunks = json.at("chunks");
        c.slices_per_chunk = chunks.at("slices").get<std::size_t>();
        c.image_hashes = chunks.at("images").get<std::vector<std::string>>();
        c.mask_hashes = chunks.at("masks").get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
        throw wrong("dataset.json", "is damaged: it is not the description of a store");
    }

    const auto table = read_text(folder / "slices.csv");
    if (store_format::content_hash(c.image_hashes, c.mask_hashes, table) != c.content_hash)
        throw wrong("slices.csv", "or dataset.json was changed after the store was made: the content hash does not match; prepare the store again");
    c.slices = slice_table::parse(table, folder / "slices.csv");

    c.images = npy::mapped_array<std::int16_t>{folder / "images.npy"};
    c.masks = npy::mapped_array<std::uint8_t>{folder / "masks.npy"};
    const std::vector<std::size_t> expected{c.slices.size(), c.size, c.size};
    const auto check_shape = [&](const char* file, std::span<const std::size_t> shape) {
        if (!std::equal(shape.begin(), shape.end(), expected.begin(), expected.end()))
            throw wrong(file, "has another shape than slices.csv and dataset.json say; prepare the store again");
    };
    check_shape("images.npy", c.images.shape());
    check_shape("masks.npy", c.masks.shape());
    if (c.slices.empty() || c.size == 0 || c.slices_per_chunk == 0) throw wrong("dataset.json", "describes an empty store");
    const std::size_t chunks = (c.slices.size() + c.slices_per_chunk - 1) / c.slices_per_chunk;
    if (c.image_hashes.size() != chunks || c.mask_hashes.size() != chunks) throw wrong("dataset.json", "has not one hash per chunk");
}

inline store::~store() = default;
inline store::store(store&&) noexcept = default;
inline store& store::operator=(store&&) noexcept = default;

inline const std::filesystem::path& store::folder() const { return contents_->folder; }
inline std::size_t store::count() const { return contents_->slices.size(); }
inline std::size_t store::size() const { return contents_->size; }
inline std::span<const slice_info> store::slices() const { return contents_->slices; }
inline std::span<const std::int16_t> store::images() const { return contents_->images.elements(); }
inline std::span<const std::uint8_t> store::masks() const { return contents_->masks.elements(); }
inline const std::string& store::dataset_json() const { return contents_->dataset_json; }
inline const std::string& store::content_hash() const { return contents_->content_hash; }
inline const std::string& store::data_statement() const { return contents_->data_statement; }
inline std::size_t store::slices_per_chunk() const { return contents_->slices_per_chunk; }

inline void store::verify_chunk(std::size_t chunk) const {
    const auto& c = *contents_;
    if (chunk >= c.image_hashes.size()) throw bad_input{"'" + c.folder.string() + "' has no chunk " + std::to_string(chunk)};
    const std::size_t pixels = c.size * c.size, first = chunk * c.slices_per_chunk;
    const std::size_t n = std::min(c.slices_per_chunk, c.slices.size() - first);
    const auto verify = [&](const char* file, const auto& elements, const std::string& hash) {
        if (store_format::hash(std::as_bytes(elements.subspan(first * pixels, n * pixels))) != hash)
            throw bad_input{"'" + (c.folder / file).string() + "' is damaged: slices " + std::to_string(first) + " to " + std::to_string(first + n - 1) +
                            " (chunk " + std::to_string(chunk) + ") are not what was written; prepare the store again"};
    };
    verify("images.npy", images(), c.image_hashes[chunk]);
    verify("masks.npy", masks(), c.mask_hashes[chunk]);
}

} // namespace facet
