#include <facet/report/reporter.hpp>

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include <facet/evaluate/statement.hpp>

#include "made_study.hpp"
#include "markup.hpp"
#include "support/test.hpp"

using namespace facet;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// What `train` leaves: three epochs, one with an undefined metric.
void write_training(const fs::path& run) {
    fs::create_directories(run);
    const nlohmann::ordered_json about{{"experiment", "made_study"}, {"data", "semi-synthetic, one CT"}, {"dataset_hash", "abc123"}, {"store", "store"},
                                       {"description", {{"experiment", "made_study"}, {"sampler", {{"policy", "sampler::balanced"}, {"positive_fraction", 0.5}}},
                                                        {"input", {{"policy", "input::windows"}, {"channels", {{{"low", 0}, {"high", 1800}}}}}},
                                                        {"loss", {{"policy", "mylab::dice"}, {"smooth", 1}, {"norm", {{"policy", "norm::batch"}}}}},
                                                        {"budget", {{"policy", "budget"}, {"steps", 20000}, {"batch", 16}}}}},
                                       {"versions", {{"facet", "0.1.0"}}}, {"git", nullptr}, {"seed", 7}, {"fold", 0}, {"steps", 300}, {"training_slices", 96},
                                       {"training_slices_with_fracture", 20}, {"validation_slices", 48}, {"device", "cpu"}, {"threads", 2},
                                       {"command", {"/home/somebody/bin/e", "train", "--data", "/home/somebody/store"}}};
    write_atomically(run / "run.json", about.dump());
    std::string lines;
    for (int epoch = 1; epoch <= 3; ++epoch) {
        nlohmann::ordered_json line{{"epoch", epoch}, {"step", 100 * epoch}, {"train_loss", 1.0 / epoch}, {"val_loss", 1.2 / epoch}, {"learning_rate", 1e-3 / epoch}, {"prevalence", 0.01},
                                    {"dice", {{"value", nullptr}, {"n", 0}, {"undefined", 1}}}, {"pr_auc", {{"value", 0.1 * epoch}, {"n", 1000}, {"undefined", 0}}},
                                    {"monitor", {{"name", "prauc"}, {"value", epoch == 2 ? 0.9 : 0.1 * epoch}}},
                                    {"threshold", {{"value", 0.31}, {"objective", "f1"}, {"objective_value", 0.5}, {"at_edge", false}, {"plateau", {0.2, 0.4}}}},
                                    {"images_per_second", 100}, {"data_wait_share", 0.1}, {"train_seconds", 10}, {"peak_ram_mib", 900}};
        for (const char* kind : {"positive", "negative"})
            for (const char* q : {"q5", "q50", "q95"}) line["probability"][kind][q] = kind[0] == 'p' ? 0.5 : 0.01;
        lines += line.dump() + "\n";
    }
    write_atomically(run / "metrics.jsonl", lines + "{\"epoch\": 4, \"tr"); // a crash cut the last line
}

std::string written_report(const testing::made_study& study, const fs::path& folder, double threshold = 0.31, bool at_edge = false) {
    study.write_store(folder / "store");
    write_training(folder / "run");
    testing::write_evaluation(study, folder / "run", threshold, at_edge);
    const store data{folder / "store"};
    reporter<>::write(folder / "run", &data, [&](std::span<const std::uint32_t> slices) {
        std::vector<std::vector<float>> out;
        for (const auto s : slices) out.push_back(study.logits(s));
        return out;
    });
    return text_of(folder / "run" / "report.html");
}

} // namespace

TEST_CASE("a report is well-formed, opens with the data statement and shows nothing undefined as a number", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    const auto html = written_report(study, folder.path());
    CHECK(testing::well_formed(html));
    CHECK(testing::shows_no_undefined(html.substr(0, html.find("base64"))));
    const auto body = html.find("<main>");
    CHECK(html.find("Virtual patients of one CT: train and test share anatomy. These numbers test the software, not fracture detection.") < html.find("<h1>"));
    CHECK(html.find("<p class=\"statement\">", body) < body + 10);
    CHECK(html.find("V31 (L1)") != std::string::npos);
    CHECK(html.find("position \u00d7 level") != std::string::npos);
    CHECK(html.find(">balanced(positive_fraction 0.5)") != std::string::npos);
    CHECK(html.find("mylab::dice(smooth 1, norm batch)") != std::string::npos); // whose it is is said where the role does not say it
    CHECK(html.find("0 to 1800 HU") != std::string::npos);
    CHECK(html.find("abc123") != std::string::npos);
}

TEST_CASE("a report names no path of the machine it was made on", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    const auto html = written_report(study, folder.path());
    CHECK(html.find("/home/") == std::string::npos);
    CHECK(html.find(folder.path().string()) == std::string::npos);
}

TEST_CASE("a level without fractures shows a dash for sensitivity, and its specificity", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    const auto html = written_report(study, folder.path());
    const auto row = html.substr(html.find("<td>V33 (T11)</td>"));
    const auto cells = row.substr(0, row.find("</tr>"));
    CHECK(cells.find("<td>\u2014<br/><small>n 0</small></td>") != std::string::npos); // sensitivity
    CHECK(cells.rfind("<small>n 2</small>") != std::string::npos);                     // specificity of two healthy vertebrae
}

TEST_CASE("the report tells a run that was shorter than its recipe, and few patients", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    const auto html = written_report(study, folder.path());
    CHECK(html.find("budget(steps 20000, batch 16); this run: 300 steps") != std::string::npos);
    CHECK(html.find(" patients: intervals from so few are too narrow") != std::string::npos);
}

TEST_CASE("few patients, or few of a class, are cautioned against", "[report][evaluate]") {
    CHECK(cautions_of(20, 10).empty());
    CHECK(cautions_of(19, 10) == std::vector<std::string>{"Only 19 patients: intervals from so few are too narrow."});
    CHECK(cautions_of(40, 39) == std::vector<std::string>{"1 of 40 patients has no fracture: patient-level results rest on that one."});
    CHECK(cautions_of(40, 4) == std::vector<std::string>{"4 of 40 patients have a fracture: patient-level results rest on those."});
    CHECK(cautions_of(40, 40) == std::vector<std::string>{"0 of 40 patients have no fracture: patient-level results have nothing to compare."});
    CHECK(cautions_of(40, 5).empty());
    CHECK(cautions_of(1, std::nullopt) == std::vector<std::string>{"Only 1 patient: intervals from so few are too narrow."});
}

TEST_CASE("a threshold at the edge of its search space is a warning in the report", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    CHECK(written_report(study, folder / "inside", 0.31, false).find("The pixel threshold") == std::string::npos);
    CHECK(written_report(study, folder / "edge", 0.01, true).find("The pixel threshold 0.0100 lies at the edge of what was searched") != std::string::npos);
}

TEST_CASE("the kept epoch is the one with the best monitor", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    CHECK(written_report(study, folder.path()).find("The weights of epoch 2 were kept: best prauc, 0.9000 on validation.") != std::string::npos);
}

TEST_CASE("a run that was only trained has a report too", "[report]") {
    const testing::scratch folder;
    write_training(folder / "run");
    reporter<>::write(folder / "run");
    const auto html = text_of(folder / "run" / "report.html");
    CHECK(testing::well_formed(html));
    CHECK(html.find("trained and not yet evaluated") != std::string::npos);
    CHECK(html.find("Virtual patients of one CT") < html.find("<h1>"));
    CHECK(fs::exists(folder / "run" / "figures" / "loss.svg"));
    CHECK_FALSE(fs::exists(folder / "run" / "figures" / "precision_recall.svg"));
}

TEST_CASE("figures are also files, and stand alone", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    written_report(study, folder.path());
    for (const char* name : {"precision_recall", "probabilities", "reliability", "threshold", "vertebra_scores", "vertebra_roc", "scorers", "loss", "learning_rate", "ranking"}) {
        const auto svg = text_of(folder / "run" / "figures" / (std::string{name} + ".svg"));
        INFO(name);
        CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        CHECK(testing::well_formed(svg));
        CHECK(testing::shows_no_undefined(svg));
    }
    CHECK(fs::exists(folder / "run" / "figures" / "hit_1.png"));
}

TEST_CASE("among equal monitors the last epoch is kept, and an undefined one never is", "[report]") {
    const testing::scratch folder;
    write_training(folder / "run");
    const auto lines = folder / "run" / "metrics.jsonl";
    std::istringstream text{text_of(lines)};
    std::string first, kept;
    std::getline(text, first);
    auto epoch = nlohmann::json::parse(first);
    const auto say = [&](int number, const nlohmann::json& value) {
        epoch["epoch"] = number;
        epoch["monitor"]["value"] = value;
        kept += epoch.dump() + '\n';
    };
    say(1, 0.3), say(2, 0.7), say(3, 0.7), say(4, nullptr);
    write_atomically(lines, kept);
    reporter<>::write(folder / "run");
    CHECK(text_of(folder / "run" / "report.html").find("The weights of epoch 3 were kept") != std::string::npos);
}

TEST_CASE("a damaged file is named", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    (void)written_report(study, folder / "judged");
    write_atomically(folder / "judged" / "run" / "curves.json", std::string_view{"{}"});
    CHECK_THROWS_WITH(reporter<>::write(folder / "judged" / "run"), Catch::Contains("curves.json"));
    write_training(folder / "run");
    write_atomically(folder / "run" / "evaluation.json", std::string_view{"{\"experiment\": "});
    CHECK_THROWS_WITH(reporter<>::write(folder / "run"), Catch::Contains("evaluation.json"));
}

TEST_CASE("a report shows the free-response curve, lesions, surfaces and calibration", "[report]") {
    const testing::scratch folder;
    testing::made_study study;
    study.make();
    const auto html = written_report(study, folder.path());
    CHECK(html.find("Free-response curve of lesions") != std::string::npos);
    CHECK(html.find("95 % Hausdorff distance, mm") != std::string::npos);
    CHECK(html.find("expected calibration error") != std::string::npos);
    CHECK(html.find("in 3 dimensions") != std::string::npos);
    CHECK(fs::exists(folder / "run" / "figures" / "free_response.svg"));
}
