#include <facet/report/figures.hpp>

#include "markup.hpp"
#include "support/test.hpp"

using namespace facet::report;

namespace {
std::vector<std::string> labels(const std::vector<tick>& ticks) {
    std::vector<std::string> out;
    for (const auto& t : ticks) out.push_back(t.label);
    return out;
}
} // namespace

TEST_CASE("ticks of a linear axis are round numbers", "[report]") {
    CHECK(labels(facet::report::detail::linear_ticks(0, 1, 5)) == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
    CHECK(labels(facet::report::detail::linear_ticks(0, 20000, 4)) == std::vector<std::string>{"0", "5,000", "10,000", "15,000", "20,000"});
}

TEST_CASE("ticks of a logarithmic axis are powers of ten", "[report]") {
    CHECK(labels(facet::report::detail::log_ticks(0.0005, 20, 6)) == std::vector<std::string>{"0.001", "0.01", "0.1", "1", "10"});
}

TEST_CASE("a line breaks where its value is undefined", "[report]") {
    chart c{{"x", 0, 4}, {"y", 0, 1}};
    const std::vector<point> points{{0, 0}, {1, 0.5}, {2, NAN}, {3, 0.5}, {4, 1}};
    c.line(points, ink::blue);
    const auto svg = c.svg("broken");
    const auto path = svg.substr(svg.find("<path d=\"") + 9);
    const auto data = path.substr(0, path.find('"'));
    CHECK(std::ranges::count(data, 'M') == 2);
    CHECK(std::ranges::count(data, 'L') == 2);
    CHECK(facet::testing::shows_no_undefined(svg));
}

TEST_CASE("a point lies where its axis says", "[report]") {
    chart c{{"x", 0, 10}, {"y", 0, 1}, 440, 280};
    c.dot({10, 0}, ink::blue); // lower right corner of the frame: 14 from the right, 42 from below
    CHECK(c.svg("corner").find("cx=\"426\" cy=\"238\"") != std::string::npos);
}

TEST_CASE("every figure is well-formed also from empty and single-valued input", "[report]") {
    const std::vector<series> flat{{"loss <a>", ink::blue, {1}, {0.5}}};
    const std::vector<series> nothing{{"loss", ink::blue, {}, {}}};
    const std::vector<series> undefined{{"loss", ink::blue, {1, 2}, {std::nullopt, std::nullopt}}};
    for (const auto& lines : {flat, nothing, undefined}) {
        const auto svg = progress("t & t", "epoch", lines, true, 0.01, 1);
        CHECK(facet::testing::well_formed(svg));
        CHECK(facet::testing::shows_no_undefined(svg));
    }
    CHECK(facet::testing::well_formed(precision_recall({}, 0.01, std::nullopt)));
    CHECK(facet::testing::well_formed(reliability({})));
    CHECK(facet::testing::well_formed(strips({}, {}, std::nullopt)));
    CHECK(facet::testing::well_formed(comparison("x", {})));
    const std::vector<scored_unit> one{{"L1", 1.0, true}, {"L1", 0.0, false}};
    const std::vector<std::string> groups{"L1"};
    CHECK(facet::testing::shows_no_undefined(strips(one, groups, 0.5) + roc("vertebra sensitivity", one, 0.5)));
    CHECK(facet::testing::shows_no_undefined(threshold_scan("f1", {}, 0.5, 0.5, 0.5)));
}
