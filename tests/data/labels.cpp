#include <facet/data/labels.hpp>

#include "support/data_test.hpp"

#include <facet/data/translate_labels.hpp>
#include <facet/io/itk.hpp>

using namespace facet;

TEST_CASE("vertebrae are printed with their number and their name", "[data][labels]") {
    CHECK(printed({31}) == "V31 (L1)");
    CHECK(printed({27}) == "V27 (L5)");
    CHECK(printed({32}) == "V32 (T12)");
    CHECK(printed({35}) == "V35 (T9)");
    CHECK(printed({40}) == "V40 (T4)");
    CHECK(printed({43}) == "V43 (T1)");
    CHECK(printed({44}) == "V44 (C7)");
    CHECK(printed({50}) == "V50 (C1)");
    CHECK(printed({26}) == "V26 (S1)");
}

TEST_CASE("VerSe counts from the head, TotalSegmentator from the feet", "[data][labels]") {
    constexpr labels::verse verse;
    CHECK(*verse(1) == 50);  // C1
    CHECK(*verse(7) == 44);  // C7
    CHECK(*verse(8) == 43);  // T1
    CHECK(*verse(19) == 32); // T12
    CHECK(*verse(20) == 31); // L1
    CHECK(*verse(24) == 27); // L5
    CHECK(*verse(0) == 0);
    for (const int other : {25, 26, 27, 28}) CHECK(*verse(other) == unnumbered_bone); // L6, sacrum, coccyx, T13
    CHECK_FALSE(verse(29).has_value());
    CHECK_FALSE(verse(-1).has_value());
}

TEST_CASE("TotalSegmentator's other organs are background, its sacrum is bone", "[data][labels]") {
    constexpr labels::totalsegmentator scheme;
    CHECK(*scheme(1) == 0);
    CHECK(*scheme(24) == 0);
    CHECK(*scheme(25) == unnumbered_bone);
    CHECK(*scheme(26) == 26);
    CHECK(*scheme(50) == 50);
    CHECK(*scheme(51) == 0);
    CHECK(*scheme(118) == 0);
    CHECK_FALSE(scheme(119).has_value());
}

TEST_CASE("a number outside the scheme is an error that names it and the file", "[data][labels]") {
    label_volume labels{geometry{{2, 2, 2}}};
    labels.voxels(0, 0, 1) = 20;
    translate_labels(labels, labels::verse{}, "a.nii");
    CHECK(int{labels.voxels(0, 0, 1)} == 31);
    labels.voxels(0, 0, 1) = 20;
    labels.voxels(1, 1, 1) = 99;
    CHECK_THROWS_WITH(translate_labels(labels, labels::verse{}, "a.nii"), Catch::Contains("a.nii") && Catch::Contains("label 99"));
}

TEST_CASE("the two label files of one patient describe the same bones", "[data][labels][shared]") {
    const auto data = testing::shared_data_or_skip();
    if (!data) return;
    auto total = image_io<>::read_labels(*data / "lidc0001_vertebrae_totalsegmentator.nii.gz"), verse = image_io<>::read_labels(*data / "lidc0001_vertebrae_verse.nii.gz");
    CHECK_FALSE((total.voxels == verse.voxels)); // the files differ in every bone
    translate_labels(total, labels::totalsegmentator{}, "total");
    translate_labels(verse, labels::verse{}, "verse");
    CHECK((total.voxels == verse.voxels));
}
