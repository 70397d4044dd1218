#include <facet/report/comparison_report.hpp>

#include "support/test.hpp"

#include <regex>
#include <string>
#include <vector>

using namespace facet::report;

namespace {

std::vector<double> all(const std::string& svg, const std::string& pattern) {
    std::vector<double> out;
    const std::regex wanted{pattern};
    for (std::sregex_iterator at{svg.begin(), svg.end(), wanted}, end; at != end; ++at) out.push_back(std::stod((*at)[1]));
    return out;
}

} // namespace

TEST_CASE("a forest plot puts equal differences under each other, and zero between a gain and a loss", "[compare][report]") {
    const std::vector<forest_row> rows{{"gain", 0.2, std::pair{0.1, 0.3}, std::pair{0.05, 0.35}}, {"loss", -0.2, std::pair{-0.3, -0.1}, std::pair{-0.35, -0.05}}, {"gain again", 0.2, std::nullopt, std::nullopt}};
    const auto svg = forest_plot(rows, "title", "axis");
    const auto x = all(svg, "<circle cx=\"([0-9.]+)\"");
    const auto zero = all(svg, "x1=\"([0-9.]+)\"[^>]*stroke-dasharray");
    REQUIRE(x.size() == 3);
    REQUIRE(zero.size() == 1);
    CHECK(x[0] == x[2]);
    CHECK(x[0] - zero[0] == Approx(zero[0] - x[1]).margin(0.11)); // tenths of a pixel
    const auto thick = all(svg, "x1=\"([0-9.]+)\"[^>]*stroke-width=\"3.5\"");
    REQUIRE(thick.size() == 2);
    CHECK(thick[0] - zero[0] == Approx((x[0] - zero[0]) / 2).margin(0.11));
}

TEST_CASE("an undefined difference is written out, not drawn at zero", "[compare][report]") {
    const auto svg = forest_plot(std::vector<forest_row>{{"healthy & whole", std::nullopt, std::nullopt, std::nullopt}}, "title", "axis");
    CHECK_THAT(svg, Catch::Contains("undefined") && Catch::Contains("healthy &amp; whole") && !Catch::Contains("<circle") && !Catch::Contains("nan"));
}

TEST_CASE("a star stands only where the interval of all variants at once leaves out zero", "[compare][report]") {
    const auto entry = [](double low, double high) {
        return json{{"value", 0.5}, {"difference", {{"value", 0.1}, {"interval", {{"low", 0.02}, {"high", 0.18}}}, {"simultaneous_interval", {{"low", low}, {"high", high}}}}}};
    };
    CHECK(compared_cell(entry(0.01, 0.19), "  ") == "0.500  +0.100 [+0.020, +0.180] *");
    CHECK(compared_cell(entry(-0.01, 0.21), "  ") == "0.500  +0.100 [+0.020, +0.180]");
    CHECK(compared_cell(json{{"value", 0.5}, {"difference", nullptr}}, "  ") == "0.500");
    CHECK(compared_cell(json{{"value", nullptr}, {"difference", {{"value", nullptr}, {"interval", nullptr}, {"simultaneous_interval", nullptr}}}}, "  ") == "\u2014  \u2014");
}
