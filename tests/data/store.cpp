#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>

#include "support/data_test.hpp"

#include <cstdlib>
#include <fstream>

using namespace facet;
namespace fs = std::filesystem;

namespace {

/// 40 slices of 300 x 300 pixels: two chunks of 23 and 17 slices.
constexpr std::size_t count = 40, size = 300;

std::int16_t pixel(std::size_t slice, std::size_t at) { return static_cast<std::int16_t>(slice * 50 + at % 1000 - 1024); }

void write_store(const fs::path& folder) {
    store_writer writer{folder, count, size};
    std::vector<std::int16_t> image(size * size);
    std::vector<std::uint8_t> mask(size * size);
    for (std::size_t n = 0; n < count; ++n) {
        for (std::size_t i = 0; i < image.size(); ++i) image[i] = pixel(n, i);
        std::fill(mask.begin(), mask.end(), std::uint8_t{0});
        for (std::size_t i = 0; i < n; ++i) mask[i] = 1;
        mask.back() = 255;
        slice_info info;
        info.patient = n < 20 ? "p 1" : "p2";
        info.vertebra = 31;
        info.position = static_cast<int>(n);
        info.relative = static_cast<double>(n) / 3;
        info.spacing = {0.5, 0.1};
        info.step = 2.5;
        info.native_pixels = 777;
        info.native_fracture_pixels = 7;
        info.source = "scan";
        info.anatomy = "p-template";
        writer.add(info, image, mask);
    }
    writer.finish({{"data", "scans"}, {"recipe", {{"dataset", "d"}}}});
}

/// Adds 1 to the byte `from_end` bytes before a file's end.
void damage(const fs::path& path, std::streamoff from_end) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(-from_end, std::ios::end);
    const char byte = static_cast<char>(file.get() + 1);
    file.seekp(-from_end, std::ios::end);
    file.put(byte);
}

void replace(const fs::path& path, const std::string& what, const std::string& by) {
    auto text = read_text(path);
    text.replace(text.find(what), what.size(), by);
    write_atomically(path, text);
}

} // namespace

TEST_CASE("a store comes back as it was written", "[data][store]") {
    const testing::scratch folder;
    write_store(folder / "s");
    const store data{folder / "s"};
    CHECK(data.count() == count);
    CHECK(data.size() == size);
    CHECK(data.data_statement() == "scans");
    CHECK(data.slices_per_chunk() == 23); // 2^21 / 300^2
    CHECK(data.images()[5 * size * size + 123] == pixel(5, 123));
    CHECK(int{data.masks()[7 * size * size + 6]} == 1);
    CHECK(int{data.masks()[7 * size * size + 7]} == 0);
    const auto& s = data.slices()[25];
    CHECK(s.index == 25);
    CHECK(s.patient == "p2");
    CHECK(s.vertebra == 31);
    CHECK(s.position == 25);
    CHECK(s.relative == 25.0 / 3); // every bit
    CHECK(s.spacing[1] == 0.1);
    CHECK(s.step == 2.5);
    CHECK(s.fracture_pixels == 25);
    CHECK(s.ignored_pixels == 1);
    CHECK(s.native_pixels == 777);
    CHECK(s.native_fracture_pixels == 7);
    CHECK(s.source == "scan");
    CHECK(s.anatomy == "p-template");
    CHECK_NOTHROW(data.verify_chunk(0));
    CHECK_NOTHROW(data.verify_chunk(1));
    CHECK_THROWS_AS(data.verify_chunk(2), bad_input);
    CHECK(std::distance(fs::directory_iterator{folder.path()}, fs::directory_iterator{}) == 1); // no temporary folder
}

TEST_CASE("one flipped byte is found, and its chunk and file are named", "[data][store]") {
    const testing::scratch folder;
    write_store(folder / "s");
    damage(folder / "s" / "images.npy", 3);
    const store data{folder / "s"};
    CHECK_NOTHROW(data.verify_chunk(0));
    CHECK_THROWS_WITH(data.verify_chunk(1), Catch::Contains("images.npy") && Catch::Contains("chunk 1") && Catch::Contains("slices 23 to 39"));
    fs::remove_all(folder / "s");
    write_store(folder / "s");
    damage(folder / "s" / "masks.npy", static_cast<std::streamoff>(count * size * size));
    CHECK_THROWS_WITH(store{folder / "s"}.verify_chunk(0), Catch::Contains("masks.npy"));
}

TEST_CASE("the same slices give the same content hash, others another", "[data][store]") {
    const testing::scratch folder;
    write_store(folder / "a");
    write_store(folder / "b");
    CHECK(store{folder / "a"}.content_hash() == store{folder / "b"}.content_hash());
    CHECK(store{folder / "a"}.content_hash().size() == 16);
}

TEST_CASE("what is not a whole store is refused when opened", "[data][store]") {
    const testing::scratch folder;
    const auto s = folder / "s";
    CHECK_THROWS_WITH(store{s}, Catch::Contains("not a store"));
    const auto fresh = [&] {
        fs::remove_all(s);
        write_store(s);
    };
    fresh();
    replace(s / "slices.csv", ",777,", ",778,");
    CHECK_THROWS_WITH(store{s}, Catch::Contains("slices.csv") && Catch::Contains("content hash"));
    fresh();
    replace(s / "dataset.json", "\"format\": 1", "\"format\": 9");
    CHECK_THROWS_WITH(store{s}, Catch::Contains("format 9"));
    fresh();
    write_atomically(s / "dataset.json", std::string_view{"{}"});
    CHECK_THROWS_WITH(store{s}, Catch::Contains("dataset.json") && Catch::Contains("damaged"));
    fresh();
    replace(s / "dataset.json", "\"size\": 300", "\"size\": 100");
    CHECK_THROWS_WITH(store{s}, Catch::Contains("another shape"));
    fresh();
    fs::resize_file(s / "images.npy", fs::file_size(s / "images.npy") - 1);
    CHECK_THROWS_WITH(store{s}, Catch::Contains("images.npy"));
    fresh();
    fs::remove(s / "masks.npy");
    CHECK_THROWS_AS(store{s}, error);
}

TEST_CASE("a store never overwrites another and an unfinished one leaves nothing", "[data][store]") {
    const testing::scratch folder;
    write_store(folder / "s");
    CHECK_THROWS_WITH((store_writer{folder / "s", 1, 8}), Catch::Contains("exists already"));
    { store_writer unfinished{folder / "t", 2, 8}; }
    CHECK_FALSE(fs::exists(folder / "t"));
    CHECK(std::distance(fs::directory_iterator{folder.path()}, fs::directory_iterator{}) == 1);
}

TEST_CASE("numpy reads a store", "[data][store]") {
    if (std::system("python3 -c 'import numpy' >/dev/null 2>&1") != 0) {
        WARN("skipped: numpy is not here");
        SUCCEED();
        return;
    }
    const testing::scratch folder;
    write_store(folder / "s");
    const std::string script = "import numpy as n; a=n.load('" + (folder / "s" / "images.npy").string() + "', mmap_mode='r'); m=n.load('" + (folder / "s" / "masks.npy").string() +
                               "'); assert a.shape==(40,300,300) and a.dtype==n.int16 and a[5,0,123]==5*50+123-1024 and m.dtype==n.uint8 and (m[7]==1).sum()==7";
    CHECK(std::system(("python3 -c \"" + script + "\"").c_str()) == 0);
}
