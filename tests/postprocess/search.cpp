#include <facet/facet.hpp>

#include "support/test.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include <facet/evaluate/findings.hpp>
#include <facet/evaluate/postprocessing.hpp>

#include "laws/postprocess.hpp"

using namespace facet;

namespace {

constexpr experiment cleaned{"cleaned", model::attention_unet{.features = 4, .depth = 2}, input::size{16},
                             postprocess::chain{postprocess::fill_holes{}, postprocess::min_area{.mm2 = search::among{0, 6, 12}}, postprocess::hysteresis{.logits = search::among{0, 1}}}};
constexpr experiment largest{"largest", model::attention_unet{.features = 4, .depth = 2}, input::size{16}, postprocess::keep_largest{}};
constexpr experiment plain{"plain", model::attention_unet{.features = 4, .depth = 2}, input::size{16}};
constexpr experiment by_area{"by_area", model::attention_unet{.features = 4, .depth = 2}, input::size{16}, postprocess::min_area{.mm2 = search::among{0, 6, 1000}}};

using validation_stack = of_part<part::validation, vertebra_stack>;

/// A block of fracture, and single pixels of false alarm that score higher.
validation_stack speckled(std::uint64_t seed) {
    validation_stack v;
    v.patient = "p" + std::to_string(seed);
    v.level = 31;
    v.shape = {{3, 16, 16}, {1, 1, 1}};
    v.truth.resize(3 * 256);
    v.logits.assign(v.truth.size(), -6);
    rng::stream draw{rng::key(seed)};
    for (std::size_t z = 0; z < 3; ++z)
        for (std::size_t y = 5; y < 9; ++y)
            for (std::size_t x = 5; x < 9; ++x) {
                const auto i = (z * 16 + y) * 16 + x;
                v.truth[i] = 1;
                v.logits[i] = static_cast<float>(draw.normal(0, 0.3));
            }
    for (const std::size_t i : {16u + 2, 32u + 12, 256u + 18, 512u + 220, 240u, 250u}) v.logits[i] = 2;
    return v;
}

postprocess_choice choice_of(const plan& p) {
    postprocess_search search{p.postprocess};
    for (std::uint64_t seed = 1; seed <= 3; ++seed) search.add(speckled(seed));
    return search.choose(p.choose_threshold);
}

} // namespace

TEST_CASE("alternatives of a chain are all combinations of its steps", "[postprocess]") {
    const auto& steps = plan_of<cleaned>.postprocess;
    CHECK(steps.alternatives == 6);
    std::set<std::string> seen;
    for (std::size_t i = 0; i < 6; ++i) seen.insert(steps.describe(i));
    CHECK(seen.size() == 6);
    CHECK(nlohmann::json::parse(steps.describe(4)).at("items").at(1).at("mm2") == 6);
    CHECK(nlohmann::json::parse(steps.describe(4)).at("items").at(2).at("logits") == 1);
    CHECK(steps.change_mask == nullptr);
    CHECK(plan_of<largest>.postprocess.alternatives == 1);
    CHECK(plan_of<largest>.postprocess.change_scores == nullptr);
}

TEST_CASE("threshold and smallest area are chosen together, and better than without", "[postprocess]") {
    const auto choice = choice_of(plan_of<by_area>);
    CHECK(choice.alternative == 1); // 6 mm2 drops the speckles; 1000 would drop the fracture
    CHECK(nlohmann::json::parse(choice.policy).at("mm2") == 6);
    CHECK(choice.threshold.objective.value() == Approx(1));
    CHECK(choice.objective_without.value() == Approx(2.0 * 144 / (2 * 144 + 18)));
    mask_findings after{plan_of<by_area>.postprocess, choice.alternative, choice.threshold.value};
    after.add(speckled(1));
    CHECK(after.vertebrae().front().counts.tp == 48);
    CHECK(after.vertebrae().front().counts.fp == 0);
}

TEST_CASE("a search whose best value is the last one tried says so", "[postprocess]") {
    STATIC_REQUIRE(search::at_edge(search::among{0, 6, 12}, 12));
    STATIC_REQUIRE(!search::at_edge(search::among{0, 6, 12}, 6));
    STATIC_REQUIRE(!search::at_edge(search::among{0, 6, 12}, 0)); // nothing is less than nothing
    STATIC_REQUIRE(search::at_edge(search::among{6, 12}, 6));
    STATIC_REQUIRE(!search::at_edge(6.0, 6.0));
    CHECK(choice_of(plan_of<by_area>).at_edge.empty());
    const auto& steps = plan_of<cleaned>.postprocess; // 0, 6, 12 mm2 by 0, 1 logits
    CHECK(steps.edges(1).empty());
    CHECK(steps.edges(2) == std::vector<std::string>{"min_area.mm2"});
    CHECK(steps.edges(5) == std::vector<std::string>{"min_area.mm2", "hysteresis.logits"});
}

TEST_CASE("the objective that a search reports is that of the masks it leads to", "[postprocess]") {
    for (const plan* p : {&plan_of<by_area>, &plan_of<cleaned>, &plan_of<largest>}) {
        const auto choice = choice_of(*p);
        confusion c;
        mask_findings findings{p->postprocess, choice.alternative, choice.threshold.value};
        for (std::uint64_t seed = 1; seed <= 3; ++seed) findings.add(speckled(seed));
        for (const auto& v : findings.vertebrae()) c += v.counts;
        INFO(p->name);
        CHECK(metric::f1{}(c).value() == Approx(choice.threshold.objective.value()));
    }
}

TEST_CASE("a step on masks is searched over thresholds too, and the largest piece drops the speckles", "[postprocess]") {
    const auto choice = choice_of(plan_of<largest>);
    CHECK(choice.threshold.objective.value() > choice.objective_without.value());
    CHECK(choice.threshold.objective.value() > 0.98);
}

TEST_CASE("an experiment without a postprocess has none, and its description says so", "[postprocess]") {
    CHECK(plan_of<plain>.postprocess.alternatives == 0);
    const auto described = nlohmann::json::parse(describe<by_area>());
    CHECK(described["postprocess"]["mm2"] == std::vector<double>{0, 6, 1000});
}
