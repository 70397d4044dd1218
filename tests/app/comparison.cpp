#include <facet/app/comparison.hpp>

#include "support/test.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <facet/callback/concept.hpp>
#include <facet/core/label.hpp>
#include <facet/engine/run_directory.hpp>

#include "engine/trained.hpp"
#include "evaluate/made_run.hpp"

using namespace facet;

namespace {

constexpr auto three = variants(trained, one_of(loss::dice_bce{}, loss::focal{}, loss::tversky{}));
constexpr plan plans[]{plan_of<variant<three, 0>>, plan_of<variant<three, 1>>, plan_of<variant<three, 2>>};

bool armed = false;

/// A store on disk, and comparisons on it.
struct study {
    testing::scratch folder;
    std::vector<std::string> labels = variant_labels<three>();
    std::vector<plan> variants{std::begin(plans), std::end(plans)};
    study() { make_store(folder / "store"); }

    [[nodiscard]] comparison_request request() const {
        comparison_request r{.variants = variants, .labels = labels, .data = folder / "store", .folds = {}, .seeds = {}, .only = {}, .reference = {}, .training = {.out = folder / "out", .quiet = true, .where = {.device = "cpu", .threads = 1}}};
        r.training.steps = 10;
        r.resamples = 100;
        return r;
    }
    [[nodiscard]] nlohmann::json result() const { return nlohmann::json::parse(text("out/comparison.json")); }
    [[nodiscard]] std::string text(const std::string& file) const {
        std::ifstream in{folder / file, std::ios::binary};
        REQUIRE(in);
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    [[nodiscard]] std::string state(const std::string& cell) const { return text("out/" + cell + "/last.state"); }
};

} // namespace

TEST_CASE("every variant is trained and judged as an ordinary run, on the same folds and seeds", "[compare]") {
    const study s;
    auto r = s.request();
    r.every_fold = true;
    r.seeds = {1, 2};
    const auto summary = comparison<>::run(r);
    const auto result = s.result();
    CHECK(result["variants"].size() == 3);
    CHECK(result["missing"].empty());
    CHECK(result["n_patients"]["test"] == 2);
    CHECK(result["n_patients"]["validation"] == 6); // every patient that is not in the test set, once
    CHECK(result["reference"] == "loss=dice_bce");
    for (const auto& v : result["variants"]) {
        CHECK(v["runs"].size() == 4);
        for (const auto& one : v["runs"]) {
            const auto folder = s.folder / "out" / one["run"].get<std::string>();
            for (const char* file : {"run.json", "metrics.jsonl", "evaluation.json", "validation/evaluation.json", "report.html"}) CHECK(std::filesystem::exists(folder / file));
        }
        for (const char* part : {"test", "validation"}) CHECK(v[part]["pixel_pr_auc"]["n"] == 4);
    }
    CHECK(result["variants"][0]["test"]["pixel_pr_auc"]["difference"].is_null());
    CHECK(result["variants"][1]["test"]["pixel_pr_auc"]["difference"]["n"] == 4);
    CHECK_THAT(summary.table, Catch::StartsWith("Virtual patients of one CT") && Catch::Contains("loss=tversky") && Catch::Contains("Nothing allows for the 6 columns") && Catch::Contains("Only 2 patients in test") && Catch::Contains("best trivial scorer"));
    CHECK_THAT(s.text("out/comparison.html"), Catch::Contains("Virtual patients of one CT") && Catch::Contains("<svg") && Catch::Contains("loss=tversky"));
}

TEST_CASE("a comparison's values are those of the runs' own evaluations, and a difference is the difference of the two", "[compare]") {
    const study s;
    comparison<>::run(s.request());
    const auto result = s.result();
    double value[3];
    for (std::size_t v = 0; v < 3; ++v) {
        const auto& variant = result["variants"][v];
        const auto own = nlohmann::json::parse(s.text("out/" + variant["runs"][0]["run"].get<std::string>() + "/evaluation.json"));
        value[v] = variant["test"]["pixel_pr_auc"]["value"].get<double>();
        CHECK(value[v] == Approx(own["pixel"]["pr_auc"]["value"].get<double>()).epsilon(1e-12));
        CHECK(variant["test"]["pixel_dice"]["value"] == own["pixel"]["dice"]["value"]);
        CHECK(variant["test"]["vertebra_roc_auc"]["value"] == own["vertebra"]["roc_auc"]["value"]);
        const auto validation = nlohmann::json::parse(s.text("out/" + variant["runs"][0]["run"].get<std::string>() + "/validation/evaluation.json"));
        const auto& yard = result["yardsticks"]["test"];
        CHECK(yard["pixel_pr_auc"]["chance"] == own["pixel"]["prevalence"]["value"]);
        const auto best = yard["pixel_pr_auc"]["best_trivial"];
        CHECK(best["value"] == own["trivial"][best["name"].get<std::string>()]["pr_auc"]["value"]);
        for (const char* name : {"hu", "position", "both"}) CHECK(best["value"].get<double>() >= own["trivial"][name]["pr_auc"]["value"].get<double>());
        CHECK(variant["validation"]["pixel_pr_auc"]["value"].get<double>() == Approx(validation["pixel"]["pr_auc"]["value"].get<double>()).epsilon(1e-12));
    }
    for (std::size_t v = 1; v < 3; ++v) CHECK(result["variants"][v]["test"]["pixel_pr_auc"]["difference"]["value"].get<double>() == Approx(value[v] - value[0]));
}

TEST_CASE("a finished cell is left alone, and --reference changes only the differences", "[compare]") {
    const study s;
    comparison<>::run(s.request());
    const auto before = s.result();
    const auto written = std::filesystem::last_write_time(s.folder / "out" / "loss=focal" / "fold0_seed1" / "last.state");
    const auto judged = std::filesystem::last_write_time(s.folder / "out" / "loss=focal" / "fold0_seed1" / "evaluation.json");
    auto r = s.request();
    r.reference = "loss=focal";
    comparison<>::run(r);
    CHECK(std::filesystem::last_write_time(s.folder / "out" / "loss=focal" / "fold0_seed1" / "last.state") == written);
    CHECK(std::filesystem::last_write_time(s.folder / "out" / "loss=focal" / "fold0_seed1" / "evaluation.json") == judged);
    const auto after = s.result();
    const auto difference = [](const nlohmann::json& from, int v) { return from["variants"][v]["test"]["pixel_pr_auc"]["difference"]; };
    CHECK(difference(after, 1).is_null());
    CHECK(difference(after, 0)["value"].get<double>() == Approx(-difference(before, 1)["value"].get<double>()));
    CHECK(difference(after, 0)["interval"]["low"].get<double>() == Approx(-difference(before, 1)["interval"]["high"].get<double>()));
}

TEST_CASE("a comparison stopped by a signal goes on where it was, to the bits of one that was never stopped", "[compare]") {
    study whole, parts;
    comparison<>::run(whole.request());
    parts.variants[1].learning_rate_factor = [](std::int64_t step, std::int64_t steps) {
        if (step == 4 && std::exchange(armed, false)) std::raise(SIGINT);
        return plans[1].learning_rate_factor(step, steps);
    };
    armed = true;
    const auto stopped = comparison<>::run(parts.request());
    CHECK(stopped.interrupted);
    CHECK_FALSE(std::filesystem::exists(parts.folder / "out" / "comparison.json"));
    CHECK_THAT(comparison<>::list(parts.request()).table, Catch::Contains("loss=dice_bce/fold0_seed1: finished") && Catch::Contains("loss=focal/fold0_seed1: step 5 of 10") && Catch::Contains("loss=tversky/fold0_seed1: not begun"));
    CHECK_FALSE(comparison<>::run(parts.request()).interrupted);
    for (const auto& label : whole.labels) CHECK(whole.state(label + "/fold0_seed1") == parts.state(label + "/fold0_seed1"));
    CHECK(whole.result()["variants"] == parts.result()["variants"]);
}

TEST_CASE("a run that a callback ended early is finished, and compared like the others", "[compare]") {
    study s;
    using shown = const callback::progress&;
    static constexpr callback::decision (*second[])(shown){[](shown now) { return now.epochs.size() == 2 ? callback::decision::stop : callback::decision::go_on; }};
    s.variants[1].callbacks = second;
    const auto r = s.request();
    comparison<>::run(r);
    CHECK(s.result()["missing"].empty());
    CHECK(run_directory::steps_done(s.folder / "out" / "loss=focal" / "fold0_seed1") == 2);
    CHECK(run_directory::steps_done(s.folder / "out" / "loss=dice_bce" / "fold0_seed1") == 10);
    CHECK_THAT(comparison<>::list(r).table, Catch::Contains("loss=focal/fold0_seed1: finished"));
    const auto before = s.state("loss=focal/fold0_seed1");
    comparison<>::run(r);
    CHECK(s.state("loss=focal/fold0_seed1") == before);
}

TEST_CASE("naming variants by --only trains some variants, and the rest are named as missing until they are there", "[compare]") {
    const study s;
    auto r = s.request();
    r.only = {"loss=tversky"};
    const auto first = comparison<>::run(r);
    CHECK(s.result()["missing"] == nlohmann::json{"loss=dice_bce", "loss=focal"});
    CHECK(s.result()["variants"][0]["test"]["pixel_pr_auc"]["difference"].is_null()); // the reference is not there yet
    CHECK_THAT(first.table, Catch::Contains("not every run of it is finished: loss=focal"));
    r.only = {"loss=dice_bce"};
    comparison<>::run(r);
    CHECK(s.result()["missing"] == nlohmann::json{"loss=focal"});
    CHECK(s.result()["variants"][1]["label"] == "loss=tversky");
    CHECK(s.result()["variants"][1]["test"]["pixel_pr_auc"]["difference"]["n"] == 1);
}

TEST_CASE("a variant that diverges does not keep the others from being compared", "[compare]") {
    study s;
    s.variants[1].loss = [](const at::Tensor& logits, const at::Tensor&) { return logits.sum().mul(NAN); };
    auto r = s.request();
    r.variants = s.variants;
    r.training.steps = 12;
    CHECK(comparison<>::run(r).diverged);
    const auto result = s.result();
    CHECK(result["variants"].size() == 2);
    CHECK(result["missing"] == nlohmann::json::array({"loss=focal"}));
    CHECK_THAT(result["diverged"]["loss=focal/fold0_seed1"].get<std::string>(), Catch::Contains("training diverged: from step 1 on"));
}

TEST_CASE("a comparison refuses in one sentence what it cannot do", "[compare]") {
    const study s;
    auto r = s.request();
    r.only = {"loss=dice_bce"};
    comparison<>::run(r);
    r = s.request();
    r.training.steps = 12;
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("loss=dice_bce/fold0_seed1' holds a run of another recipe (steps 10, not 12); name another --out"));
    CHECK_FALSE(std::filesystem::exists(s.folder / "out" / "loss=focal")); // refused before anything was trained
    study other;
    other.variants[0] = plans[1];
    r = s.request();
    r.variants = other.variants;
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("another recipe (another loss)"));
    r = s.request();
    r.only = {"loss=dice"};
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("--only 'loss=dice' is no variant; there are 'loss=dice_bce', 'loss=focal'"));
    r = s.request();
    r.reference = "loss=bce";
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("--reference 'loss=bce' is not one variant"));
    r = s.request();
    r.folds = {5};
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("--folds 5 does not exist: the split has folds 0 to 1"));
    r = s.request();
    r.seeds = {1, 1};
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("--seeds names one of its numbers twice"));
    r = s.request();
    const std::vector<std::string> twice{"loss=focal", "loss=focal", "loss=tversky"};
    r.labels = twice;
    CHECK_THROWS_WITH(comparison<>::run(r), Catch::Contains("two variants are the same"));
}
