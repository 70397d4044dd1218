#include <facet/data/statistics.hpp>
#include <facet/report/analysis.hpp>

#include "data/made_store.hpp"
#include "support/data_test.hpp"

using namespace facet;
using facet::testing::made_store;

namespace {

/// a: L5 broken, L4 healthy. b: L5 and L4 broken. c: healthy. Three slices a vertebra, one of them positive where broken.
store three(const std::filesystem::path& folder, const std::string& data = "scans") { return made_store(folder, {{"a", 2, 1}, {"b", 2, 2}, {"c", 2, 0}}, data); }

} // namespace

TEST_CASE("slices, vertebrae and patients are counted with their fractures") {
    const facet::testing::scratch folder;
    const auto s = count_store(three(folder / "store"));
    CHECK(s.all.slices == 18);
    CHECK(s.all.positive_slices == 3);
    CHECK(s.all.vertebrae.size() == 6);
    CHECK(s.all.positive_vertebrae.size() == 3);
    CHECK(s.all.patients.size() == 3);
    CHECK(s.all.positive_patients.size() == 2);
    CHECK(s.by_level.at(27).positive_vertebrae.size() == 2);
    CHECK(s.by_level.at(28).positive_vertebrae.size() == 1);
    CHECK(s.by_patient.at("b").positive_slices == 2);
    CHECK(s.fractures_per_patient == std::vector<double>{0, 1, 2});
    CHECK(s.slices_per_vertebra == std::vector<double>(6, 3));
}

TEST_CASE("prevalence has both denominators, at native and stored size") {
    const facet::testing::scratch folder;
    const auto s = count_store(three(folder / "store"));
    // A stored slice has 16 pixels, one of them ignored: 3 fractures of 6 pixels in 18 slices of 15. Natively 3 of 8 in 18 of 20.
    CHECK(*s.all.stored.of_all() == Approx(18.0 / (18 * 15)));
    CHECK(*s.all.stored.of_positive() == Approx(18.0 / (3 * 15)));
    CHECK(*s.all.native.of_all() == Approx(24.0 / (18 * 20)));
    CHECK(*s.all.native.of_positive() == Approx(24.0 / (3 * 20)));
    CHECK(s.all.ignored == 18);
    CHECK(!s.by_patient.at("c").stored.of_positive());
    CHECK(*s.by_patient.at("c").stored.of_all() == 0);
}

TEST_CASE("mask areas and Hounsfield units are of fractures only, and padding is no tissue") {
    const facet::testing::scratch folder;
    const auto s = count_store(three(folder / "store"));
    CHECK(s.mask_pixels == std::vector<double>{6, 6, 6});
    CHECK(s.mask_mm2 == std::vector<double>{6, 6, 6}); // pixels of 2 x 0.5 mm
    CHECK(s.hu_in_masks.n == 18);
    CHECK(*s.hu_in_masks.mean() == 240);
    CHECK(*s.hu_in_masks.deviation() == 0);
    CHECK(s.hu_elsewhere.n == 18 * 11 - 18); // 16 less 4 of padding less 1 ignored
    CHECK(*s.hu_elsewhere.mean() == 40);
    CHECK(s.hu_inside == std::map<int, std::uint64_t>{{200, 18}});
    CHECK(s.hu_outside == std::map<int, std::uint64_t>{{0, 180}});
    CHECK(s.spacings == std::set<double>{0.5, 2});
    CHECK(s.steps == std::set<double>{3});
}

TEST_CASE("a quantile lies between neighbours, and there is none of nothing") {
    CHECK(*quantile({1, 2, 4}, 0.5) == 2);
    CHECK(*quantile({1, 2, 4}, 0.75) == 3);
    CHECK(*quantile({1, 2, 4}, 1) == 4);
    CHECK(!quantile({}, 0.5));
    moments m;
    CHECK(!m.mean());
    m.add(1), m.add(3);
    CHECK(*m.mean() == 2);
    CHECK(*m.deviation() == 1);
}

TEST_CASE("each part of the split is counted, and its levels without a fracture are named") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", {{"a", 2, 1}, {"b", 2, 1}, {"c", 2, 1}});
    CHECK(count_store(data).by_part.empty());
    make_split(data, {.folds = 2, .test = 1, .seed = 1});
    const auto s = count_store(data);
    CHECK(s.by_part.size() == 3);
    for (const std::string part : {"test", "fold 0", "fold 1"}) {
        CHECK(total_of(s, part).slices == 6);
        CHECK(total_of(s, part).positive_vertebrae.size() == 1);
        CHECK(levels_without_positives(s, part) == std::vector<std::string>{"V28 (L4)"});
    }
}

TEST_CASE("what is undefined is null in analysis.json") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", {{"a", 1, 0}, {"b", 1, 0}});
    const auto json = to_json(count_store(data), data);
    CHECK(json.at("all").at("stored").at("share_of_positive_slices").is_null());
    CHECK(json.at("all").at("mean_mask_mm2").is_null());
    CHECK(json.at("mask_pixels").at("median").is_null());
    CHECK(json.at("hu").at("in_masks").at("mean").is_null());
    CHECK(json.at("all").at("stored").at("share_of_all_slices") == 0);
}

TEST_CASE("analyze writes a page that opens with what the data are and names no folder of the machine") {
    const facet::testing::scratch folder;
    for (const auto& [data, statement] :
         {std::pair{"semi-synthetic, one CT", "Virtual patients of one CT: train and test share anatomy. These numbers test the software, not fracture detection."},
          {"analytic phantom", "Analytic phantoms of a spine. These numbers test the software, not fracture detection."}}) {
        const auto made = three(folder / data, data);
        const auto out = folder / (std::string{data} + " analysis");
        const auto json = analyze(made, out);
        const auto html = read_text(out / "analysis.html"), text = read_text(out / "analysis.json");
        const auto body = html.find("<main>"), first = html.find(statement);
        REQUIRE(body != std::string::npos);
        CHECK(first < html.find("<h1"));
        CHECK(html.find("V27 (L5)") != std::string::npos);
        CHECK(html.find("nan") == std::string::npos);
        CHECK(html.find("src=\"http") == std::string::npos);
        for (const auto& page : {html, text}) CHECK(page.find(folder.path().string()) == std::string::npos);
        CHECK(nlohmann::ordered_json::parse(text) == json);
        CHECK(json.at("by_level").at("V28").at("name") == "L4");
        CHECK(json.at("by_level").at("V28").at("positive_vertebrae") == 1);
    }
}

TEST_CASE("a store without any fracture still gets its report") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", {{"a", 1, 0}});
    CHECK_NOTHROW(analyze(data, folder / "out"));
    CHECK(read_text(folder / "out" / "analysis.html").find("No slice holds a fracture.") != std::string::npos);
}
