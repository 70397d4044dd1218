#include <facet/facet.hpp>

#include "support/test.hpp"

#include "evaluate/made_run.hpp"

#include <facet/engine/inference.hpp>
#include <facet/evaluate/evaluator.hpp>
#include <facet/evaluate/exact.hpp>

using namespace facet;
using facet::testing::scratch;
using nlohmann::ordered_json;

namespace {

constexpr experiment tiny{"tiny", input::windows{hu{0, 1000}}, input::size{16}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 2}};

struct made {
    scratch folder;
    evaluate_options options;

    made() {
        make_store(folder / "store");
        make_run(plan_of<tiny>, store{folder / "store"}, folder / "run");
        options.run = folder / "run";
        options.data = folder / "store";
        options.resamples = 100;
        options.where = {.device = "cpu", .threads = 1};
    }
    [[nodiscard]] ordered_json written(const std::filesystem::path& name = "evaluation.json") const { return ordered_json::parse(facet::read_text(options.run / name)); }
};

std::string refusal(const made& m) {
    try {
        evaluator<>::evaluate(plan_of<tiny>, m.options);
    } catch (const bad_input& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("evaluate judges the test patients, and its numbers are those of the network's logits") {
    made m;
    const auto summary = evaluator<>::evaluate(plan_of<tiny>, m.options);
    const auto e = m.written();
    CHECK(summary.file == m.options.run / "evaluation.json");
    CHECK(ordered_json::parse(summary.line) == e);
    CHECK(e["split"] == "test");
    CHECK(e["n_patients"] == 2);
    CHECK(e["checkpoint"] == "ep03_prauc0.2500.safetensors");
    CHECK(e["threshold"]["value"] == 0.4);
    CHECK(e["threshold"]["fitted_on"] == "validation");
    CHECK(e["postprocessed"].is_null());
    CHECK(e["surface"]["dimension"] == 3);
    for (const char* metric : {"hd", "hd95", "assd", "nsd"}) CHECK(e["surface"][metric].contains("undefined"));
    CHECK(e["lesion"]["sensitivity"].contains("value"));
    CHECK(e["calibration"]["brier"]["value"].is_number());

    const store data{m.options.data};
    const auto parts = parts_of(data, patient_split::load(data), 0);
    const inference<> network{plan_of<tiny>, inference<>::checkpoints(plan_of<tiny>, m.options.run).front(), m.options.where};
    std::vector<float> logits;
    std::vector<std::uint8_t> truth;
    network.score(data, parts.test, [&](std::span<const std::uint32_t> slices, const float* values) {
        for (std::size_t i = 0; i < slices.size() * 256; ++i) {
            const auto mask = data.masks()[slices[i / 256] * 256 + i % 256];
            if (mask != 255) logits.push_back(values[i]), truth.push_back(mask);
        }
    });
    CHECK(e["pixel"]["roc_auc"]["value"].get<double>() == Approx(*exact::roc_auc(std::span<const float>{logits}, truth)).margin(1e-3)); // hardly trained: many logits share a bin of the histogram, and ties count half
    const auto at = exact::confusion_at(std::span<const float>{logits}, truth, std::log(0.4 / 0.6));
    CHECK(e["pixel"]["counts"]["tp"].get<double>() == Approx(static_cast<double>(at.tp)).margin(1)); // a bin is 2^-11 wide
    for (const char* file : {"scores.csv", "curves.json"}) CHECK(std::filesystem::exists(m.options.run / file));
}

TEST_CASE("evaluate marks validation as optimistic and refuses to judge the patients it was trained on") {
    made m;
    m.options.split = "val";
    evaluator<>::evaluate(plan_of<tiny>, m.options);
    CHECK(m.written("validation/evaluation.json").contains("optimistic"));
    CHECK(m.written("validation/evaluation.json")["split"] == "validation");
    CHECK(!std::filesystem::exists(m.options.run / "evaluation.json"));
    m.options.split = "all";
    CHECK(refusal(m).find("trained on") != std::string::npos);
    m.options.split = "train";
    CHECK(refusal(m) == "--split takes test, val or all, not 'train'");
}

TEST_CASE("a run is not judged by a split that it was not trained with") {
    made m;
    make_split(store{m.folder / "store"}, {.folds = 2, .test = 2, .seed = 99, .allow_shared_template = true});
    REQUIRE(fingerprint(patient_split::load(store{m.folder / "store"})) != inference<>::checkpoints(plan_of<tiny>, m.options.run).front().split);
    CHECK(refusal(m).find("not the split that") != std::string::npos);
}

TEST_CASE("weights are not put behind another input") {
    made m;
    static constexpr auto other = with(tiny, input::windows{hu{0, 900}});
    CHECK_THROWS_WITH(inference<>::checkpoints(plan_of<other>, m.options.run), Catch::Contains("another 'input'"));
}

TEST_CASE("another store is judged with the stored thresholds only, apart from the run's own result, also without a fracture") {
    made m;
    evaluator<>::evaluate(plan_of<tiny>, m.options);
    const auto own = m.written();
    make_store(m.folder / "healthy", false);
    m.options.data = m.folder / "healthy";
    m.options.split = "all";
    CHECK(refusal(m).find("--thresholds stored") != std::string::npos);
    m.options.stored_thresholds = true;
    evaluator<>::evaluate(plan_of<tiny>, m.options);
    const auto e = m.written("elsewhere/healthy/evaluation.json");
    CHECK(m.written() == own);
    CHECK(e["n_patients"] == 8);
    CHECK(e["vertebra"]["threshold"]["value"] == own["vertebra"]["threshold"]["value"]);
    CHECK(e["vertebra"]["sensitivity"]["value"].is_null());
    CHECK(e["vertebra"]["specificity"]["value"].is_number());
    CHECK(e["vertebra"]["specificity"]["n"] == 24);
    CHECK(e["trivial"]["both"]["pr_auc"]["value"].is_null());
}

TEST_CASE("a patient the run was trained on is refused, also from a store made anew", "[evaluate]") {
    made m;
    evaluator<>::evaluate(plan_of<tiny>, m.options);
    make_store(m.folder / "again", false, true);
    m.options.data = m.folder / "again";
    m.options.stored_thresholds = true;
    m.options.split = "all";
    CHECK(refusal(m).find("is one that") != std::string::npos);
}

TEST_CASE("thresholds that were never stored, a wrong slice size and a missing run are one sentence") {
    made m;
    make_store(m.folder / "healthy", false);
    auto other = m.options;
    m.options.data = m.folder / "healthy";
    m.options.stored_thresholds = true;
    m.options.split = "all";
    CHECK(refusal(m).find("no thresholds are stored") != std::string::npos);
    m.options = other;
    m.options.run = m.folder / "nothing";
    CHECK(refusal(m).find("holds no checkpoint") != std::string::npos);
}

TEST_CASE("a damaged slice stops an evaluation") {
    made m;
    std::fstream file{m.options.data / "masks.npy", std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(5'000);
    file.put('\x01');
    file.close();
    CHECK(refusal(m).find("is damaged") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(m.options.run / "evaluation.json"));
}

namespace {

constexpr experiment cleaned{"cleaned", input::windows{hu{0, 1000}}, input::size{16}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 2},
                             metric::set{metric::dice{}, metric::nsd{.tolerance = millimetres{12}}, metric::lesion_sensitivity{match::centre_inside{}}, metric::sensitivity_at_specificity{}},
                             postprocess::chain{postprocess::min_area{.mm2 = search::among{0, 100, 300}}, postprocess::keep_largest{}}};
constexpr auto other = with(cleaned, postprocess::min_area{.mm2 = 40});

} // namespace

TEST_CASE("an experiment that postprocesses has it fitted on validation, judged on test, stored and taken up again") {
    made m;
    make_run(plan_of<cleaned>, store{m.folder / "store"}, m.folder / "cleaned");
    m.options.run = m.folder / "cleaned";
    const auto first = ordered_json::parse(evaluator<>::evaluate(plan_of<cleaned>, m.options).line);
    const auto& p = first["postprocessed"];
    REQUIRE(p.is_object());
    CHECK(p["threshold"]["fitted_on"] == "validation");
    CHECK(p["threshold"]["objective_value"].is_number());
    CHECK(first["threshold"]["value"] == 0.4); // the checkpoint's own stays what it was
    const auto counts = [](const ordered_json& c) { return c["tp"].get<long>() + c["fp"].get<long>() + c["fn"].get<long>() + c["tn"].get<long>(); };
    CHECK(counts(p["pixel"]["counts"]) == counts(first["pixel"]["counts"]));
    CHECK(first["surface"]["nsd"].contains("value"));
    CHECK(first["lesion"]["metrics"].contains("lesion_sensitivity"));
    CHECK(first["pixel"].contains("sensitivity_at_specificity"));

    m.options.stored_thresholds = true;
    const auto again = ordered_json::parse(evaluator<>::evaluate(plan_of<cleaned>, m.options).line);
    CHECK(again["postprocessed"] == p);
    CHECK(again["lesion"] == first["lesion"]);

    try {
        (void)evaluator<>::evaluate(plan_of<other>, m.options);
        FAIL("another postprocess was taken for the stored one");
    } catch (const bad_input& e) {
        CHECK(std::string{e.what()}.find("holds another postprocess than the experiment has now") != std::string::npos);
    }
}
