#include <facet/facet.hpp>

#include "support/test.hpp"

#include "evaluate/made_run.hpp"

#include <facet/evaluate/evaluator.hpp>
#include <facet/io/itk.hpp>
#include <facet/predict/predictor.hpp>

using namespace facet;
using facet::testing::scratch;
using nlohmann::ordered_json;

namespace {

constexpr experiment tiny{"tiny", input::windows{hu{0, 1000}}, input::size{16}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 2}};

// A scan that is oblique and turned, with V31 and V30 whole and V29 cut by its lower border.
struct made {
    scratch folder;
    predict_options options;
    geometry grid{{40, 50, 60}, {1.25, 1.5, 1.0}, {12, -7, 100}, {-0.96, 0.28, 0, -0.28, -0.96, 0, 0, 0, 1}};

    made() {
        make_store(folder / "store");
        make_run(plan_of<tiny>, store{folder / "store"}, folder / "run");
        ct_volume ct{grid};
        label_volume labels{grid};
        for (std::size_t k = 0; k < 60; ++k)
            for (std::size_t j = 0; j < 50; ++j)
                for (std::size_t i = 0; i < 40; ++i) {
                    ct.voxels(k, j, i) = static_cast<std::int16_t>(15 * i + 5 * j - 3 * static_cast<int>(k));
                    if (i >= 10 && i < 30 && j >= 15 && j < 40) labels.voxels(k, j, i) = k < 10 ? 29 : k >= 14 && k < 30 ? 30 : k >= 34 && k < 52 ? 31 : 0;
                }
        image_io<>::write(folder / "ct.nii.gz", ct);
        image_io<>::write(folder / "labels.nii.gz", labels);
        options.run = folder / "run";
        options.ct = folder / "ct.nii.gz";
        options.vertebrae = folder / "labels.nii.gz";
        options.out = folder / "out";
        options.where = {.device = "cpu", .threads = 1};
    }
};

std::string refusal(const made& m) {
    try {
        predictor<>::predict(plan_of<tiny>, m.options);
    } catch (const bad_input& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("a prediction lies on the grid of the CT, and its mask is its probability at the run's threshold") {
    made m;
    const auto summary = predictor<>::predict(plan_of<tiny>, m.options);
    for (const char* name : {"probability.nii.gz", "mask.nii.gz"}) {
        const auto grid = image_io<>::read_geometry(m.options.out / name);
        const auto ct = image_io<>::read_geometry(m.options.ct);
        CHECK(grid.size == ct.size);
        CHECK(grid.spacing == ct.spacing);
        CHECK(grid.origin == ct.origin);
        for (std::size_t i = 0; i < 9; ++i) CHECK(grid.direction[i] == Approx(ct.direction[i]).margin(1e-6)); // NIfTI holds single precision
    }
    CHECK(facet::read_text(m.options.out / "prediction.png").starts_with("\x89PNG"));
    const auto mask = image_io<>::read_mask(m.options.out / "mask.nii.gz");
    std::size_t marked = 0;
    for (const auto v : mask.voxels) marked += v;
    const auto json = ordered_json::parse(facet::read_text(m.options.out / "prediction.json"));
    CHECK(json == ordered_json::parse(summary.line));
    double ml = 0;
    for (const auto& [key, v] : json["vertebrae"].items()) ml += v["mask_ml"].get<double>();
    CHECK(ml <= static_cast<double>(marked) * 1.25 * 1.5 / 1000 + 1e-9);
    CHECK(json["pixel_threshold"] == 0.4);
}

TEST_CASE("a prediction says what the network was trained on, names vertebrae both ways and lists what it left out") {
    made m;
    const auto summary = predictor<>::predict(plan_of<tiny>, m.options);
    const auto json = ordered_json::parse(summary.line);
    CHECK(json.begin().key() == "statement");
    CHECK(summary.table.starts_with("The network was trained on virtual patients of one CT. On that CT this is prediction on the training template"));
    CHECK(json["vertebrae"].size() == 2);
    CHECK(json["vertebrae"]["V31"]["name"] == "L1");
    CHECK(json["vertebrae"]["V31"]["slices"] == 20);
    CHECK(json["left_out"][0]["vertebra"] == "V29 (L3)");
    CHECK(json["vertebrae"]["V31"]["fractured"].is_null()); // no vertebra threshold yet
    CHECK(summary.table.find("V31 (L1)") != std::string::npos);
}

TEST_CASE("a vertebra is called fractured by the vertebra threshold of the run's evaluation") {
    made m;
    evaluator<>::evaluate(plan_of<tiny>, {.run = m.options.run, .data = m.folder / "store", .split = "test", .stored_thresholds = false, .out = {}, .resamples = 10, .where = m.options.where});
    const auto json = ordered_json::parse(predictor<>::predict(plan_of<tiny>, m.options).line);
    REQUIRE(json["vertebra_threshold"].is_number());
    for (const auto& [key, v] : json["vertebrae"].items())
        CHECK(v["fractured"].get<bool>() == (v["score"].get<double>() >= json["vertebra_threshold"].get<double>()));
}

TEST_CASE("VerSe numbers give the same prediction as TotalSegmentator's") {
    made m;
    const auto first = ordered_json::parse(predictor<>::predict(plan_of<tiny>, m.options).line);
    auto labels = image_io<>::read_labels(m.options.vertebrae);
    for (auto& v : labels.voxels) v = v == 0 ? 0 : static_cast<std::uint8_t>(51 - v); // 29, 30, 31 to 22, 21, 20
    m.options.vertebrae = m.folder / "verse.nii.gz";
    image_io<>::write(m.options.vertebrae, labels);
    m.options.labels = "verse";
    const auto second = ordered_json::parse(predictor<>::predict(plan_of<tiny>, m.options).line);
    CHECK(first["vertebrae"] == second["vertebrae"]);
}

TEST_CASE("a prediction that cannot be made is one sentence, and nothing is written") {
    made m;
    m.options.labels = "mine";
    CHECK(refusal(m) == "--labels takes totalsegmentator or verse, not 'mine'");
    m.options.labels.clear();
    label_volume small{{{10, 10, 10}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}};
    image_io<>::write(m.folder / "small.nii.gz", small);
    const auto labels = m.options.vertebrae;
    m.options.vertebrae = m.folder / "small.nii.gz";
    CHECK(refusal(m).find("does not lie on the grid") != std::string::npos);
    label_volume nothing{m.grid};
    image_io<>::write(m.folder / "nothing.nii.gz", nothing);
    m.options.vertebrae = m.folder / "nothing.nii.gz";
    CHECK(refusal(m).find("holds no complete vertebra from V27 (L5) to V40 (T4)") != std::string::npos);
    m.options.vertebrae = labels;
    std::filesystem::remove(m.options.run / "dataset.json");
    CHECK(refusal(m).find("dataset.json") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(m.options.out));
}

namespace {

constexpr experiment cleaned{"cleaned", input::windows{hu{0, 1000}}, input::size{16}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 2},
                             postprocess::min_volume{.mm3 = search::among{0, 1e9}}};
constexpr experiment emptied{"cleaned", input::windows{hu{0, 1000}}, input::size{16}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 2},
                             postprocess::min_volume{.mm3 = 1e9}};

} // namespace

TEST_CASE("a prediction is postprocessed as the run's evaluation chose, and refuses where nothing was chosen") {
    made m;
    m.options.run = m.folder / "cleaned";
    make_run(plan_of<cleaned>, store{m.folder / "store"}, m.options.run);
    try {
        (void)predictor<>::predict(plan_of<cleaned>, m.options);
        FAIL("a postprocess that was never fitted was used");
    } catch (const bad_input& e) {
        CHECK(std::string{e.what()}.find("so the postprocess is not fitted; run `evaluate`") != std::string::npos);
    }
    // Nothing to choose: everything smaller than a litre goes.
    const auto all_gone = ordered_json::parse(predictor<>::predict(plan_of<emptied>, m.options).line);
    CHECK(all_gone["postprocess"]["mm3"] == 1e9);
    for (const auto& [key, v] : all_gone["vertebrae"].items()) CHECK(v["mask_ml"] == 0);

    evaluator<>::evaluate(plan_of<cleaned>, {.run = m.options.run, .data = m.folder / "store", .split = "test", .stored_thresholds = false, .out = {}, .resamples = 10, .where = m.options.where});
    const auto stored = ordered_json::parse(facet::read_text(m.options.run / "evaluation.json"))["postprocessed"];
    const auto chosen = ordered_json::parse(predictor<>::predict(plan_of<cleaned>, m.options).line);
    CHECK(chosen["postprocess"] == stored["policy"]);
    CHECK(chosen["postprocess"]["mm3"] == 0); // removing everything is never best
    CHECK(chosen["pixel_threshold"] == stored["threshold"]["value"]);
}
