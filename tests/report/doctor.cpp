#include <facet/report/doctor.hpp>

#include <facet/data/split.hpp>
#include <facet/facet.hpp>

#include "made_study.hpp"
#include "support/test.hpp"

using namespace facet;
using report::verdict;

namespace {

constexpr experiment small{"small", input::windows{hu{-160, 240}, hu{0, 1800}}, input::size{32}, sampler::balanced{.positive_fraction = 0.5},
                           model::attention_unet{.features = 4, .depth = 2}, loss::dice_bce{}, threshold::exact{metric::f1{}}, optimizer::adamw{.learning_rate = 1e-2}, budget{.steps = 100, .batch = 8}};
/// So much time that steps end the trainings, however busy the machine.
constexpr double unhurried = 1e6;

constexpr experiment coarse = with(small, threshold::grid{.low = 0.98, .high = 0.99, .points = 2});

std::map<std::string, report::finding> examined(const plan& p, const testing::made_study& study, double seconds) {
    const testing::scratch folder;
    study.write_store(folder / "store", "analytic phantom");
    const store data{folder / "store"};
    make_split(data, {.folds = 3, .test = 2, .seed = 1});
    std::map<std::string, report::finding> lines;
    for (const auto& line : doctor<>::examine(p, data, {.where = {.threads = 1}, .seconds = seconds})) lines[line.name] = line;
    return lines;
}

} // namespace

TEST_CASE("the doctor finds nothing wrong with an experiment that learns", "[report][slow]") {
    testing::made_study study;
    study.make();
    for (const auto& [name, line] : examined(plan_of<small>, study, unhurried)) {
        INFO(name << ": " << line.evidence);
        CHECK(line.result == verdict::pass);
    }
}

TEST_CASE("the doctor names masks that are shifted by one slice", "[report]") {
    testing::made_study study;
    study.make();
    std::ranges::rotate(study.masks, study.masks.end() - static_cast<std::ptrdiff_t>(study.size * study.size));
    const auto lines = examined(plan_of<small>, study, 0.01);
    const auto& line = lines.at("image and mask correspond");
    INFO(line.evidence);
    CHECK(line.result == verdict::fail);
    CHECK(line.evidence.find("one slice back") != std::string::npos);
}

TEST_CASE("the doctor names a training that diverges, and goes on", "[report]") {
    testing::made_study study;
    study.make();
    plan p = plan_of<small>;
    p.loss = [](const at::Tensor& logits, const at::Tensor&) { return logits.sum().mul(NAN); };
    const auto lines = examined(p, study, unhurried);
    CHECK(lines.at("every weight receives a gradient").result == verdict::fail);
    const auto& learned = lines.at("with real labels something is learned");
    CHECK(learned.result == verdict::fail);
    CHECK_THAT(learned.evidence, Catch::Contains("diverged"));
    CHECK(lines.at("with shuffled labels nothing is learned").result == verdict::skipped);
}

TEST_CASE("what the time does not allow is skipped, not passed", "[report]") {
    testing::made_study study;
    study.make();
    const auto lines = examined(plan_of<small>, study, 0.01);
    CHECK(lines.at("with shuffled labels nothing is learned").result == verdict::skipped);
    CHECK(lines.at("the threshold lies inside its search space").result == verdict::skipped);
}

TEST_CASE("the doctor names a threshold that sits at the edge of its grid", "[report][slow]") {
    testing::made_study study;
    study.make();
    const auto line = examined(plan_of<coarse>, study, unhurried).at("the threshold lies inside its search space");
    INFO(line.evidence);
    CHECK(line.result == verdict::fail);
    CHECK(line.evidence.find("at the edge") != std::string::npos);
}
