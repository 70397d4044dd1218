#include <facet/data/cases.hpp>

#include "support/data_test.hpp"

#include <fstream>

using namespace facet;
namespace fs = std::filesystem;

namespace {

void touch(const fs::path& path, const std::string& content = "x") {
    fs::create_directories(path.parent_path());
    std::ofstream{path} << content;
}

std::string complaint(const fs::path& where) {
    try {
        find_cases(where);
        return "accepted";
    } catch (const bad_input& e) {
        return e.what();
    }
}

} // namespace

TEST_CASE("a folder per patient is read in order of names", "[data][cases]") {
    const testing::scratch folder;
    for (const auto* p : {"b", "a 2"})
        for (const auto* file : {"ct.nii.gz", "vertebrae.nii.gz"}) touch(folder / p / file);
    touch(folder / "b" / "fractures.mha");
    touch(folder / "b" / "case.json", R"({"source": "cohort", "template": "t1", "seed": 3})");
    fs::create_directories(folder / "c" / "ct"); // a DICOM series
    touch(folder / "c" / "vertebrae.nrrd");
    touch(folder / "readme.txt");
    const auto found = find_cases(folder.path());
    REQUIRE(found.size() == 3);
    CHECK(found[0].patient == "a 2");
    CHECK(found[0].source == "scan");
    CHECK(found[0].anatomy == "a 2"); // a scan shares its anatomy with nobody
    CHECK_FALSE(found[0].fractures.has_value());
    CHECK(found[1].source == "cohort");
    CHECK(found[1].anatomy == "t1");
    CHECK(found[1].fractures == folder / "b" / "fractures.mha");
    CHECK(found[2].ct == folder / "c" / "ct");
}

TEST_CASE("a CSV names files relative to itself, in columns of any order", "[data][cases]") {
    const testing::scratch folder;
    for (const auto* file : {"x/ct.nii", "x/v.nii", "x/f.nii", "y, z/ct.nii"}) touch(folder / file);
    touch(folder / "cases.csv", "\xef\xbb\xbfvertebrae,ct,patient,template,fractures\r\nx/v.nii,x/ct.nii,p1,t,x/f.nii\r\n\r\nx/v.nii,\"y, z/ct.nii\",p0,,\r\n");
    const auto found = find_cases(folder / "cases.csv");
    REQUIRE(found.size() == 2);
    CHECK(found[0].patient == "p0");
    CHECK(found[0].ct == folder / "y, z" / "ct.nii");
    CHECK_FALSE(found[0].fractures.has_value());
    CHECK(found[0].anatomy == "p0");
    CHECK(found[1].fractures == folder / "x" / "f.nii");
    CHECK(found[1].anatomy == "t");
}

TEST_CASE("an nnU-Net raw dataset has vertebrae in labelsTr or beside it", "[data][cases]") {
    const testing::scratch folder;
    touch(folder / "imagesTr" / "s1_0000.nii.gz");
    touch(folder / "labelsTr" / "s1.nii.gz");
    auto found = find_cases(folder.path());
    REQUIRE(found.size() == 1);
    CHECK(found[0].patient == "s1");
    CHECK(found[0].vertebrae == folder / "labelsTr" / "s1.nii.gz");
    CHECK_FALSE(found[0].fractures.has_value());
    touch(folder / "fracturesTr" / "s1.nii.gz");
    CHECK(find_cases(folder.path())[0].fractures == folder / "fracturesTr" / "s1.nii.gz");
    touch(folder / "vertebraeTr" / "s1.nii.gz");
    found = find_cases(folder.path());
    CHECK(found[0].vertebrae == folder / "vertebraeTr" / "s1.nii.gz");
    CHECK(found[0].fractures == folder / "labelsTr" / "s1.nii.gz");
    touch(folder / "imagesTr" / "s1_0001.nii.gz");
    CHECK_THAT(complaint(folder.path()), Catch::Contains("s1_0001.nii.gz") && Catch::Contains("channel 0"));
}

TEST_CASE("cases that cannot be used are one sentence naming what is wrong", "[data][cases]") {
    const testing::scratch folder;
    CHECK_THAT(complaint(folder / "none"), Catch::Contains("does not exist"));
    CHECK_THAT(complaint(folder.path()), Catch::Contains("holds no cases"));
    touch(folder / "a" / "ct.nii.gz");
    CHECK_THAT(complaint(folder.path()), Catch::Contains("vertebrae.nii.gz") && Catch::Contains("does not exist"));
    touch(folder / "a" / "vertebrae.nii.gz");
    touch(folder / "a" / "ct.mha");
    CHECK_THAT(complaint(folder.path()), Catch::Contains("both exist"));
    fs::remove(folder / "a" / "ct.mha");
    touch(folder / "a" / "case.json", "{");
    CHECK_THAT(complaint(folder.path()), Catch::Contains("case.json"));
    touch(folder / "a" / "case.json", R"({"source": "dream"})");
    CHECK_THAT(complaint(folder.path()), Catch::Contains("'dream'") && Catch::Contains("scan, cohort or phantom"));
    fs::remove(folder / "a" / "case.json");
    touch(folder / "a" / "notes.txt");
    CHECK(complaint(folder.path()) == "accepted");
    touch(folder / "a" / "fracture.nii.gz"); // without its s the patient would count as healthy
    CHECK_THAT(complaint(folder.path()), Catch::Contains("fracture.nii.gz") && Catch::Contains("neither ct, vertebrae nor fractures"));
    const testing::scratch raw;
    touch(raw / "imagesTr" / "s1_0000.nii.gz");
    touch(raw / "labelsTr" / "s1.nii.gz");
    touch(raw / "fracturesTr" / "s2.nii.gz");
    CHECK_THAT(complaint(raw.path()), Catch::Contains("s2.nii.gz") && Catch::Contains("belongs to no image"));

    const auto csv = [&](const std::string& text) {
        touch(folder / "c.csv", text);
        return complaint(folder / "c.csv");
    };
    CHECK_THAT(csv(""), Catch::Contains("holds no cases"));
    CHECK_THAT(csv("patient,ct\n"), Catch::Contains("no column 'vertebrae'"));
    CHECK_THAT(csv("patient,ct,vertebrae\np,a/ct.nii.gz,\n"), Catch::Contains("names no vertebrae in line 2"));
    CHECK_THAT(csv("patient,ct,vertebrae\np,a/ct.nii.gz,a/gone.nii\n"), Catch::Contains("gone.nii") && Catch::Contains("does not exist"));
    CHECK_THAT(csv("patient,ct,vertebrae\np,../ct.nii,a/vertebrae.nii.gz\n"), Catch::Contains("leads out of"));
    CHECK_THAT(csv("patient,ct,vertebrae\np,a/ct.nii.gz,a/vertebrae.nii.gz\np,a/ct.nii.gz,a/vertebrae.nii.gz\n"), Catch::Contains("lists patient 'p' twice"));
    CHECK_THAT(csv("patient,ct,vertebrae\n../p,a/ct.nii.gz,a/vertebrae.nii.gz\n"), Catch::Contains("patient name '../p'"));
}

TEST_CASE("a store's data statement follows from its cases", "[data][cases]") {
    std::vector<case_files> cases(2);
    CHECK(data_statement(cases) == "scans");
    cases[0].source = cases[1].source = "cohort";
    CHECK(data_statement(cases) == "semi-synthetic, one CT");
    cases[0].source = cases[1].source = "phantom";
    CHECK(data_statement(cases) == "analytic phantom");
    cases[0].source = "scan";
    CHECK_THROWS_WITH(data_statement(cases), Catch::Contains("one source"));
}
