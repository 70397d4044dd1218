#include <facet/engine/trainer.hpp>

#include "support/test.hpp"

#include <csignal>
#include <optional>
#include <vector>

#include <facet/engine/run_directory.hpp>

#include "engine/trainings.hpp"

using namespace facet;

namespace {

std::vector<std::vector<callback::epoch>> shown;
std::optional<std::int64_t> stops_after;   ///< an epoch
std::optional<std::int64_t> signals_after; ///< an epoch, whose end is the run's interruption

/// Notes what it is shown, and stops where it is told to.
struct witness {
    using role = facet::role::callback;
    callback::decision operator()(const callback::progress& now) const {
        CHECK(now.steps == 20);
        CHECK(std::filesystem::exists(now.run / "metrics.jsonl"));
        shown.emplace_back(now.epochs.begin(), now.epochs.end());
        if (signals_after == now.epochs.back().number) std::raise(SIGTERM);
        return stops_after == now.epochs.back().number ? callback::decision::stop : callback::decision::go_on;
    }
};
constexpr auto witnessed = with(trained, witness{});

void begin(std::optional<std::int64_t> stop, std::optional<std::int64_t> signal = {}) {
    shown.clear();
    stops_after = stop;
    signals_after = signal;
}

} // namespace

TEST_CASE("a callback is shown every epoch, as metrics.jsonl has it, and changes no bit of the run", "[engine][callback]") {
    const trainings b;
    begin({});
    b.train("plain");
    const auto result = b.train("seen", plan_of<witnessed>);
    CHECK_FALSE(result.stopped_early);
    CHECK(b.tensors("seen") == b.tensors("plain"));
    const auto lines = b.metrics("seen");
    REQUIRE(shown.size() == lines.size());
    REQUIRE(shown.size() == static_cast<std::size_t>(result.epochs));
    for (std::size_t n = 0; n < lines.size(); ++n) {
        REQUIRE(shown[n].size() == n + 1);
        const auto& e = shown[n].back();
        CHECK(e.number == lines[n]["epoch"]);
        CHECK(e.step == lines[n]["step"]);
        CHECK(e.train_loss == lines[n]["train_loss"]);
        CHECK(e.validation_loss == lines[n]["val_loss"]);
        CHECK(e.score.value() == lines[n]["monitor"]["value"]);
    }
}

TEST_CASE("a run ends where a callback says so, and --resume does not go on with it", "[engine][callback]") {
    const trainings b;
    begin(3);
    const auto result = b.train("run", plan_of<witnessed>);
    CHECK(result.stopped_early);
    CHECK_FALSE(result.interrupted);
    CHECK(result.epochs == 3);
    CHECK(result.steps < 20);
    CHECK(b.metrics("run").size() == 3);
    CHECK(run_directory::stopped_early(b.folder / "run"));
    CHECK(std::filesystem::exists(result.best));
    begin({});
    const auto again = b.train("run", plan_of<witnessed>, true);
    CHECK(again.stopped_early);
    CHECK(again.steps == result.steps);
    CHECK(shown.empty());
}

TEST_CASE("a resumed run shows its callbacks the epochs before, too", "[engine][callback]") {
    const trainings b;
    begin(5);
    const auto whole = b.train("whole", plan_of<witnessed>);
    const auto last = shown.back();
    begin(5, 2);
    CHECK(b.train("run", plan_of<witnessed>).interrupted);
    CHECK_FALSE(run_directory::stopped_early(b.folder / "run"));
    begin(5);
    const auto resumed = b.train("run", plan_of<witnessed>, true);
    CHECK(resumed.stopped_early);
    CHECK(resumed.steps == whole.steps);
    CHECK(b.tensors("run") == b.tensors("whole"));
    REQUIRE(shown.front().size() == 3);
    REQUIRE(shown.back().size() == last.size());
    for (std::size_t n = 0; n < last.size(); ++n) {
        CHECK(shown.back()[n].step == last[n].step);
        CHECK(shown.back()[n].train_loss == last[n].train_loss);
        CHECK(shown.back()[n].validation_loss == last[n].validation_loss);
        CHECK(shown.back()[n].score == last[n].score);
    }
}
