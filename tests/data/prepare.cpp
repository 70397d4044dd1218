#include <facet/data/prepare.hpp>

#include "support/data_test.hpp"

#include <cmath>
#include <fstream>

#include <facet/data/dataset.hpp>
#include <facet/data/recipe.hpp>
#include <facet/data/store.hpp>
#include <facet/io/itk.hpp>

using namespace facet;
namespace fs = std::filesystem;

namespace {

constexpr dataset small{"small", slices::axial{.size = 48, .pixel = millimetres{1}}};
constexpr dataset other{"small", slices::axial{.size = 48, .pixel = millimetres{1.1}}};
constexpr dataset sample{"sample", slices::axial{.size = 256, .pixel = millimetres{0.5}}};
static_assert(check_dataset<small>() && check_dataset<other>() && check_dataset<sample>());

/// A block that is V31 with a break of 4 x 6 x 1 voxels in its middle slice, and a block that the scan's upper border cuts.
void write_case(const fs::path& folder, int shade = 100) {
    const geometry grid{{40, 40, 30}, {1, 1, 2}, {5, 6, 7}};
    ct_volume ct{grid, static_cast<std::int16_t>(shade)};
    label_volume labels{grid};
    mask_volume fractures{grid};
    for (std::size_t k = 5; k < 15; ++k)
        for (std::size_t j = 10; j < 30; ++j)
            for (std::size_t i = 12; i < 28; ++i) labels.voxels(k, j, i) = 31;
    for (std::size_t k = 17; k < 30; ++k)
        for (std::size_t j = 10; j < 30; ++j)
            for (std::size_t i = 12; i < 28; ++i) labels.voxels(k, j, i) = 32;
    for (std::size_t j = 14; j < 20; ++j)
        for (std::size_t i = 16; i < 20; ++i) fractures.voxels(10, j, i) = 1;
    fs::create_directories(folder);
    image_io<>::write(folder / "ct.nii.gz", ct);
    image_io<>::write(folder / "vertebrae.nii.gz", labels);
    image_io<>::write(folder / "fractures.nii.gz", fractures);
}

template <const auto& d = small> prepare_summary prepare(const fs::path& cases, const fs::path& target, const std::atomic<bool>* interrupted = nullptr, unsigned threads = 2) {
    return preparation<>::run(describe_dataset<d>(), slicing_of<d>(), {.cases = cases, .store = target, .threads = threads, .quiet = true, .interrupted = interrupted});
}

std::string complaint(const fs::path& cases, const fs::path& target) {
    try {
        prepare(cases, target);
        return "accepted";
    } catch (const bad_input& e) {
        return e.what();
    }
}

} // namespace

TEST_CASE("cases become a store", "[data][prepare]") {
    const testing::scratch folder;
    for (const auto* p : {"p1", "p2", "p3"}) write_case(folder / "cases" / p);
    fs::remove(folder / "cases" / "p2" / "fractures.nii.gz");
    const auto summary = prepare(folder / "cases", folder / "store");
    CHECK(summary.patients == 3);
    CHECK(summary.vertebrae == 3);
    CHECK(summary.slices == 30); // ten each
    CHECK(summary.positive_slices == 2);
    REQUIRE(summary.left_out.size() == 3);
    CHECK(summary.left_out[0] == std::pair<std::string, int>{"p1", 32});

    const store data{folder / "store"};
    REQUIRE(data.count() == 30);
    CHECK_NOTHROW(data.verify_chunk(0));
    CHECK(data.content_hash() == summary.content_hash);
    const auto& broken = data.slices()[5]; // slice 10 of the scan
    CHECK(broken.patient == "p1");
    CHECK(broken.vertebra == 31);
    CHECK(broken.position == 5);
    CHECK(broken.fracture_pixels == 24);        // 4 x 6 voxels of 1 mm on pixels of 1 mm, half a pixel off the grid
    CHECK(broken.native_fracture_pixels == 24);
    CHECK(broken.native_pixels == 26 * 30);     // 16 x 20 and the margin of 5
    CHECK(broken.step == 2);
    CHECK(data.slices()[10].patient == "p2");
    CHECK(data.slices()[15].fracture_pixels == 0); // no mask: healthy
    const auto json = nlohmann::json::parse(data.dataset_json());
    CHECK(json.at("recipe").at("dataset") == "small");
    CHECK(json.at("native").at("positive_slices") == 2);
    CHECK(json.at("native").at("fracture_pixels") == 48);
    CHECK(json.at("left_out").size() == 3);
    CHECK(json.at("left_out")[0].at("name") == "T12");
    CHECK(data.dataset_json().find(folder.path().string()) == std::string::npos); // no paths of this machine
    CHECK_FALSE(fs::exists(folder / "store.work"));
    CHECK_THROWS_WITH(prepare(folder / "cases", folder / "store"), Catch::Contains("exists already"));
    CHECK(prepare(folder / "cases", folder / "again/").content_hash == summary.content_hash); // as a shell completes it
}

TEST_CASE("the store is the same for any number of threads", "[data][prepare]") {
    const testing::scratch folder;
    for (int p = 0; p < 4; ++p) write_case(folder / "cases" / ("p" + std::to_string(p)), 100 * p);
    CHECK(prepare(folder / "cases", folder / "one", nullptr, 1).content_hash == prepare(folder / "cases", folder / "four", nullptr, 4).content_hash);
}

TEST_CASE("an interrupted prepare keeps finished cases and continues from them", "[data][prepare]") {
    const testing::scratch folder;
    for (const auto* p : {"p1", "p2"}) write_case(folder / "cases" / p);
    // A case that fails after another was finished stands for the interruption: the work folder existed before.
    fs::create_directories(folder / "store.work");
    write_case(folder / "cases" / "p3");
    std::ofstream{folder / "cases" / "p3" / "ct.nii.gz"} << "broken";
    CHECK_THROWS_AS(prepare(folder / "cases", folder / "store", nullptr, 1), bad_input);
    CHECK_FALSE(fs::exists(folder / "store"));
    write_case(folder / "cases" / "p3");
    CHECK(prepare(folder / "cases", folder / "store").reused == 2);

    fs::remove_all(folder / "store");
    const std::atomic<bool> at_once = true;
    const auto stopped = prepare(folder / "cases", folder / "store", &at_once);
    CHECK(stopped.interrupted);
    CHECK_FALSE(fs::exists(folder / "store"));
}

TEST_CASE("a finished case is made again when its files or the recipe changed", "[data][prepare]") {
    const testing::scratch folder;
    for (const auto* p : {"p1", "p2"}) write_case(folder / "cases" / p);
    fs::create_directories(folder / "store.work");
    write_case(folder / "cases" / "p3");
    fs::remove(folder / "cases" / "p3" / "vertebrae.nii.gz");
    std::ofstream{folder / "cases" / "p3" / "vertebrae.nii.gz"} << "broken";
    CHECK_THROWS_AS(prepare(folder / "cases", folder / "store", nullptr, 1), bad_input);
    fs::remove_all(folder / "cases" / "p3");
    SECTION("another file") {
        write_case(folder / "cases" / "p1", 300);
        CHECK(prepare(folder / "cases", folder / "store").reused == 1);
        CHECK(store{folder / "store"}.images()[24 * 48 + 24] == 300);
    }
    SECTION("another recipe") {
        CHECK(prepare<other>(folder / "cases", folder / "store").reused == 0);
    }
}

TEST_CASE("a case that cannot be used is named, and nothing is written", "[data][prepare]") {
    const testing::scratch folder;
    const auto cases = folder / "cases";
    write_case(cases / "good");
    const auto bad = cases / "ill";
    const auto with_labels = [&](auto change) {
        write_case(bad);
        auto labels = image_io<>::read_labels(bad / "vertebrae.nii.gz");
        change(labels);
        image_io<>::write(bad / "vertebrae.nii.gz", labels);
        return complaint(cases, folder / "store");
    };
    CHECK_THAT(with_labels([](auto& l) { l.voxels(0, 0, 0) = 200; }), Catch::Contains("patient 'ill'") && Catch::Contains("label 200"));
    CHECK_THAT(with_labels([](auto& l) { l.grid.origin[1] += 0.5; }), Catch::Contains("patient 'ill'") && Catch::Contains("vertebrae.nii.gz") && Catch::Contains("apart"));
    CHECK_THAT(with_labels([](auto& l) { l.grid.spacing[2] = 2.1; }), Catch::Contains("spacing"));
    CHECK_THAT(with_labels([](auto& l) { l.voxels.fill(0); }), Catch::Contains("no complete vertebra from V27 (L5) to V40 (T4)"));
    write_case(bad);
    fs::resize_file(bad / "ct.nii.gz", fs::file_size(bad / "ct.nii.gz") / 2);
    CHECK_THAT(complaint(cases, folder / "store"), Catch::Contains("patient 'ill'") && Catch::Contains("ct.nii.gz"));
    CHECK_FALSE(fs::exists(folder / "store"));
    CHECK_FALSE(fs::exists(folder / "store.work"));
}

TEST_CASE("the sample CT becomes a store of healthy vertebrae", "[data][prepare][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    const testing::scratch folder;
    std::ofstream{folder / "cases.csv"} << "patient,ct,vertebrae\nlidc0001," << (*data / "lidc0001_ct.nii.gz").string() << ',' << (*data / "lidc0001_vertebrae_totalsegmentator.nii.gz").string() << '\n';
    const auto summary = prepare<sample>(folder / "cases.csv", folder / "store");
    CHECK(summary.vertebrae == 11); // V30 (L2) ... V40 (T4); the scan ends within V29 (L3)
    REQUIRE(summary.left_out.size() == 1);
    CHECK(summary.left_out[0].second == 29);
    CHECK(summary.positive_slices == 0);
    const store made{folder / "store"};
    // Slices at the scan's own 2.5 mm: T12 has labels in the array's slices 21 ... 41.
    CHECK(std::count_if(made.slices().begin(), made.slices().end(), [](const auto& s) { return s.vertebra == 32; }) == 21);
    CHECK(made.slices()[0].step == 2.5);
}
