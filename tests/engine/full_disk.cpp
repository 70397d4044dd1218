#include <facet/engine/trainer.hpp>

#include "support/test.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <facet/engine/inference.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/evaluate/evaluator.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/report/run_files.hpp>

#include "engine/trainings.hpp"
#include "support/small_disk.hpp"

using namespace facet;

namespace {

/// What happens in a step of the training; the plan has room for a function only.
std::function<void(std::int64_t)> in_step;

plan watched_plan() {
    plan p = plan_of<trained>;
    p.learning_rate_factor = [](std::int64_t step, std::int64_t steps) {
        if (in_step) in_step(step);
        return plan_of<trained>.learning_rate_factor(step, steps);
    };
    return p;
}

/// The run's own process is this one, so the run's folder is the small disk itself.
train_options on(const trainings& b, const testing::small_disk& disk, bool resume = false) {
    auto o = b.options("unused");
    o.out = disk.place() / "run";
    o.resume = resume;
    return o;
}

exit_code code_of(const std::function<void()>& body) {
    try {
        body();
    } catch (const error& e) {
        INFO(e.what());
        return e.code();
    }
    return exit_code::ok;
}

/// Every file that a reader would take is whole.
void check_whole(const std::filesystem::path& run) {
    const auto fail = [](const std::string& text) { FAIL(text); };
    for (const auto& entry : std::filesystem::directory_iterator{run})
        if (entry.path().extension() == ".state") CHECK_NOTHROW(safetensors::parse(mapped_file{entry.path()}.bytes(), entry.path().string()).checked);
    CHECK_FALSE(run_directory::whole_checkpoints(run, fail).empty());
    CHECK_NOTHROW(report::json_of(run / "run.json"));
    CHECK_NOTHROW(report::lines_of(run / "metrics.jsonl"));
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

struct guard {
    ~guard() { in_step = nullptr; }
};

} // namespace

#define NEEDS_A_DISK(disk) \
    if (!(disk).mounted()) { \
        WARN("no file system can be mounted here, so nothing is tested"); \
        SUCCEED(); \
        return; \
    }

TEST_CASE("a disk that fills up during a training ends it with code 3, with whole files of before; freed, the run goes on to the same weights", "[disk]") {
    const trainings b;
    const testing::small_disk disk{64 << 20};
    NEEDS_A_DISK(disk);
    const guard reset;
    b.train("whole");
    const auto p = watched_plan();
    const auto data = b.data();
    for (const std::size_t room : {0, 4'096, 40'960, 131'072}) { // nothing, half a line, half a checkpoint, half a state
        INFO("room " << room);
        std::filesystem::remove_all(disk.place() / "run");
        in_step = [&](std::int64_t step) {
            if (step == 7) disk.fill(room);
        };
        CHECK(code_of([&] { trainer<>::train(p, data, on(b, disk)); }) == exit_code::io);
        check_whole(disk.place() / "run");
        CHECK(run_directory::steps_done(disk.place() / "run").value_or(99) < 20);
        disk.empty();
        in_step = nullptr;
        CHECK(trainer<>::train(p, data, on(b, disk, true)).steps == 20);
        CHECK(trainings::tensors_in(disk.place() / "run") == b.tensors("whole"));
        CHECK(names_in(disk.place() / "run" / "checkpoints") == names_in(b.folder / "whole" / "checkpoints"));
        CHECK(report::lines_of(disk.place() / "run" / "metrics.jsonl").size() == b.metrics("whole").size());
    }
}

TEST_CASE("a disk that is full for a while costs no checkpoint: what could not be written is written later", "[disk]") {
    const trainings b;
    const testing::small_disk disk{64 << 20};
    NEEDS_A_DISK(disk);
    const guard reset;
    b.train("whole");
    in_step = [&](std::int64_t step) {
        if (step == 3) disk.fill(0);
        if (step == 15) disk.empty();
    };
    const auto data = b.data();
    const auto p = watched_plan();
    CHECK(code_of([&] { trainer<>::train(p, data, on(b, disk)); }) == exit_code::ok);
    check_whole(disk.place() / "run");
    CHECK(names_in(disk.place() / "run" / "checkpoints") == names_in(b.folder / "whole" / "checkpoints"));
    CHECK(trainings::tensors_in(disk.place() / "run") == b.tensors("whole"));
}

TEST_CASE("a checkpoint that could not be written is not forgotten because a state was", "[disk]") {
    // The folder of checkpoints alone cannot be written to: a small full disk of its own.
    const trainings b;
    const testing::small_disk disk{1 << 20};
    NEEDS_A_DISK(disk);
    const guard reset;
    const auto data = b.data();
    const auto p = watched_plan();
    auto o = b.options("run");
    std::filesystem::create_directories(b.folder / "run");
    std::filesystem::create_directories(disk.place() / "checkpoints");
    std::filesystem::create_directory_symlink(disk.place() / "checkpoints", b.folder / "run" / "checkpoints");
    in_step = [&](std::int64_t step) {
        if (step == 7) disk.fill(0);
    };
    CHECK(code_of([&] { trainer<>::train(p, data, o); }) == exit_code::io);
    disk.empty();
    in_step = nullptr;
    o.resume = true;
    CHECK(code_of([&] { trainer<>::train(p, data, o); }) == exit_code::ok);
    b.train("whole");
    CHECK(names_in(b.folder / "run" / "checkpoints") == names_in(b.folder / "whole" / "checkpoints"));
}

TEST_CASE("a disk that is full from the start gives code 3, and the same folder can be used when there is room", "[disk]") {
    const trainings b;
    const testing::small_disk disk{1 << 20};
    NEEDS_A_DISK(disk);
    const auto data = b.data();
    disk.fill(0);
    CHECK(code_of([&] { trainer<>::train(plan_of<trained>, data, on(b, disk)); }) == exit_code::io);
    disk.empty();
    std::filesystem::remove_all(disk.place() / "run");
    CHECK(code_of([&] { trainer<>::train(plan_of<trained>, data, on(b, disk)); }) == exit_code::ok);
}

TEST_CASE("an evaluation on a full disk gives code 3 and leaves the earlier one as it was", "[disk]") {
    const trainings b;
    const testing::small_disk disk{64 << 20};
    NEEDS_A_DISK(disk);
    const auto data = b.data();
    trainer<>::train(plan_of<trained>, data, on(b, disk));
    const evaluate_options options{.run = disk.place() / "run", .data = b.folder / "store", .out = {}, .resamples = 50, .where = {.device = "cpu", .threads = 1}};
    evaluator<>::evaluate(plan_of<trained>, options);
    const auto before = report::text_of(disk.place() / "run" / "evaluation.json");
    disk.fill(0);
    CHECK(code_of([&] { evaluator<>::evaluate(plan_of<trained>, options); }) == exit_code::io);
    CHECK(report::text_of(disk.place() / "run" / "evaluation.json") == before);
}
