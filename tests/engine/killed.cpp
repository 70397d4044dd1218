#include <facet/engine/trainer.hpp>

#include "support/test.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/engine/run_directory.hpp>

#include "engine/trainings.hpp"
#include "support/child.hpp"

using namespace facet;

namespace {

constexpr auto longer = with(trained, budget{.steps = 60, .batch = 8});
/// More memory than the limit of the test below: 2 GiB of weights.
constexpr auto huge = with(trained, model::attention_unet{.features = 1024, .depth = 4});

std::string setting(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

train_options child_options(const std::filesystem::path& run) {
    return {.out = run, .fold = 0, .seed = 1, .steps = {}, .limit = {}, .resume = std::filesystem::exists(run / "lock"), .quiet = true, .where = {.device = "cpu", .threads = 1}, .command = {}};
}

/// Trains in a child until it ends or `kill_after` says so; whether it ended by itself.
template <class When> bool train_until(const std::filesystem::path& store, const std::filesystem::path& run, When&& kill_after) {
    testing::child one{"trains in a child process", {{"FACET_TEST_STORE", store.string()}, {"FACET_TEST_RUN", run.string()}}};
    while (one.running()) {
        if (kill_after()) return one.kill(), false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    REQUIRE(one.wait() == 0);
    return true;
}

std::size_t lines_in(const std::filesystem::path& path) {
    std::ifstream in{path};
    std::size_t n = 0;
    for (std::string line; std::getline(in, line);) ++n;
    return n;
}

} // namespace

TEST_CASE("trains in a child process", "[.child]") {
    const std::filesystem::path folder = setting("FACET_TEST_STORE");
    SUCCEED();
    if (folder.empty()) return;
    const store data{folder};
    trainer<>::train(plan_of<longer>, data, child_options(setting("FACET_TEST_RUN")));
}

TEST_CASE("needs too much memory in a child process", "[.child]") {
    const std::filesystem::path folder = setting("FACET_TEST_STORE");
    SUCCEED();
    if (folder.empty()) return;
    std::string store = folder.string(), run = setting("FACET_TEST_RUN");
    std::vector<std::string> words{"huge", "train", "--data", store, "--out", run, "--device", "cpu", "--threads", "1", "--quiet"};
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    std::exit(facet::run<huge>(static_cast<int>(argv.size()), argv.data()));
}

TEST_CASE("a run killed at any moment, again and again, ends with the bits of one that was never stopped", "[killed]") {
    const trainings b;
    const auto never = [] { return false; };
    REQUIRE(train_until(b.folder / "store", b.folder / "whole", never));
    const auto lines = lines_in(b.folder / "whole" / "metrics.jsonl");
    REQUIRE(lines >= 10);

    rng::stream draw{rng::key(2026)};
    int killed = 0;
    // Around the writing of an epoch, where there are files to tear: some milliseconds after the line of a drawn epoch has appeared.
    for (std::size_t epoch = 0; epoch < lines; epoch += 2) {
        const auto pause = std::chrono::microseconds{draw.below(12'000)};
        const bool finished = train_until(b.folder / "store", b.folder / "run", [&] {
            if (lines_in(b.folder / "run" / "metrics.jsonl") < epoch + (epoch > 0)) return false;
            if (epoch == 0 && !std::filesystem::exists(b.folder / "run" / "lock")) return false;
            std::this_thread::sleep_for(pause);
            return true;
        });
        killed += !finished;
    }
    CHECK(killed >= 3);
    REQUIRE(train_until(b.folder / "store", b.folder / "run", never));
    CHECK(trainings::tensors_in(b.folder / "run") == trainings::tensors_in(b.folder / "whole"));
    CHECK(lines_in(b.folder / "run" / "metrics.jsonl") == lines);
    std::vector<std::string> names[2];
    for (const int k : {0, 1})
        for (const auto& entry : std::filesystem::recursive_directory_iterator{b.folder / (k == 0 ? "whole" : "run")})
            if (entry.path().parent_path().filename() != "tensorboard") names[k].push_back(entry.path().filename().string());
    for (auto& some : names) std::ranges::sort(some);
    CHECK(names[0] == names[1]); // the same checkpoints, and no litter
}

TEST_CASE("a program that is out of memory says so and ends with code 5", "[killed]") {
    if (!testing::address_space_can_be_limited) {
        SUCCEED("not tested: the address sanitizer needs more address space than the test allows");
        return;
    }
    const trainings b;
    testing::child one{"needs too much memory in a child process", {{"FACET_TEST_STORE", (b.folder / "store").string()}, {"FACET_TEST_RUN", (b.folder / "run").string()}}, rlim_t{3} << 30};
    CHECK(one.wait() == 5);
}
