#include <facet/data/split.hpp>

#include "data/made_store.hpp"
#include "support/data_test.hpp"

#include <functional>
#include <optional>

#include "laws/split.hpp"

using namespace facet;
using facet::testing::made_patient;
using facet::testing::made_store;

namespace {

/// `broken` of `all` patients have fractures, of 1, 2, 3, 4, 1, 2, ... vertebrae.
std::vector<made_patient> patients(int all, int broken) {
    std::vector<made_patient> out;
    for (int n = 0; n < all; ++n) out.push_back({"p" + std::to_string(n), 4, n < broken ? 1 + n % 4 : 0});
    return out;
}

/// What a bad_input says; nothing when nothing was thrown.
std::optional<std::string> complaint(const std::function<void()>& f) {
    try {
        f();
    } catch (const bad_input& e) {
        return e.what();
    }
    return std::nullopt;
}

/// Whether `text` is one sentence that holds `part`.
bool says(const std::optional<std::string>& text, const std::string& part) {
    return text && text->find(part) != std::string::npos && text->find('\n') == std::string::npos && text->find(". ") == std::string::npos;
}

nlohmann::json split_json(const store& data) { return nlohmann::json::parse(read_text(data.folder() / "split.json")); }
void write_split(const store& data, const nlohmann::json& json) { write_atomically(data.folder() / "split.json", json.dump()); }

std::size_t broken_patients(const store& data, const std::vector<std::string>& part) {
    std::set<std::string> found;
    for (const auto& s : data.slices())
        if (s.fracture_pixels > 0 && std::ranges::find(part, s.patient) != part.end()) found.insert(s.patient);
    return found.size();
}

} // namespace

TEST_CASE("every patient is in exactly one part of a split, for any size and seed", "[laws]") {
    const facet::testing::scratch folder;
    for (const auto& [all, broken, folds, test] : {std::tuple{4, 4, 2, 1}, {9, 5, 3, 2}, {20, 9, 5, 4}, {38, 30, 5, 8}}) {
        const auto data = made_store(folder / std::to_string(all), patients(all, broken));
        for (std::uint64_t seed = 1; seed <= 25; ++seed) laws::split(split::patients{.folds = static_cast<std::size_t>(folds), .test_patients = static_cast<std::size_t>(test)}, data, seed);
    }
}

TEST_CASE("folds differ by at most one patient and by at most one patient with a fracture") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", patients(38, 23));
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        make_split(data, {.folds = 5, .test = 8, .seed = seed});
        const auto split = patient_split::load(data);
        CHECK(broken_patients(data, split.test) == 5); // 8 of 38 patients, so 8 * 23 / 38 = 4.8 of those with fractures
        std::vector<std::size_t> sizes, broken;
        for (const auto& fold : split.folds) sizes.push_back(fold.size()), broken.push_back(broken_patients(data, fold));
        CHECK(std::ranges::max(sizes) - std::ranges::min(sizes) <= 1);
        CHECK(std::ranges::max(broken) - std::ranges::min(broken) <= 1);
    }
}

TEST_CASE("as many patients with fractures as parts are enough: each part gets one") {
    const facet::testing::scratch folder;
    const auto few = made_store(folder / "few", patients(20, 6));
    const auto many = made_store(folder / "many", patients(8, 6)); // the test set could take more than its share
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        CHECK_NOTHROW(make_split(few, {.folds = 5, .test = 10, .seed = seed}));
        CHECK_NOTHROW(make_split(many, {.folds = 5, .test = 2, .seed = seed}));
    }
}

TEST_CASE("a split is the same for the same seed and another for another") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", patients(20, 12));
    const auto first = make_split(data, {.folds = 4, .test = 4, .seed = 3});
    CHECK(make_split(data, {.folds = 4, .test = 4, .seed = 3}) == first);
    const auto other = make_split(data, {.folds = 4, .test = 4, .seed = 4});
    CHECK(other.at("folds") != first.at("folds"));
    CHECK(other.at("test") != first.at("test"));
}

TEST_CASE("split.json says whose data it splits, what each part holds, and which levels have no fracture there") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", {{"a", 3, 1}, {"b", 3, 2}, {"c", 3, 1}});
    make_split(data, {.folds = 2, .test = 1, .seed = 1});
    const auto json = split_json(data);
    CHECK(json.at("content_hash") == data.content_hash());
    CHECK(json.at("seed") == 1);
    CHECK(json.at("shared_template_waiver") == false);
    for (const auto& [part, names] : {std::pair{json.at("parts").at("test"), json.at("test")}, {json.at("parts").at("folds").at(0), json.at("folds").at(0)}}) {
        const bool heavy = names.at(0) == "b";
        CHECK(part.at("patients") == 1);
        CHECK(part.at("slices") == 9);
        CHECK(part.at("positive_slices") == (heavy ? 2 : 1));
        CHECK(part.at("vertebrae") == 3);
        CHECK(part.at("positive_vertebrae") == (heavy ? 2 : 1));
        CHECK(part.at("levels_without_positives") == (heavy ? nlohmann::json{"V29 (L3)"} : nlohmann::json{"V28 (L4)", "V29 (L3)"}));
    }
}

TEST_CASE("fold k validates, the other folds train, the test set does neither") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", patients(9, 9));
    make_split(data, {.folds = 3, .test = 3, .seed = 1});
    const auto split = patient_split::load(data);
    for (std::size_t fold = 0; fold < 3; ++fold) {
        const auto parts = parts_of(data, split, fold);
        const auto names = [&](const std::vector<std::uint32_t>& part) {
            std::set<std::string> out;
            for (const auto i : part) out.insert(data.slices()[i].patient);
            return out;
        };
        CHECK(names(parts.validation) == std::set<std::string>(split.folds[fold].begin(), split.folds[fold].end()));
        CHECK(names(parts.test) == std::set<std::string>(split.test.begin(), split.test.end()));
        CHECK(parts.train.size() + parts.validation.size() + parts.test.size() == data.count());
        for (const auto& patient : names(parts.train)) CHECK((!names(parts.validation).contains(patient) && !names(parts.test).contains(patient)));
    }
    CHECK(says(complaint([&] { parts_of(data, split, 3); }), "--fold 3 does not exist"));
}

TEST_CASE("a split that cannot be is refused with one sentence") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", patients(6, 3));
    CHECK(says(complaint([&] { make_split(data, {.folds = 2, .test = 6}); }), "--test 6 leaves no patient to train on"));
    CHECK(says(complaint([&] { make_split(data, {.folds = 5, .test = 2}); }), "--folds 5 is more than the 4 patients"));
    CHECK(says(complaint([&] { make_split(data, {.folds = 1, .test = 2}); }), "--folds 1 leaves nothing to validate on"));
    CHECK(says(complaint([&] { make_split(data, {.folds = 4, .test = 2}); }), "has a fracture, so nothing can be judged there"));
    CHECK(!std::filesystem::exists(data.folder() / "split.json"));
    const auto healthy = made_store(folder / "healthy", patients(6, 0));
    CHECK(says(complaint([&] { make_split(healthy, {.folds = 2, .test = 2}); }), "no patient of the store has a fracture"));
    const auto alone = made_store(folder / "alone", patients(1, 1));
    CHECK(says(complaint([&] { make_split(alone, {.folds = 2, .test = 0}); }), "one patient only ('p0')"));
}

TEST_CASE("a split.json that does not fit the store is refused with one sentence") {
    const facet::testing::scratch folder;
    const auto data = made_store(folder / "store", patients(8, 8));
    CHECK(says(complaint([&] { patient_split::load(data); }), "the store has no split.json"));
    make_split(data, {.folds = 3, .test = 2, .seed = 1});
    const auto good = split_json(data);
    const auto refused = [&](const nlohmann::json& json, const std::string& why) {
        write_split(data, json);
        CHECK(says(complaint([&] { patient_split::load(data); }), why));
    };
    auto twice = good;
    twice["folds"][0].push_back(good.at("test").at(0));
    refused(twice, "puts the patient '" + good.at("test").at(0).get<std::string>() + "' into two parts");
    auto unknown = good;
    unknown["test"].push_back("stranger");
    refused(unknown, "names the patient 'stranger', whom the store does not have");
    auto forgotten = good;
    forgotten["folds"][1].erase(0);
    refused(forgotten, "does not say where the patient '" + good.at("folds").at(1).at(0).get<std::string>() + "' belongs");
    auto other = good;
    other["content_hash"] = "0123456789abcdef";
    refused(other, "was made for other data");
    auto one = good;
    for (const auto& name : good.at("folds").at(1)) one["folds"][0].push_back(name);
    for (const auto& name : good.at("folds").at(2)) one["folds"][0].push_back(name);
    one["folds"].erase(2), one["folds"].erase(1);
    refused(one, "fewer than two folds");
    refused({{"test", "p1"}}, "is damaged");
    write_atomically(data.folder() / "split.json", std::string_view{"{\"test\": ["});
    CHECK(says(complaint([&] { patient_split::load(data); }), "is damaged"));
    write_split(data, good);
    CHECK_NOTHROW(patient_split::load(data));
}

TEST_CASE("patients of one template lie in several parts only with a consent that the split records") {
    const facet::testing::scratch folder;
    auto shared = patients(6, 6);
    shared[2].anatomy = shared[5].anatomy = "twins";
    shared[0].anatomy = shared[1].anatomy = shared[3].anatomy = shared[4].anatomy = "siblings";
    const auto data = made_store(folder / "store", shared);
    CHECK(says(complaint([&] { make_split(data, {.folds = 2, .test = 2, .seed = 1}); }), "--allow-shared-template"));
    make_split(data, {.folds = 2, .test = 2, .seed = 1, .allow_shared_template = true});
    CHECK(patient_split::load(data).shared_template_waiver);
    auto json = split_json(data);
    json["shared_template_waiver"] = false;
    write_split(data, json);
    CHECK(says(complaint([&] { patient_split::load(data); }), "would share anatomy"));

    for (auto& p : shared) p.anatomy = "one CT", p.source = "cohort"; // a cohort is its own consent
    const auto cohort = made_store(folder / "cohort", shared, "semi-synthetic, one CT");
    make_split(cohort, {.folds = 2, .test = 2, .seed = 1});
    CHECK(patient_split::load(cohort).shared_template_waiver);
}
