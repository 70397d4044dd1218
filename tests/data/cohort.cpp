#include <facet/data/cohort.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/cohort/patient.hpp>
#include <facet/io/itk.hpp>

#include "support/data_test.hpp"
#include "support/scratch.hpp"
#include "support/shared_data.hpp"

namespace {

using namespace facet;
namespace fs = std::filesystem;

/// A spine of nine elliptic cylinders V27 ... V35 with a shell, an arch and discs: 30 x 36 mm, 24 mm high, discs of 6 mm.
struct drawn_spine {
    ct_volume ct;
    label_volume labels;

    drawn_spine() {
        geometry grid;
        grid.size = {56, 72, 112};
        grid.spacing = {1.0, 1.0, 2.5};
        grid.origin = {-28, -36, -140};
        ct = ct_volume{grid, 40};
        labels = label_volume{grid};
        for (std::size_t k = 0; k < grid.size[2]; ++k)
            for (std::size_t j = 0; j < grid.size[1]; ++j)
                for (std::size_t i = 0; i < grid.size[0]; ++i) paint(i, j, k);
    }
    void paint(std::size_t i, std::size_t j, std::size_t k) {
        const double x = static_cast<double>(i) - 28, y = static_cast<double>(j) - 24, z = 2.5 * static_cast<double>(k) - 5;
        const int number = static_cast<int>(std::floor(z / 30));
        if (z < 0 || number > 8) return;
        const double height = z - 30 * number, radius = std::hypot(x / 18, y / 15); // y grows to the back
        const bool body = radius < 1 && height < 24, arch = y >= 14 && y < 30 && std::abs(x) < 6 && height > 4 && height < 18;
        if (radius < 1 && height >= 24) ct.voxels(k, j, i) = 80;
        if (!body && !arch) return;
        labels.voxels(k, j, i) = static_cast<std::uint8_t>(27 + number);
        const bool shell = radius > 0.9 || height < 2.5 || height > 21.5;
        ct.voxels(k, j, i) = static_cast<std::int16_t>(body ? (shell ? 350 : 130 + static_cast<int>((7 * i + 13 * j + 5 * k) % 41) - 20) : 450);
    }
};

struct case_files {
    ct_volume ct;
    label_volume vertebrae;
    mask_volume fractures;
    nlohmann::json about;
};

case_files load(const fs::path& folder) {
    case_files c{image_io<>::read_ct(folder / "ct.nii.gz"), image_io<>::read_labels(folder / "vertebrae.nii.gz"), image_io<>::read_mask(folder / "fractures.nii.gz"), {}};
    std::ifstream{folder / "case.json"} >> c.about;
    return c;
}

std::vector<case_files> load_all(const fs::path& cases) {
    std::set<fs::path> folders;
    for (const auto& entry : fs::directory_iterator{cases})
        if (entry.is_directory()) folders.insert(entry.path());
    std::vector<case_files> all;
    for (const auto& folder : folders) all.push_back(load(folder));
    return all;
}

/// The drawn spine on disk and cohorts of it, made once.
class drawn_cohorts {
public:
    static const drawn_cohorts& get() {
        static const drawn_cohorts one;
        return one;
    }
    [[nodiscard]] cohort_options options(const std::string& name, cohort_kind kind, unsigned threads = 2) const {
        cohort_options o;
        o.out = folder_ / name;
        o.template_ct = folder_ / "spine.nii.gz";
        o.template_vertebrae = folder_ / "labels.nii.gz";
        o.patients = 5;
        o.seed = 3;
        o.kind = kind;
        o.threads = threads;
        return o;
    }
    cohort_summary summary;
    std::vector<case_files> real, null, sham;

private:
    drawn_cohorts() {
        const drawn_spine spine;
        image_io<>::write(folder_ / "spine.nii.gz", spine.ct);
        image_io<>::write(folder_ / "labels.nii.gz", spine.labels);
        summary = make_cohort(options("real", cohort_kind::real));
        make_cohort(options("null", cohort_kind::null));
        make_cohort(options("sham", cohort_kind::sham));
        real = load_all(folder_ / "real");
        null = load_all(folder_ / "null");
        sham = load_all(folder_ / "sham");
    }
    testing::scratch folder_;
};

std::set<int> broken_levels(const nlohmann::json& about) {
    std::set<int> levels;
    for (const auto& v : about.at("vertebrae"))
        if (v.contains("drawn")) levels.insert(v.at("level").get<int>());
    return levels;
}

/// The mask's voxels, and how many of them lie on a vertebra's label.
struct placed {
    std::size_t all = 0;
    std::map<int, std::size_t> on;
};
placed place(const mask_volume& mask, const label_volume& labels) {
    placed p;
    for (std::size_t n = 0; n < mask.voxels.size(); ++n)
        if (mask.voxels.data()[n] == 1) {
            ++p.all;
            ++p.on[labels.voxels.data()[n]];
        }
    return p;
}

std::size_t voxels_of(const label_volume& labels, int level) {
    return static_cast<std::size_t>(std::count(labels.voxels.begin(), labels.voxels.end(), static_cast<std::uint8_t>(level)));
}

/// What must hold of a real case and the null case of the same draws.
void check_pair(const case_files& real, const case_files& null) {
    const auto broken = broken_levels(real.about);
    CHECK(broken == broken_levels(null.about));
    const auto inside = place(real.fractures, real.vertebrae);
    std::size_t on_broken = 0;
    for (const int level : broken) {
        const auto n = inside.on.contains(level) ? inside.on.at(level) : 0;
        INFO("V" << level);
        CHECK(n > 0);
        CHECK(n < voxels_of(real.vertebrae, level) / 2); // broken bone, not the whole vertebra
        on_broken += n;
    }
    CHECK(on_broken == inside.all); // none on healthy vertebrae or beside bone
    CHECK((real.fractures.voxels == null.fractures.voxels));
    // From the lowest vertebra up to the one below the first broken one, nothing differs.
    if (broken.empty()) {
        CHECK((real.ct.voxels == null.ct.voxels));
        return;
    }
    CHECK((real.ct.voxels != null.ct.voxels));
    std::size_t differing_below = 0;
    for (std::size_t n = 0; n < real.ct.voxels.size(); ++n) {
        const int level = null.vertebrae.voxels.data()[n];
        if (level != 0 && level < *broken.begin() - 1) differing_below += real.ct.voxels.data()[n] != null.ct.voxels.data()[n];
    }
    CHECK(differing_below == 0);
}

} // namespace

TEST_CASE("Genant's grades begin at 20, 25 and 40 per cent") {
    CHECK(cohort::genant_grade(0.199) == 0);
    CHECK(cohort::genant_grade(0.20) == 1);
    CHECK(cohort::genant_grade(0.249) == 1);
    CHECK(cohort::genant_grade(0.25) == 2);
    CHECK(cohort::genant_grade(0.40) == 2);
    CHECK(cohort::genant_grade(0.401) == 3);
}

TEST_CASE("the rates are VerSe19's: 288 fractured of 1,454 vertebrae with a TotalSegmentator number") {
    int all = 0, fractured = 0;
    for (int level = 27; level <= 43; ++level) {
        const auto n = cohort::verse19_grades(level);
        all += n[0] + n[1] + n[2] + n[3];
        fractured += n[1] + n[2] + n[3];
    }
    CHECK(all == 1454); // 1,460 less six L6
    CHECK(fractured == 288);
}

TEST_CASE("drawn grades follow the rates of their level") {
    std::array<int, 4> count{};
    constexpr int patients = 4000;
    for (int n = 0; n < patients; ++n) {
        const auto p = cohort::draw_patient(11, n, {31}, {1, 1, 1});
        ++count[p.vertebrae[0].broken ? static_cast<std::size_t>(p.vertebrae[0].injury.grade) : 0];
    }
    const std::array<double, 4> rate{76.0 / 123, 15.0 / 123, 15.0 / 123, 17.0 / 123};
    for (std::size_t g = 0; g < 4; ++g) {
        const double expected = rate[g] * patients, deviation = std::sqrt(expected * (1 - rate[g]));
        CHECK(std::abs(count[g] - expected) < 4 * deviation);
    }
}

TEST_CASE("a drawn fracture's height loss lies within its grade") {
    for (int grade = 1; grade <= 3; ++grade)
        for (std::uint64_t key = 0; key < 200; ++key) {
            const auto f = cohort::detail::draw_fracture(key, grade);
            REQUIRE(cohort::genant_grade(f.loss) == grade);
            REQUIRE((f.healed ? !f.cleft : true));
        }
}

TEST_CASE("three vertebrae in five are degenerated, as many of the broken as of the unbroken") {
    std::array<int, 2> all{}, worn{};
    for (int n = 0; n < 2000; ++n)
        for (const auto& v : cohort::draw_patient(5, n, {30, 33}, {1, 1, 1}).vertebrae) {
            ++all[v.broken];
            worn[v.broken] += v.worn;
            REQUIRE((v.wear.height >= 0.72 && v.wear.height <= 1.0));
        }
    for (const int broken : {0, 1}) {
        REQUIRE(all[broken] > 400);
        CHECK(std::abs(worn[broken] - 0.6 * all[broken]) < 4 * std::sqrt(0.24 * all[broken]));
    }
}

TEST_CASE("a cohort's table says what each vertebra is shown as, in agreement with its cases") {
    const auto& c = drawn_cohorts::get();
    std::ifstream file{c.options("sham", cohort_kind::sham).out / "vertebrae.csv"};
    std::string line;
    std::getline(file, line);
    CHECK(line == "patient,vertebra,shown");
    std::size_t sham = 0, rows = 0;
    for (; std::getline(file, line); ++rows) sham += line.ends_with(",sham");
    std::size_t expected = 0, all = 0;
    for (const auto& one : c.sham)
        for (const auto& v : one.about.at("vertebrae")) {
            ++all;
            expected += v.contains("sham");
        }
    CHECK(rows == all);
    CHECK(sham == expected);
    CHECK(sham > 0);
}

TEST_CASE("a vertebra's draws do not depend on which other vertebrae there are") {
    const auto all = cohort::draw_patient(1, 7, {30, 31, 32}, {1, 1, 1}), one = cohort::draw_patient(1, 7, {32}, {1, 1, 1});
    CHECK(all.vertebrae[2].broken == one.vertebrae[0].broken);
    CHECK(all.vertebrae[2].injury.loss == one.vertebrae[0].injury.loss);
    CHECK(all.vertebrae[2].normal.height == one.vertebrae[0].normal.height);
    CHECK(all.noise == one.noise);
}

TEST_CASE("a cohort's samples are the complete vertebrae between two seen ones") {
    const auto& c = drawn_cohorts::get();
    REQUIRE(c.real.size() == 5);
    std::vector<int> levels;
    for (const auto& v : c.real[0].about.at("vertebrae")) levels.push_back(v.at("level").get<int>());
    CHECK(levels == std::vector<int>{28, 29, 30, 31, 32, 33, 34}); // V27 and V35 have one neighbour
    CHECK(c.summary.patients == 5);
    CHECK(c.summary.vertebrae == 35);
    CHECK(c.summary.fractured > 0);
}

TEST_CASE("a case is whole: three images on one grid, and its origin") {
    for (const auto& c : drawn_cohorts::get().real) {
        CHECK(c.ct.grid.size == c.vertebrae.grid.size);
        CHECK(c.ct.grid.size == c.fractures.grid.size);
        CHECK(c.about.at("source") == "cohort");
        CHECK(c.about.at("template") == "spine");
        CHECK(c.about.at("data") == "semi-synthetic, one CT");
        CHECK(c.about.at("kind") == "real");
    }
}

TEST_CASE("one seed gives the same cohort for any number of threads, another seed another") {
    const auto& c = drawn_cohorts::get();
    auto again = c.options("one_thread", cohort_kind::real, 1);
    again.patients = 2;
    make_cohort(again);
    const auto same = load_all(again.out);
    for (std::size_t n = 0; n < same.size(); ++n) {
        CHECK((same[n].ct.voxels == c.real[n].ct.voxels));
        CHECK((same[n].fractures.voxels == c.real[n].fractures.voxels));
        CHECK(same[n].about == c.real[n].about);
    }
    again = c.options("other_seed", cohort_kind::real);
    again.patients = 1;
    again.seed = 4;
    make_cohort(again);
    CHECK((load_all(again.out)[0].ct.voxels != c.real[0].ct.voxels));
}

TEST_CASE("an interrupted cohort is continued, to the cohort that was never interrupted") {
    const auto& c = drawn_cohorts::get();
    auto options = c.options("continued", cohort_kind::real);
    options.patients = 3;
    options.threads = 1;
    std::atomic<bool> interrupted = false;
    options.interrupted = &interrupted;
    options.progress = [&](int done) { interrupted = done == 2; };
    const auto first = make_cohort(options);
    CHECK(first.interrupted);
    CHECK(first.patients == 2);
    CHECK_FALSE(fs::exists(options.out / "vertebrae.csv"));
    interrupted = false;
    options.progress = {};
    const auto second = make_cohort(options);
    CHECK_FALSE(second.interrupted);
    CHECK(second.reused == 2);
    const auto all = load_all(options.out);
    REQUIRE(all.size() == 3);
    std::size_t voxels = 0;
    for (std::size_t n = 0; n < 3; ++n) {
        CHECK((all[n].ct.voxels == c.real[n].ct.voxels));
        CHECK(all[n].about == c.real[n].about);
        voxels += all[n].ct.voxels.size();
    }
    CHECK(second.voxels == voxels);
    CHECK(fs::exists(options.out / "vertebrae.csv"));
}

TEST_CASE("fracture masks lie on broken vertebrae only, and the null cohort shows the same masks on unbroken bone") {
    const auto& c = drawn_cohorts::get();
    for (std::size_t n = 0; n < c.real.size(); ++n) check_pair(c.real[n], c.null[n]);
}

TEST_CASE("a broken body is lower than the same body unbroken, by about what was drawn") {
    const auto& c = drawn_cohorts::get();
    int broken = 0, near = 0;
    for (const auto& one : c.real)
        for (const auto& v : one.about.at("vertebrae")) {
            if (!v.at("fractured")) continue;
            ++broken;
            const double drawn = v.at("drawn").at("height_loss"), measured = v.at("measured").at("height_loss");
            near += std::abs(drawn - measured) < 0.08;
            const auto& h = v.at("measured").at("heights_mm");
            const auto& whole = v.at("measured").at("heights_unbroken_mm");
            CHECK(whole.at("middle") > 14); // a body of 24 mm in a person 7 % smaller or larger, smoothly deformed
            CHECK(whole.at("middle") < 34);
            if (v.at("drawn").at("type") == "wedge") {
                const double front = h.at("anterior").get<double>() / whole.at("anterior").get<double>();
                const double back = h.at("posterior").get<double>() / whole.at("posterior").get<double>();
                CHECK(front < back);
            }
        }
    REQUIRE(broken > 3);
    CHECK(near >= 0.8 * broken);
}

TEST_CASE("a sham cohort is low and dense where fractures would be, and its masks are empty") {
    const auto& c = drawn_cohorts::get();
    for (std::size_t n = 0; n < c.sham.size(); ++n) {
        CHECK(std::count(c.sham[n].fractures.voxels.begin(), c.sham[n].fractures.voxels.end(), std::uint8_t{0}) == static_cast<std::ptrdiff_t>(c.sham[n].fractures.voxels.size()));
        CHECK(broken_levels(c.sham[n].about) == broken_levels(c.real[n].about));
        for (const auto& v : c.sham[n].about.at("vertebrae")) {
            CHECK_FALSE(v.at("fractured").get<bool>());
            if (!v.contains("sham")) continue;
            const int level = v.at("level");
            CHECK(voxels_of(c.sham[n].vertebrae, level) < voxels_of(c.null[n].vertebrae, level));
        }
    }
}

TEST_CASE("cohorts refuse bad input with one sentence and leave nothing behind") {
    const auto& c = drawn_cohorts::get();
    auto options = c.options("bad", cohort_kind::real);
    options.patients = 0;
    CHECK_THROWS_AS(make_cohort(options), bad_input);
    options = c.options("bad", cohort_kind::real);
    options.template_vertebrae = options.template_ct; // no labels
    CHECK_THROWS_AS(make_cohort(options), bad_input);
    options = c.options("real", cohort_kind::real);
    options.kind = cohort_kind::null;
    CHECK_THROWS_WITH(make_cohort(options), Catch::Contains("exists already and is not this patient of this cohort"));
    label_volume none = drawn_spine{}.labels;
    for (auto& l : none.voxels) l = l == 30 ? 30 : 0;
    testing::scratch folder;
    image_io<>::write(folder / "one.nii.gz", none);
    options = c.options("bad", cohort_kind::real);
    options.template_vertebrae = folder / "one.nii.gz";
    CHECK_THROWS_AS(make_cohort(options), bad_input);
    CHECK_FALSE(fs::exists(c.options("bad", cohort_kind::real).out));
}

TEST_CASE("the cohort of the LIDC sample has V30 ... V40, masks of broken bone, and most grades as drawn") {
    const auto shared = testing::shared_data();
    if (!shared) {
        WARN("skipped: ../shared/data is not there");
        SUCCEED();
        return;
    }
    testing::scratch folder;
    cohort_options options;
    options.template_ct = *shared / "lidc0001_ct.nii.gz";
    options.template_vertebrae = *shared / "lidc0001_vertebrae_totalsegmentator.nii.gz";
    options.patients = 2;
    options.seed = 2; // a broken band of its first patient reaches into the body beside it
    options.out = folder / "real";
    const auto summary = make_cohort(options);
    options.out = folder / "null";
    options.kind = cohort_kind::null;
    make_cohort(options);
    const auto real = load_all(folder / "real"), null = load_all(folder / "null");
    REQUIRE(real.size() == 2);
    for (std::size_t n = 0; n < real.size(); ++n) {
        std::vector<int> levels;
        for (const auto& v : real[n].about.at("vertebrae")) levels.push_back(v.at("level").get<int>());
        CHECK(levels == std::vector<int>{30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40});
        check_pair(real[n], null[n]);
    }
    CHECK(summary.fractured > 0);
    CHECK(2 * summary.grade_reached > summary.fractured);
    const double share = static_cast<double>(summary.fracture_voxels) / static_cast<double>(summary.voxels);
    CHECK(share > 0.0002);
    CHECK(share < 0.02);
}
