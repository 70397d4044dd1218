#include <facet/engine/trainer.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <facet/engine/inference.hpp>
#include <facet/engine/run_directory.hpp>

#include "engine/trainings.hpp"
#include "support/captured_stderr.hpp"

using namespace facet;

namespace {

constexpr auto other_loss = with(trained, loss::focal{});

bool armed = false;
int forwards = 0;

/// The plan, with a signal to ourselves in step 7.
plan stopping_plan() {
    plan p = plan_of<trained>;
    p.learning_rate_factor = [](std::int64_t step, std::int64_t steps) {
        if (step == 7 && std::exchange(armed, false)) std::raise(SIGINT), std::raise(SIGTERM); // two at once, as `timeout` signals the process and its group
        return plan_of<trained>.learning_rate_factor(step, steps);
    };
    return p;
}

} // namespace

TEST_CASE("the same seed gives bitwise equal weights, another seed others") {
    const trainings b;
    b.train("a");
    b.train("b");
    b.train("c", plan_of<trained>, false, 2);
    CHECK(b.tensors("a") == b.tensors("b"));
    CHECK(b.tensors("a") != b.tensors("c"));
}

TEST_CASE("a run whose loss cannot be computed leaves nothing behind") {
    const trainings b;
    plan p = plan_of<trained>;
    p.loss = [](const at::Tensor& logits, const at::Tensor&) -> at::Tensor { throw bad_input{"no loss of " + std::to_string(logits.size(0))}; };
    CHECK_THROWS_WITH(b.train("bad", p), Catch::Contains("no loss of"));
    CHECK_FALSE(std::filesystem::exists(b.folder / "bad"));
    CHECK_FALSE(b.train("bad").interrupted);

    std::filesystem::create_directories(b.folder / "used" / "checkpoints");
    std::ofstream{b.folder / "used" / "checkpoints" / "mine.ckpt"} << "of another program";
    CHECK_THROWS_WITH(b.train("used", p), Catch::Contains("no loss of"));
    CHECK(std::filesystem::exists(b.folder / "used" / "checkpoints" / "mine.ckpt"));
    CHECK_FALSE(b.train("used").interrupted);
}

TEST_CASE("a run stopped by a signal and resumed ends with the bits of one that was never stopped") {
    const trainings b;
    b.train("whole");
    armed = true;
    const auto p = stopping_plan();
    const auto stopped = b.train("parts", p);
    CHECK(stopped.interrupted);
    CHECK(stopped.steps == 8);
    const auto resumed = b.train("parts", p, true);
    CHECK_FALSE(resumed.interrupted);
    CHECK(resumed.steps == 20);
    CHECK(b.tensors("whole") == b.tensors("parts"));
    const auto whole = b.metrics("whole"), parts = b.metrics("parts");
    REQUIRE(whole.size() == parts.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        CHECK(whole[i]["train_loss"] == parts[i]["train_loss"]);
        CHECK(whole[i]["pr_auc"] == parts[i]["pr_auc"]);
    }
}

namespace {

constexpr auto mining = with(trained, sampler::hard_negatives{.pool = 0.2});
constexpr auto corrected = with(trained, prior::of_slices{});
constexpr auto patient = with(trained, schedule::reduce_on_plateau{.factor = 0.5, .patience = 0});

plan stopping_in_step_9(const plan& p) {
    plan stopping = p;
    stopping.loss = [](const at::Tensor& logits, const at::Tensor& target) {
        if (armed && ++forwards == 10) armed = false, std::raise(SIGINT);
        return plan_of<trained>.loss(logits, target);
    };
    return stopping;
}

} // namespace

TEST_CASE("what a sampler or a schedule learned from the run is continued with the same bits") {
    for (const plan* p : {&plan_of<mining>, &plan_of<patient>}) {
        const trainings b;
        b.train("whole", *p);
        armed = true;
        forwards = 0;
        const auto stopped = b.train("parts", stopping_in_step_9(*p));
        REQUIRE(stopped.interrupted);
        CHECK(stopped.steps < 20);
        b.train("parts", *p, true);
        CHECK(b.tensors("whole") == b.tensors("parts"));
        CHECK(b.tensors("whole").contains(p == &plan_of<mining> ? "observed_slice_scores" : "monitor_scores"));
    }
}

TEST_CASE("hard negatives are those that scored high in training, and the scores are of training slices") {
    const trainings b;
    b.train("run", plan_of<mining>);
    const auto bytes = b.tensors("run").at("observed_slice_scores");
    std::vector<float> scores(bytes.size() / sizeof(float));
    std::memcpy(scores.data(), bytes.data(), bytes.size());
    const auto about = nlohmann::json::parse(b.bytes("run", "run.json"));
    CHECK(scores.size() == about["training_slices"].get<std::size_t>());
    const auto seen = std::ranges::count_if(scores, [](float s) { return s >= 0 && s <= 1; });
    CHECK(seen > 20);
    CHECK(seen + std::ranges::count_if(scores, [](float s) { return std::isnan(s); }) == static_cast<std::ptrdiff_t>(scores.size()));
}

TEST_CASE("a plateau of the monitor lowers the rate that is reported, and only after it") {
    const trainings b;
    auto p = plan_of<patient>;
    p.monitor = [](const score_histogram&, const threshold::choice&) -> std::optional<double> { return 0.25; }; // never improves after the first
    b.train("run", p);
    const auto lines = b.metrics("run");
    REQUIRE(lines.size() >= 4);
    CHECK(lines[0]["learning_rate"] == 1e-2);
    CHECK(lines[1]["learning_rate"] == 1e-2);
    CHECK(lines[2]["learning_rate"] == 5e-3);
    CHECK(lines[3]["learning_rate"] == 2.5e-3);
}

TEST_CASE("prior correction changes what is reported, not what is learned, and no PR-AUC") {
    const trainings b;
    b.train("plain");
    b.train("corrected", plan_of<corrected>);
    CHECK(b.tensors("plain") == b.tensors("corrected"));
    const auto plain = b.metrics("plain"), shifted = b.metrics("corrected");
    REQUIRE(plain.size() == shifted.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        CHECK(plain[i]["logit_shift"] == 0);
        CHECK(shifted[i]["pr_auc"]["value"].get<double>() == Approx(plain[i]["pr_auc"]["value"].get<double>()).epsilon(1e-3)); // a sum in fp32 may round a score into the next bin
        CHECK(shifted[i]["probability"]["positive"]["q50"].get<double>() < plain[i]["probability"]["positive"]["q50"].get<double>());
        CHECK(shifted[i]["val_loss"] == plain[i]["val_loss"]);
    }
}

TEST_CASE("a checkpoint carries the prior correction, and one without it is read as before") {
    const trainings b;
    b.train("run", plan_of<corrected>);
    const auto kept = inference<>::checkpoints(plan_of<trained>, b.folder / "run").front();
    CHECK(kept.logit_shift < 0); // balanced batches hold more fractures than there are
    CHECK(b.metrics("run").back()["logit_shift"] == kept.logit_shift);

    const auto data = b.data();
    const std::vector<std::uint32_t> slices{0, 1};
    const auto logits_of = [&](const checkpoint_info& c) {
        std::vector<float> out;
        inference<>{plan_of<trained>, c, {.device = "cpu"}}.score(data, slices, [&](auto some, const float* logits) { out.assign(logits, logits + some.size() * 256); });
        return out;
    };
    auto old = metadata_of(kept);
    old.erase("logit_shift");
    const auto before = checkpoint_info_of(old, kept.path);
    CHECK(before.logit_shift == 0);
    const auto with = logits_of(kept), without = logits_of(before);
    for (std::size_t i = 0; i < with.size(); ++i) CHECK(with[i] == Approx(without[i] + kept.logit_shift).margin(1e-5));
}

TEST_CASE("a damaged state falls back to the one before it, and to a refusal where none is whole") {
    const trainings b;
    b.train("whole");
    armed = true;
    const auto p = stopping_plan();
    b.train("parts", p);
    b.flip_a_bit("parts", "last.state");
    b.train("parts", p, true);
    CHECK(b.tensors("whole") == b.tensors("parts"));

    b.flip_a_bit("parts", "last.state");
    b.flip_a_bit("parts", "previous.state");
    CHECK_THROWS_WITH(b.train("parts", p, true), Catch::Contains("no state that could be resumed"));
}

TEST_CASE("a run keeps its best checkpoints, named by epoch and score, and tells every epoch") {
    const trainings b;
    const auto r = b.train("run");
    const auto kept = inference<>::checkpoints(plan_of<trained>, b.folder / "run");
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].score >= kept[1].score);
    CHECK(r.best == kept[0].path);
    for (const auto& c : kept) CHECK_THAT(c.path.filename().string(), Catch::Matches("ep[0-9][0-9]_prauc[01]\\.[0-9]{4}\\.safetensors"));

    const auto lines = b.metrics("run");
    CHECK(static_cast<std::int64_t>(lines.size()) == r.epochs);
    double best = 0;
    for (const auto& line : lines) {
        best = std::max(best, line["pr_auc"]["value"].get<double>());
        CHECK(line["dice"].contains("undefined"));
        CHECK(line["probability"]["positive"].contains("q50"));
        CHECK(line["data_wait_share"].get<double>() <= 1);
        CHECK(line["peak_ram_mib"].get<double>() > 0);
        CHECK(line["peak_device_mib"].is_null());
    }
    CHECK(*kept[0].score == best);
    CHECK(nlohmann::json::parse(b.bytes("run", "run.json"))["description"]["loss"]["policy"] == "loss::dice_bce");
    CHECK(b.bytes("run", "dataset.json") == b.data().dataset_json());
    CHECK_FALSE(std::filesystem::is_empty(b.folder / "run" / "tensorboard"));
}

TEST_CASE("a checkpoint scores as the network that was saved scored on validation") {
    const trainings b;
    b.train("run");
    const auto data = b.data();
    const auto best = inference<>::checkpoints(plan_of<trained>, b.folder / "run").front();
    const auto parts = parts_of(data, patient_split::load(data), 0);
    score_histogram h;
    const inference<> network{plan_of<trained>, best, {.device = "cpu", .threads = 1}};
    network.score(data, parts.validation, [&](std::span<const std::uint32_t> slices, const float* logits) {
        for (const auto s : slices)
            for (std::size_t i = s * 256; i < (s + 1) * 256; ++i, ++logits)
                if (data.masks()[i] != 255) h.add(*logits, data.masks()[i] == 1);
    });
    CHECK(*average_precision(h) == Approx(*best.score).margin(1e-6));
}

TEST_CASE("a damaged checkpoint is refused") {
    const trainings b;
    b.train("run");
    const auto best = inference<>::checkpoints(plan_of<trained>, b.folder / "run").front();
    b.flip_a_bit("run", "checkpoints/" + best.path.filename().string());
    CHECK_THROWS_WITH((inference<>{plan_of<trained>, best, {.device = "cpu"}}), Catch::Contains("is damaged"));
}

TEST_CASE("a loss that is not a number stops the run with code 4 and the step it began in") {
    const trainings b;
    plan p = plan_of<trained>;
    p.loss = [](const at::Tensor& logits, const at::Tensor&) { return logits.sum().mul(NAN); };
    for (const std::int64_t steps : {p.steps, std::int64_t{3}}) { // three are fewer than the failures allowed in a row
        p.steps = steps;
        try {
            b.train("run" + std::to_string(steps), p);
            FAIL("it trained");
        } catch (const error& e) {
            CHECK(e.code() == exit_code::diverged);
            CHECK_THAT(e.what(), Catch::Contains("from step 1 on") && Catch::Contains("look at the loss and at the data"));
        }
    }
}

TEST_CASE("a store with a damaged chunk stops the training and names the file") {
    const trainings b;
    auto images = b.bytes("store", "images.npy");
    images[images.size() / 2] ^= 1;
    write_atomically(b.folder / "store" / "images.npy", images);
    CHECK_THROWS_WITH(b.train("run"), Catch::Contains("images.npy' is damaged"));
}

TEST_CASE("a run refuses what it cannot do in one sentence") {
    const trainings b;
    b.train("run");
    CHECK_THROWS_WITH(b.train("run"), Catch::Contains("already holds a run; add --resume"));
    CHECK_THROWS_WITH(b.train("nothing", plan_of<trained>, true), Catch::Contains("holds no run to resume"));
    CHECK_THROWS_WITH(b.train("run", plan_of<trained>, true, 2), Catch::Contains("cannot be resumed: it was started with seed 1, not 2"));
    const auto data = b.data();
    auto o = b.options("other");
    o.fold = 9;
    CHECK_THROWS_WITH(trainer<>::train(plan_of<trained>, data, o), Catch::Contains("--fold 9 does not exist") && Catch::Contains("folds 0 to 1"));
    o = b.options("other");
    o.limit = 3;
    CHECK_THROWS_WITH(trainer<>::train(plan_of<trained>, data, o), Catch::Contains("--limit 3 is less than a batch of 8"));
    plan larger = plan_of<trained>;
    larger.size = 32;
    CHECK_THROWS_WITH(b.train("other", larger), Catch::Contains("slices of 16 pixels"));
    o = b.options("other");
    o.where.device = "tpu";
    CHECK_THROWS_WITH(trainer<>::train(plan_of<trained>, data, o), Catch::Contains("unknown device 'tpu'"));
    CHECK_FALSE(std::filesystem::exists(b.folder / "other" / "run.json"));
}

TEST_CASE("one process at a time trains into a folder") {
    const testing::scratch folder;
    const run_directory first{folder / "run", false};
    CHECK_THROWS_WITH((run_directory{folder / "run", false}), Catch::Contains("another process is training"));
}

TEST_CASE("what a killed process left behind is removed by the next, and nothing else") {
    const testing::scratch folder;
    const auto run = folder / "run";
    std::filesystem::create_directories(run / "checkpoints");
    const std::vector<std::string> litter{"checkpoints/ep01.safetensors.tmp.123", "next.state.tmp.4711", "metrics.jsonl.tmp.1"};
    const std::vector<std::string> others{"notes.tmp.txt", "my.tmp.123", "next.state.tmp.", "next.state.tmp.old", "checkpoints/mine.safetensors.tmp.1", "evaluation.json.tmp.77"};
    for (const auto* names : {&litter, &others})
        for (const auto& name : *names) std::ofstream{run / name} << "half";
    const run_directory next{run, false};
    for (const auto& name : litter) CHECK_FALSE(std::filesystem::exists(run / name));
    for (const auto& name : others) CHECK(std::filesystem::exists(run / name));
}

TEST_CASE("a damaged checkpoint is passed over with a warning, by training and by whoever takes the best") {
    const trainings b;
    b.train("whole");
    armed = true;
    const auto p = stopping_plan();
    b.train("run", p);
    const auto kept = inference<>::checkpoints(p, b.folder / "run");
    REQUIRE(kept.size() == 2);
    write_atomically(kept[0].path, "no weights at all");
    std::vector<std::string> heard;
    CHECK(run_directory::checkpoints(b.folder / "run", [&](const std::string& text) { heard.push_back(text); }).size() == 1);
    REQUIRE(heard.size() == 1);
    CHECK_THAT(heard[0], Catch::Contains(kept[0].path.filename().string()) && Catch::Contains("passed over"));
    CHECK(inference<>::checkpoints(p, b.folder / "run").front().path == kept[1].path);

    b.train("run", p, true); // goes on
    CHECK(b.tensors("whole") == b.tensors("run"));

    // A flipped bit among the weights leaves the header readable; the checksum tells.
    const auto best = inference<>::checkpoints(p, b.folder / "run").front();
    b.flip_a_bit("run", "checkpoints/" + best.path.filename().string());
    CHECK(inference<>::checkpoints(p, b.folder / "run").front().path != best.path);
    for (const auto& entry : std::filesystem::directory_iterator{b.folder / "run" / "checkpoints"}) write_atomically(entry.path(), "nothing");
    CHECK_THROWS_WITH(inference<>::checkpoints(p, b.folder / "run"), Catch::Contains("holds no checkpoint that is whole; train again"));
}

TEST_CASE("a run killed before its first state begins again, with the recipe it was started with or not at all") {
    const trainings b;
    b.train("whole");
    std::filesystem::create_directories(b.folder / "run");
    for (const char* file : {"run.json", "dataset.json"}) std::filesystem::copy(b.folder / "whole" / file, b.folder / "run" / file);
    std::ofstream{b.folder / "run" / "metrics.jsonl"} << "{\"epoch\": 1}\n";
    CHECK_THROWS_WITH(b.train("run", plan_of<trained>, true, 2), Catch::Contains("was started with seed 1, not 2"));
    plan other = plan_of<trained>;
    other.describe = [] { return describe<other_loss>(); };
    CHECK_THROWS_WITH(b.train("run", other, true), Catch::Contains("was started with another loss"));
    CHECK(b.train("run", plan_of<trained>, true).steps == 20);
    CHECK(b.tensors("whole") == b.tensors("run"));
    CHECK(b.metrics("whole").size() == b.metrics("run").size());
}

TEST_CASE("a run that is resumed by another program than began it says so, and goes on") {
    const trainings b;
    b.train("whole");
    auto about = nlohmann::json::parse(b.bytes("whole", "run.json"));
    REQUIRE(about["program"].get<std::string>().size() == 16);
    const auto resumed = [&](const char* run) {
        std::filesystem::create_directories(b.folder / run);
        write_atomically(b.folder / run / "run.json", about.dump());
        const testing::captured_stderr said;
        b.train(run, plan_of<trained>, true);
        return said.text();
    };
    CHECK(resumed("same").empty());
    about["program"] = "0123456789abcdef";
    CHECK_THAT(resumed("another"), Catch::Contains("this program is not the one that began the run"));
    CHECK(b.tensors("whole") == b.tensors("another"));
}

TEST_CASE("a run killed before it wrote anything begins with --resume, too") {
    const trainings b;
    b.train("whole");
    std::filesystem::create_directories(b.folder / "run" / "checkpoints");
    std::ofstream{b.folder / "run" / "lock"};
    b.train("run", plan_of<trained>, true);
    CHECK(b.tensors("whole") == b.tensors("run"));
}

TEST_CASE("half a line of metrics goes when a run is resumed, and so do epochs that are made again") {
    const testing::scratch folder;
    const run_directory run{folder / "run", false};
    std::ofstream{run.path() / "metrics.jsonl"} << R"({"epoch": 1, "step": 5})" "\n" R"({"epoch": 2, "st)" R"({"epoch": 3, "step": 15})" "\n" R"({"epoch": 4, "step": 20})" "\n" R"({"epoch": 5, "step": 25})" "\n" R"({"epo)";
    run.keep_metrics(4);
    std::ifstream in{run.path() / "metrics.jsonl"};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    CHECK(text == R"({"epoch": 1, "step": 5})" "\n" R"({"epoch": 4, "step": 20})" "\n");
}

TEST_CASE("an experiment refuses a store that is split otherwise than it requires") {
    const trainings b;
    plan p = plan_of<trained>;
    p.folds = 5;
    CHECK_THROWS_WITH(b.train("run", p), Catch::Contains("split.json' has 2 folds; trained requires 5: run `split` with --folds 5"));
    p.folds = 2;
    p.test_patients = 8;
    CHECK_THROWS_WITH(b.train("run", p), Catch::Contains("has 2 test patients; trained requires 8: run `split` with --test 8"));
    p.test_patients = 2;
    CHECK(b.train("run", p).steps == 20);
}

TEST_CASE("a limited run trains on so many slices, half of them with fracture") {
    const trainings b;
    auto o = b.options("run");
    o.limit = 16;
    o.steps = 4;
    const auto data = b.data();
    CHECK(trainer<>::train(plan_of<trained>, data, o).steps == 4);
    const auto about = nlohmann::json::parse(b.bytes("run", "run.json"));
    CHECK(about["training_slices"] == 16);
    CHECK(about["training_slices_with_fracture"] == 8);
    CHECK(about["limit"] == 16);
}
