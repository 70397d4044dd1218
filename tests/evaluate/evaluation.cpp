#include <facet/evaluate/evaluation.hpp>

#include "support/test.hpp"

#include "evaluate/made_slices.hpp"

#include <nlohmann/json.hpp>

#include <facet/core/rng.hpp>
#include <facet/evaluate/calibration.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>
#include <facet/evaluate/sections.hpp>
#include <facet/metric/froc.hpp>
#include <facet/threshold.hpp>

using namespace facet;
using nlohmann::ordered_json;

namespace {

// A scorer that knows much: the truth plus noise.
scores good_scorer(const made_slices& data, std::span<const std::uint32_t> slices, double gain = 6) {
    scores result;
    for (const auto s : slices) {
        rng::stream r{rng::key(2, s)};
        const auto mask = data.stack().mask(s);
        std::vector<float> logits(mask.size());
        for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(r.normal(mask[i] == 1 ? gain - 4 : -4, 1));
        result.add(data.slices[s], logits, mask);
    }
    result.finish();
    return result;
}

evaluation_request request_for(const made_slices& data, const scores& network) {
    evaluation_request request;
    request.experiment = "made";
    request.data = "semi-synthetic, one CT";
    request.stack = data.stack();
    request.judged = data.test();
    request.training = data.training();
    request.network = &network;
    request.resamples = 200;
    request.points = fit_points(good_scorer(data, data.training()), [](const score_histogram& h) { return threshold::youden{}(h); });
    return request;
}

// Every object that has "value" has it as a finite number or null, with the counts beside it.
int check_values(const ordered_json& node) {
    int seen = 0;
    if (node.is_object() && node.contains("value") && node.contains("n")) {
        CHECK((node["value"].is_null() || std::isfinite(node["value"].get<double>())));
        CHECK(node["undefined"].is_number_integer());
        CHECK((node["value"].is_null() ? node["n"] == 0 : node["n"] > 0));
        CHECK((!node["value"].is_null() || node["undefined"] > 0));
        ++seen;
    }
    if (node.is_structured())
        for (const auto& child : node) seen += check_values(child);
    return seen;
}

} // namespace

TEST_CASE("an evaluation states its data first and holds what users were promised") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    const auto result = evaluation<>::judge(request_for(data, network));
    const auto e = ordered_json::parse(result.json);
    CHECK(e.begin().key() == "statement");
    CHECK(result.table.starts_with("Virtual patients of one CT: train and test share anatomy. These numbers test the software, not fracture detection."));
    CHECK(e["data"] == "semi-synthetic, one CT");
    CHECK(e["n_patients"] == 3);
    for (const char* key : {"experiment", "split", "threshold", "pixel", "slice", "vertebra", "patient", "by_level", "trivial"}) CHECK(e.contains(key));
    for (const char* key : {"value", "objective", "fitted_on", "at_edge"}) CHECK(e["threshold"].contains(key));
    for (const char* scorer : {"hu", "position", "both"}) CHECK(e["trivial"][scorer]["pr_auc"]["value"].is_number());
    for (const char* level : {"slice", "vertebra", "patient"})
        for (const char* metric : {"roc_auc", "pr_auc", "sensitivity", "specificity"}) CHECK(e[level].contains(metric));
    CHECK(e["by_level"]["V31"]["name"] == "L1");
    CHECK(e["by_level"]["V31"]["slices"] == 30);
    CHECK(check_values(e) > 100);
    CHECK(ordered_json::parse(result.line) == e);
    CHECK(result.line.find('\n') == std::string::npos);
}

TEST_CASE("numbers of an evaluation are those of the metrics called by hand") {
    const made_slices data;
    const auto network = good_scorer(data, data.test(), 3);
    auto request = request_for(data, network);
    request.pixel_threshold = 0.2;
    const auto e = ordered_json::parse(evaluation<>::judge(request).json);
    const auto h = network.pixels();
    CHECK(e["pixel"]["pr_auc"]["value"].get<double>() == Approx(*average_precision(h)));
    CHECK(e["pixel"]["pr_auc"]["chance"].get<double>() == Approx(*prevalence(h)));
    const auto c = confusion_at(h, score_histogram::bin_of_probability(0.2));
    CHECK(e["pixel"]["dice"]["value"].get<double>() == Approx(2.0 * c.tp / (2.0 * c.tp + c.fp + c.fn)));
    CHECK(e["pixel"]["counts"]["tp"] == c.tp);
    const auto items = judged_items::slices(network);
    CHECK(e["slice"]["roc_auc"]["value"].get<double>() == Approx(*exact::roc_auc(std::span<const double>{items.score}, items.truth)));
    const auto at = exact::confusion_at(std::span<const double>{items.score}, items.truth, request.points.slice->value);
    CHECK(e["slice"]["sensitivity"]["value"].get<double>() == Approx(static_cast<double>(at.tp) / at.positives()));
    CHECK(e["slice"]["specificity"]["value"].get<double>() == Approx(static_cast<double>(at.tn) / at.negatives()));
    const auto& i = e["pixel"]["pr_auc"]["interval"];
    CHECK(i["low"].get<double>() <= e["pixel"]["pr_auc"]["value"].get<double>());
    CHECK(i["high"].get<double>() >= e["pixel"]["pr_auc"]["value"].get<double>());
}

TEST_CASE("AUROC within level counts pairs of one level only, and level alone is judged beside it") {
    made_slices data;
    const auto test = data.test();
    // Level 30 is always broken, level 32 never; in between the scorer is wrong as often as right. It knows the level and nothing else.
    for (const auto s : test) {
        const auto first = data.masks.begin() + s * 256;
        std::fill_n(first, 256, std::uint8_t{0});
        const bool broken = data.slices[s].vertebra == 30 || (data.slices[s].vertebra == 31 && data.slices[s].patient == "p6");
        if (broken) *first = 1;
        data.slices[s].fracture_pixels = broken;
    }
    scores network;
    for (const auto s : test) network.add(data.slices[s], std::vector<float>(256, static_cast<float>(30 - data.slices[s].vertebra)), data.stack().mask(s));
    network.finish();
    const auto e = ordered_json::parse(evaluation<>::judge(request_for(data, network)).json);
    CHECK(e["vertebra"]["within_level_roc_auc"]["value"] == 0.5);
    CHECK(e["vertebra"]["roc_auc"]["value"].get<double>() > 0.9);
    CHECK(e["vertebra"]["level_only_roc_auc"]["value"].is_number());
}

TEST_CASE("without a fracture sensitivity and PR-AUC are null and specificity is not") {
    made_slices data;
    for (auto& m : data.masks) m = m == 1 ? 0 : m;
    for (auto& s : data.slices) s.fracture_pixels = s.native_fracture_pixels = 0;
    const made_slices whole;
    const auto network = good_scorer(data, data.test());
    auto request = request_for(whole, network);
    request.stack = data.stack();
    request.training.clear();
    const auto result = evaluation<>::judge(request);
    const auto e = ordered_json::parse(result.json);
    CHECK(e["pixel"]["pr_auc"]["value"].is_null());
    CHECK(e["pixel"]["recall"]["value"].is_null());
    CHECK(e["vertebra"]["sensitivity"]["value"].is_null());
    CHECK(e["vertebra"]["sensitivity"]["undefined"] == 1);
    CHECK(e["vertebra"]["specificity"]["value"] == 1.0);
    CHECK(e["vertebra"]["specificity"]["n"] == 9);
    CHECK(e["vertebra"]["dice"]["value"].is_null());
    CHECK(e["vertebra"]["dice"]["undefined"] == 9);
    CHECK(e["demo"].is_null());
    CHECK(check_values(e) > 60);
    CHECK(result.table.find("nan") == std::string::npos);
}

TEST_CASE("validation output is marked optimistic and test output is not") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    auto request = request_for(data, network);
    CHECK_FALSE(ordered_json::parse(evaluation<>::judge(request).json).contains("optimistic"));
    request.part = "validation";
    const auto result = evaluation<>::judge(request);
    CHECK(ordered_json::parse(result.json).contains("optimistic"));
    CHECK(result.table.find("chose the checkpoint") != std::string::npos);
}

TEST_CASE("the demo criterion needs ratio, interval and AUROC at once") {
    const made_slices data;
    const auto good = good_scorer(data, data.test(), 8);
    const auto met = ordered_json::parse(evaluation<>::judge(request_for(data, good)).json)["demo"];
    CHECK(met["pixel_ap_ratio_to_best_trivial"]["value"].get<double>() > 2);
    CHECK(met["met"] == (met["vertebra_roc_auc"]["value"].get<double>() >= 0.9));
    CHECK(met["pixel_ap_minus_twice_best_trivial"]["interval"]["low"].get<double>() > 0);
    const auto poor = good_scorer(data, data.test(), 0);
    CHECK(ordered_json::parse(evaluation<>::judge(request_for(data, poor)).json)["demo"]["met"] == false);
}

TEST_CASE("operating points go through evaluation.json and come back") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    const auto request = request_for(data, network);
    const auto back = evaluation<>::stored_points(evaluation<>::judge(request).json, "evaluation.json", request.checkpoint);
    CHECK(back.slice->value == request.points.slice->value);
    CHECK(back.vertebra.has_value() == request.points.vertebra.has_value());
    CHECK_THROWS_AS(evaluation<>::stored_points("{}", "evaluation.json", request.checkpoint), bad_input);
    CHECK_THROWS_AS(evaluation<>::stored_points(evaluation<>::judge(request).json, "evaluation.json", "ep99.safetensors"), bad_input);
}

TEST_CASE("an evaluation is the same twice, and prevalence has both denominators, as stored and native") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    const auto request = request_for(data, network);
    const auto one = evaluation<>::judge(request), two = evaluation<>::judge(request);
    CHECK(one.json == two.json);
    CHECK(one.scores_csv == two.scores_csv);
    const auto p = ordered_json::parse(one.json)["prevalence"];
    CHECK(p["stored"]["all_slices"]["value"].get<double>() == Approx(70.0 / 21'240)); // tests/golden/trivial.csv
    CHECK(p["stored"]["positive_slices"]["value"].get<double>() > p["stored"]["all_slices"]["value"].get<double>());
    CHECK(p["native"]["all_slices"]["value"].get<double>() == Approx(70.0 / 9'000));
}

TEST_CASE("scores.csv has one row per patient, vertebra and slice") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    const auto csv = evaluation<>::judge(request_for(data, network)).scores_csv;
    CHECK(csv.starts_with("level,patient,vertebra,slice,score,truth\npatient,p5,,,"));
    CHECK(std::ranges::count(csv, '\n') == 1 + 3 + 9 + 90);
}

TEST_CASE("a part without slices cannot be judged") {
    const made_slices data;
    const scores nothing;
    CHECK_THROWS_AS(evaluation<>::judge(request_for(data, nothing)), bad_input);
}

namespace {

// A scorer with every vertebra's mask: what `evaluate` passes on.
template <class Logits> mask_findings findings_of(const made_slices& data, std::span<const std::uint32_t> slices, Logits&& logits, double threshold = 0.5) {
    mask_findings findings{{}, 0, threshold};
    vertebra_stream<part::test> vertebrae{[&](const auto& v) { findings.add(v); }};
    for (const auto s : slices) vertebrae.add(data.slices[s], logits(s), data.stack().mask(s));
    vertebrae.finish();
    return findings;
}

} // namespace

TEST_CASE("surface and lesion sections count misses at the worst value and say how many") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    auto request = request_for(data, network);
    const auto nothing = findings_of(data, data.test(), [&](auto) { return std::vector<float>(256, -5); });
    request.findings = &nothing;
    const auto missed = ordered_json::parse(evaluation<>::judge(request).json);
    std::int64_t broken = 0;
    for (const auto& v : network.vertebrae()) broken += v.truth;
    REQUIRE(broken > 0);
    const double diagonal = std::sqrt(std::pow(9 * 5.0, 2) + 2 * std::pow(15 * 6.0, 2)); // ten slices 5 mm apart, 16 pixels of 6 mm
    CHECK(missed["surface"]["hd95"]["value"].get<double>() == Approx(diagonal));
    CHECK(missed["surface"]["hd95"]["worst"] == broken);
    CHECK(missed["surface"]["hd95"]["n"] == broken);
    CHECK(missed["surface"]["nsd"]["value"] == 0.0);
    CHECK(missed["lesion"]["sensitivity"]["value"] == 0.0);
    CHECK(missed["lesion"]["false_positives"] == 0);
    CHECK(missed["lesion"]["froc"]["value"] == 0.0);
    CHECK(missed["lesion"]["froc"]["points"].empty());

    const auto perfect = findings_of(data, data.test(), [&](auto s) {
        std::vector<float> logits;
        for (const auto m : data.stack().mask(s)) logits.push_back(m == 1 ? 5.0f : -5.0f);
        return logits;
    });
    request.findings = &perfect;
    const auto e = ordered_json::parse(evaluation<>::judge(request).json);
    CHECK(e["surface"]["hd"]["value"] == 0.0);
    CHECK(e["surface"]["nsd"]["value"] == 1.0);
    CHECK(e["surface"]["hd"]["worst"] == 0);
    CHECK(e["surface"]["dimension"] == 3);
    CHECK(e["lesion"]["sensitivity"]["value"] == 1.0);
    CHECK(e["lesion"]["found"] == e["lesion"]["lesions"]);
    CHECK(e["lesion"]["false_positives_per_patient"]["value"] == 0.0);
    CHECK(e["lesion"]["marked_mm3_on_healthy"]["value"] == 0.0);
    CHECK(e["lesion"]["froc"]["value"] == 1.0);
    CHECK(e["lesion"]["froc"]["interval"]["low"] == 1.0);
    CHECK(check_values(e) > 120);
}

TEST_CASE("a lesion metric's interval resamples patients, and one drawn twice counts as two") {
    using facet::detail::resampled_lesions;
    constexpr match::any_overlap rule{};
    const std::vector<volume_lesions> volumes{{.patient = 0, .lesions = {10}, .candidates = {{.voxels = 10, .score = 0.9}}, .contacts = {{.lesion = 0, .candidate = 0, .lesion_voxels = 10, .candidate_voxels = 10, .common_voxels = 10}}},
                                              {.patient = 1, .lesions = {10, 5}, .candidates = {{.voxels = 3, .score = 0.5}}, .contacts = {}}};
    const resampled_lesions drawn{volumes, 2};
    const std::vector<std::uint32_t> first_twice{2, 0}, both{1, 1}, second_twice{0, 2};
    CHECK(count_lesions(drawn(both), rule).found == 1);
    CHECK(count_lesions(drawn(first_twice), rule).lesions == 2);
    CHECK(patients_in(drawn(first_twice)) == 2);
    CHECK(metric::froc<>{}(drawn(first_twice)) == 1.0);
    CHECK(metric::froc<>{}(drawn(second_twice)) == 0.0);
    CHECK(metric::froc<>{}(drawn(both)) == metric::froc<>{}(volumes));
}

TEST_CASE("the calibration section has the Brier score and calibration error of the pixels, with intervals") {
    const made_slices data;
    const auto network = good_scorer(data, data.test());
    const auto e = ordered_json::parse(evaluation<>::judge(request_for(data, network)).json)["calibration"];
    const auto h = network.pixels();
    CHECK(e["brier"]["value"].get<double>() == Approx(*brier_score(h)));
    CHECK(e["ece"]["value"].get<double>() == Approx(*calibration_error(calibration_steps(h, 15))));
    for (const char* name : {"brier", "ece"}) {
        CHECK(e[name]["interval"]["low"].get<double>() <= e[name]["value"].get<double>());
        CHECK(e[name]["interval"]["high"].get<double>() >= e[name]["value"].get<double>());
    }
    std::int64_t n = 0;
    for (const auto& step : e["reliability"]) n += step["n"].get<std::int64_t>();
    CHECK(n == count_classes(h).total());
}

TEST_CASE("slices of a vertebra that do not follow each other, or have no spacing, are refused by name") {
    made_slices data;
    const auto sentence = [&] {
        try {
            findings_of(data, data.test(), [](auto) { return std::vector<float>(256, -5); });
        } catch (const bad_input& e) {
            return std::string{e.what()};
        }
        return std::string{};
    };
    data.slices[data.test()[3]].position = 7;
    CHECK(sentence() == "slices of V30 of patient 'p5' do not follow each other in slices.csv: position 3 was expected after 2, not 7; prepare the store again");
    data.slices[data.test()[0]].step = 0;
    CHECK(sentence().find("no spacing in mm") != std::string::npos);
}
