#include <facet/report/rate_finder.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/trained.hpp"
#include "evaluate/made_run.hpp"
#include "support/test.hpp"

using namespace facet;

namespace {

std::vector<double> rising_rates(int n) {
    std::vector<double> out;
    for (int i = 0; i < n; ++i) out.push_back(1e-6 * std::pow(1e7, i / (n - 1.0)));
    return out;
}

} // namespace

TEST_CASE("the suggestion is a tenth of the rate where the smoothed loss is lowest", "[report]") {
    const auto rates = rising_rates(201);
    std::vector<double> losses;
    for (int i = 0; i < 201; ++i) losses.push_back(i < 100 ? 1 : i < 150 ? 1 - (i - 100) * 0.012 : 0.4 + (i - 150) * 0.1); // flat, falling, rising
    const auto c = rate_finder<>::choose(rates, losses);
    REQUIRE(c.suggestion);
    // The average lags behind: it turns a few steps after the loss does, where loss and average meet.
    CHECK(std::log10(*c.lowest / rates[150]) > 0);
    CHECK(std::log10(*c.lowest / rates[150]) < 0.15);
    CHECK(*c.suggestion == Approx(*c.lowest / 10));
    CHECK(*c.steepest > rates[100]);
    CHECK(*c.steepest <= rates[150]);
    CHECK_FALSE(c.at_edge);
}

TEST_CASE("a loss that never falls gives no suggestion, one that falls to the end says so", "[report]") {
    const auto rates = rising_rates(100);
    std::vector<double> flat(100, 0.7), falling;
    for (int i = 0; i < 100; ++i) falling.push_back(1 - i * 0.005);
    CHECK_FALSE(rate_finder<>::choose(rates, flat).suggestion);
    CHECK(rate_finder<>::choose(rates, falling).at_edge);
    CHECK_FALSE(rate_finder<>::choose(std::vector<double>{1e-6}, std::vector<double>{1.0}).suggestion);
}

TEST_CASE("lr-find writes its curve and leaves no run behind", "[report]") {
    const testing::scratch folder;
    make_store(folder / "store");
    const store data{folder / "store"};
    const auto s = rate_finder<>::find(plan_of<trained>, data, {.out = folder / "out", .steps = 60, .where = {.device = "cpu", .threads = 1}});
    CHECK(s.rates.front() == 1e-6);
    CHECK(s.rates.size() == s.losses.size());
    for (std::size_t i = 1; i < s.rates.size(); ++i) CHECK(s.rates[i] / s.rates[i - 1] == Approx(std::pow(1e7, 1 / 59.)));
    std::ifstream file{folder / "out" / "trained_lr_find.json"};
    const auto json = nlohmann::json::parse(file);
    CHECK(json["learning_rate"].size() == s.rates.size());
    CHECK(json["data"] == "semi-synthetic, one CT");
    std::ifstream picture{folder / "out" / "trained_lr_find.svg"};
    CHECK_THAT((std::string{std::istreambuf_iterator<char>{picture}, {}}), Catch::StartsWith("<svg") && Catch::Contains("learning rate"));
    CHECK(std::distance(std::filesystem::directory_iterator{folder / "out"}, {}) == 2);
    CHECK_THROWS_WITH(rate_finder<>::find(plan_of<trained>, data, {.out = folder / "out", .low = 1, .high = 0.1}), Catch::Contains("0 < --low < --high"));
    CHECK_THROWS_WITH(rate_finder<>::find(plan_of<trained>, data, {.out = folder / "out", .steps = 5}), Catch::Contains("at least 20, not 5"));
}
