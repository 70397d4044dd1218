#include <facet/metric.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <limits>

#include <facet/evaluate/findings.hpp>
#include <facet/evaluate/pieces.hpp>

#include "support/golden.hpp"

using namespace facet;

namespace {

double golden(const std::string& of, const std::string& what) {
    for (const auto& row : golden_rows("surfaces.csv"))
        if (row[0] == of && row[2] == what) return std::stod(row[3]);
    throw std::runtime_error{"no such golden value"};
}

/// One slice of text: L lesion, C candidate, B both.
volume_lesions read(const std::vector<std::string>& rows, std::size_t patient = 0, float logit = 0) {
    std::vector<std::uint8_t> truth, mask;
    for (const auto& row : rows)
        for (const char c : row) truth.push_back(c == 'L' || c == 'B'), mask.push_back(c == 'C' || c == 'B');
    auto v = lesions_of(truth, mask, std::vector<float>(mask.size(), logit), {1, rows.size(), rows.front().size()});
    v.patient = patient;
    return v;
}

} // namespace

TEST_CASE("connected pieces are those of scipy, corners included", "[metric][golden]") {
    const std::array<std::size_t, 3> size{5, 12, 14};
    std::vector<std::uint8_t> mask(5 * 12 * 14);
    std::uint64_t x = 11;
    for (auto& m : mask) x = (1103515245 * x + 12345) % (std::uint64_t{1} << 31), m = static_cast<double>(x) / (std::uint64_t{1} << 31) < 0.12;
    const auto pieces = pieces_of(mask, size);
    CHECK(static_cast<double>(pieces.voxels.size()) == golden("pieces", "pieces"));
    CHECK(static_cast<double>(std::ranges::max(pieces.voxels)) == golden("pieces", "largest"));
    std::int64_t squares = 0;
    for (const auto n : pieces.voxels) squares += n * n;
    CHECK(static_cast<double>(squares) == golden("pieces", "sum_of_squares"));
}

TEST_CASE("each matching rule finds what it should", "[metric]") {
    const auto touching = read({"LLL...",
                                "LLB...",
                                "...C..",
                                "....C."});
    REQUIRE(touching.lesions == std::vector<std::int64_t>{6});
    REQUIRE(touching.candidates.size() == 1);
    CHECK(count_lesions(touching, match::any_overlap{}).found == 1);
    CHECK(count_lesions(touching, match::centre_inside{}).found == 0); // centre in row 2
    CHECK(count_lesions(touching, match::centre_inside{}).false_positives == 1);
    CHECK(count_lesions(touching, match::iou_at_least{.iou = 1.0 / 8}).found == 1); // one common of eight
    CHECK(count_lesions(touching, match::iou_at_least{.iou = 0.126}).found == 0);
    CHECK(count_lesions(touching, match::iou_at_least{.iou = 0.126}).false_positives == 1);

    const auto two = read({"BB..LL",
                           "BB..LL",
                           "......",
                           "...CCC"}, 1);
    const auto n = count_lesions(two, match::any_overlap{});
    CHECK(n.lesions == 2);
    CHECK(n.found == 1);
    CHECK(n.false_positives == 1);
    CHECK(count_lesions(two, match::centre_inside{}).found == 1);

    const std::vector<volume_lesions> both{touching, two};
    CHECK(metric::lesion_sensitivity{}(both).value() == Approx(2.0 / 3));
    CHECK(metric::lesion_sensitivity{match::centre_inside{}}(both).value() == Approx(1.0 / 3));
    CHECK(metric::false_positives_per_volume{}(both).value() == Approx(0.5));
}

TEST_CASE("one candidate over two lesions finds both and is no false positive", "[metric]") {
    const auto v = read({"BCB"});
    CHECK(count_lesions(v, match::any_overlap{}).found == 2);
    CHECK(count_lesions(v, match::any_overlap{}).false_positives == 0);
    CHECK(count_lesions(v, match::centre_inside{}).found == 0);
}

TEST_CASE("the free-response score is MONAI's where its curve has a point at every rate", "[metric][golden]") {
    // Four patients with two lesions each; six are found, with the scores of tests/golden/surfaces.py.
    const std::vector<double> found{0.95, 0.9, 0.8, 0.7, 0.55, 0.3}, wrong{0.85, 0.75, 0.6, 0.5, 0.4, 0.2, 0.15, 0.1};
    std::vector<volume_lesions> all(4);
    for (std::size_t p = 0; p < 4; ++p) all[p].patient = p, all[p].lesions = {5, 5};
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto& v = all[i % 4];
        v.candidates.push_back({3, found[i]});
        v.contacts.push_back({.lesion = static_cast<std::uint32_t>(i / 4), .candidate = static_cast<std::uint32_t>(v.candidates.size() - 1), .lesion_voxels = 5, .candidate_voxels = 3, .common_voxels = 2, .centre_inside = true});
    }
    for (std::size_t i = 0; i < wrong.size(); ++i) all[i % 4].candidates.push_back({3, wrong[i]});
    CHECK(metric::froc{}(all).value() == Approx(golden("froc", "froc")));

    const auto curve = froc_curve(all, match::any_overlap{});
    CHECK(curve.back().sensitivity == Approx(6.0 / 8));
    CHECK(curve.back().false_positives_per_patient == Approx(2));
    for (std::size_t i = 1; i < curve.size(); ++i) {
        CHECK(curve[i].sensitivity >= curve[i - 1].sensitivity);
        CHECK(curve[i].false_positives_per_patient >= curve[i - 1].false_positives_per_patient);
        CHECK(curve[i].score < curve[i - 1].score);
    }
}

TEST_CASE("without lesions a sensitivity is undefined and false positives are not", "[metric]") {
    const std::vector<volume_lesions> healthy{read({"..C"}), read({"..."}, 1)};
    CHECK_FALSE(metric::lesion_sensitivity{}(healthy));
    CHECK_FALSE(metric::froc{}(healthy));
    CHECK(metric::false_positives_per_volume{}(healthy).value() == Approx(0.5));
    CHECK_FALSE(metric::false_positives_per_volume{}(lesion_volumes{}));
    CHECK(metric::lesion_sensitivity{.empty = empty::ideal}(healthy).value() == 1);
    CHECK(metric::lesion_sensitivity{match::any_overlap{}, empty::worst}(healthy).value() == 0);
    CHECK(metric::froc{.empty = empty::worst}(healthy).value() == 0);
    CHECK(metric::false_positives_per_volume{.empty = empty::ideal}(lesion_volumes{}).value() == 0);
}

TEST_CASE("ignored voxels belong neither to a lesion nor to a candidate", "[metric]") {
    of_part<part::test, vertebra_stack> v;
    v.patient = "p";
    v.shape = {{1, 1, 6}, {1, 1, 1}};
    v.truth = {1, 255, 255, 0, 0, 0};
    constexpr float no = -std::numeric_limits<float>::infinity();
    v.logits = {2, no, no, -2, 3, -2};
    mask_findings findings{{}, 0, 0.5};
    findings.add(v);
    const auto& f = findings.vertebrae().front();
    CHECK(f.counts.tp == 1);
    CHECK(f.counts.fp == 1);
    CHECK(f.counts.total() == 4);
    CHECK(f.lesions.lesions.size() == 1);
    CHECK(f.lesions.candidates.size() == 2);
    CHECK(f.marked_mm3 == 2);
    CHECK(findings.dimension() == 2);
}
