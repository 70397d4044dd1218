#include <facet/metric.hpp>

#include "support/test.hpp"

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <facet/evaluate/surface.hpp>
#include <facet/evaluate/values.hpp>

#include "support/golden.hpp"

using namespace facet;

namespace {

using mask = std::vector<std::uint8_t>;

/// What a peer says, of tests/golden/traps.csv: a number or the name of an error.
std::string peer(const std::string& of, const std::string& which, const std::string& who) {
    for (const auto& row : golden_rows("traps.csv"))
        if (row[0] == "metric" && row[1] == of && row[2] == which && row[3] == who) return row[4];
    throw std::runtime_error{"no trap " + of + ", " + which};
}

/// The masks of tests/golden/traps.py: 8x8 pixels of 1 mm, "none", or a square in rows 2 to 4 ("a") or 3 to 5 ("b").
mask mask_of(const std::string& name) {
    mask out(64);
    if (name != "none")
        for (std::size_t row = 0; row < 3; ++row)
            for (std::size_t column = 2; column < 5; ++column) out[(row + (name == "a" ? 2 : 3)) * 8 + column] = 1;
    return out;
}

surface_distances distances_of(const mask& prediction, const mask& truth) { return surface<>::between(truth, prediction, {{1, 8, 8}, {1, 1, 1}}).value(); }

confusion counts_of(const mask& prediction, const mask& truth) {
    confusion c;
    for (std::size_t i = 0; i < truth.size(); ++i) ++(truth[i] ? prediction[i] ? c.tp : c.fn : prediction[i] ? c.fp : c.tn);
    return c;
}

using judge = std::function<std::optional<double>(const mask& prediction, const mask& truth)>;

const std::map<std::string, judge> judges{
    {"dice", [](const mask& p, const mask& t) { return metric::dice{}(counts_of(p, t)); }},
    {"hd", [](const mask& p, const mask& t) { return metric::hd{}(distances_of(p, t)); }},
    {"hd95", [](const mask& p, const mask& t) { return metric::hd95{}(distances_of(p, t)); }},
    {"assd", [](const mask& p, const mask& t) { return metric::assd{}(distances_of(p, t)); }},
    {"nsd", [](const mask& p, const mask& t) { return metric::nsd{}(distances_of(p, t)); }},
};

/// "b>a+none>a": the mean over pairs of prediction and truth as `evaluate` writes it.
nlohmann::ordered_json mean_of(const std::string& which, const std::string& pairs) {
    std::vector<std::optional<double>> values;
    std::istringstream in{pairs};
    for (std::string pair; std::getline(in, pair, '+');) {
        const auto arrow = pair.find('>');
        values.push_back(judges.at(which)(mask_of(pair.substr(0, arrow)), mask_of(pair.substr(arrow + 1))));
    }
    return facet::detail::mean_of(values, std::nullopt);
}
double value_of(const std::string& which, const std::string& pairs) { return mean_of(which, pairs)["value"].get<double>(); }

const double diagonal = 7 * std::sqrt(2.0);

} // namespace

TEST_CASE("the squares of the traps are judged alike by all: what differs below is what to make of emptiness", "[metric][golden]") {
    for (const char* which : {"dice", "hd", "hd95", "assd", "nsd"}) CHECK(value_of(which, "b>a") == Approx(std::stod(peer("b>a", which, "monai"))).epsilon(1e-6));
    CHECK(peer("b>a", "hd", "torchmetrics") == "1");
    CHECK(peer("b>a", "hd95", "surface_distance") == "1");
}

TEST_CASE("a mean of nothing is undefined, where MONAI aggregates it to 0", "[metric][golden]") {
    for (const char* which : {"dice", "hd", "hd95", "assd", "nsd"}) {
        INFO(which);
        CHECK(peer("none>none", which, "monai") == "0"); // perfect as a distance, worst as an overlap
        const auto ours = mean_of(which, "none>none");
        CHECK(ours["value"].is_null());
        CHECK(ours["n"] == 0);
        CHECK(ours["undefined"] == 1);
    }
}

TEST_CASE("an empty pair is undefined, where torchmetrics' Hausdorff distance throws and surface-distance says inf", "[metric][golden]") {
    CHECK(peer("none>none", "hd", "torchmetrics") == "RuntimeError");
    CHECK(peer("none>none", "hd95", "surface_distance") == "inf");
    CHECK(peer("none>none", "nsd", "surface_distance") == "nan");
    for (const auto& [name, of] : judges) CHECK_FALSE(of(mask_of("none"), mask_of("none")));
    for (const auto& [name, of] : judges) { // it takes nothing from the mean of the others, and is counted
        const auto ours = mean_of(name, "b>a+none>none");
        CHECK(ours["value"].get<double>() == Approx(value_of(name, "b>a")));
        CHECK(ours["n"] == 1);
        CHECK(ours["undefined"] == 1);
    }
}

TEST_CASE("one miss or false alarm makes the mean distance worse and leaves it finite, where MONAI's is inf", "[metric][golden]") {
    for (const char* lost : {"b>a+none>a", "b>a+a>none"})
        for (const char* which : {"hd", "assd"}) {
            INFO(lost << ", " << which);
            CHECK(peer(lost, which, "monai") == "inf");
            CHECK(value_of(which, lost) == Approx((value_of(which, "b>a") + diagonal) / 2));
            CHECK(mean_of(which, lost)["n"] == 2);
        }
    for (const char* who : {"monai", "torchmetrics"}) CHECK(peer("none>a", "hd", who) == "inf");
}

TEST_CASE("missing a finding does not improve the mean HD95, where MONAI leaves the miss out or calls it perfect", "[metric][golden]") {
    for (const char* lost : {"none>a", "a>none"}) {
        INFO(lost);
        CHECK(peer(lost, "hd95", "monai") == "0");
        CHECK(value_of("hd95", lost) == Approx(diagonal));
        const auto with_found = std::string{"b>a+"} + lost;
        CHECK(peer(with_found, "hd95", "monai") == peer("b>a", "hd95", "monai")); // the miss is not in the mean
        CHECK(value_of("hd95", with_found) == Approx((1 + diagonal) / 2));
    }
}

TEST_CASE("a false alarm lowers the mean Dice, where MONAI leaves it out", "[metric][golden]") {
    CHECK(peer("b>a+a>none", "dice", "monai") == peer("b>a", "dice", "monai"));
    CHECK(value_of("dice", "b>a+a>none") == Approx(value_of("dice", "b>a") / 2));
    CHECK(value_of("dice", "b>a+none>a") == Approx(value_of("dice", "b>a") / 2)); // as a miss does
}
