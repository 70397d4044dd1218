#include <facet/dataset.hpp>

#include "support/data_test.hpp"

#include <nlohmann/json.hpp>

#include <facet/data/recipe.hpp>

using namespace facet;

namespace {

struct half_numbers { // a label scheme of a user's own: even numbers only
    using role = role::labels;
    constexpr labels::meaning operator()(int label) const { return label % 2 == 0 ? labels::meaning{static_cast<std::uint8_t>(label / 2)} : std::nullopt; }
};

constexpr dataset plain{"plain"};
constexpr dataset said{"plain", scale::constant{}, crop::vertebra_box{.margin = millimetres{5}}, slices::axial{.size = 256, .pixel = millimetres{0.5}}};
constexpr dataset full{"full", scale::fit{}, slices::coronal{.size = 128, .pixel = millimetres{0.75}, .step = millimetres{3}}, crop::spine_frame{millimetres{120}}, levels{30, 43}, labels::verse{}};
constexpr dataset mine{"mine", half_numbers{}};
static_assert(check_dataset<plain>() && check_dataset<full>() && check_dataset<mine>());

} // namespace

TEST_CASE("a recipe that says nothing has the documented defaults", "[data][dataset]") {
    const auto s = slicing_of<plain>();
    CHECK(s.axis == slice_axis::axial);
    CHECK(s.size == 256);
    CHECK(s.pixel == 0.5);
    CHECK(s.step == 0);
    CHECK_FALSE(s.fit);
    CHECK(s.wanted.first == 27);
    CHECK(s.wanted.last == 40);
    CHECK(*s.scheme(31) == 31);
    CHECK(describe_dataset<plain>() == describe_dataset<said>());
}

TEST_CASE("policies of a recipe stand in any order", "[data][dataset]") {
    const auto s = slicing_of<full>();
    CHECK(s.axis == slice_axis::coronal);
    CHECK(s.size == 128);
    CHECK(s.pixel == 0.75);
    CHECK(s.step == 3);
    CHECK(s.fit);
    CHECK(s.wanted.last == 43);
    CHECK(*s.scheme(20) == 31);
}

TEST_CASE("a recipe is described as JSON and read back as the same values", "[data][dataset]") {
    const auto json = nlohmann::json::parse(describe_dataset<full>());
    CHECK(json.at("dataset") == "full");
    CHECK(json.at("slices").at("policy") == "slices::coronal");
    CHECK(json.at("crop").at("field_of_view").at("value") == 120);
    const auto s = slicing_from(json);
    CHECK(s.axis == slice_axis::coronal);
    CHECK(s.size == 128);
    CHECK(s.pixel == 0.75);
    CHECK(s.step == 3);
    CHECK(s.fit);
    CHECK(s.wanted.first == 30);
    CHECK(*s.scheme(8) == 43);
    CHECK_FALSE(slicing_from(nlohmann::json::parse(describe_dataset<plain>())).fit);
}

TEST_CASE("a label scheme of the user's own works, and only its program can read it back", "[data][dataset]") {
    CHECK(*slicing_of<mine>().scheme(62) == 31);
    CHECK_FALSE(slicing_of<mine>().scheme(61).has_value());
    CHECK_THROWS_WITH(slicing_from(nlohmann::json::parse(describe_dataset<mine>())), Catch::Contains("label scheme"));
    CHECK_THROWS_AS(slicing_from(nlohmann::json::object()), bad_input);
}
