#include <facet/schedule.hpp>

#include "support/test.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/golden.hpp"

using namespace facet;

TEST_CASE("schedules give the factors of torch.optim.lr_scheduler in every step", "[schedule][golden]") {
    constexpr std::int64_t steps = 60;
    const std::map<std::string, std::function<double(std::int64_t)>> ours{
        {"cosine", [](auto t) { return schedule::cosine{.final_fraction = 0.1}(t, steps); }},
        {"poly", [](auto t) { return schedule::poly{}(t, steps); }},
        {"step", [](auto t) { return schedule::step{.every = 13, .factor = 0.3}(t, steps); }},
        {"exponential", [](auto t) { return schedule::exponential{.final_fraction = 0.02}(t, steps); }},
        {"cosine_restarts", [](auto t) { return schedule::cosine_restarts{.first_steps = 8, .growth = 2, .final_fraction = 0.05}(t, steps); }},
        {"one_cycle", [](auto t) { return schedule::one_cycle{}(t, steps); }},
        {"warm_step", [](auto t) { return schedule::step{.every = 13, .factor = 0.3, .warmup_steps = 5}(t, steps); }},
        {"warm_cosine_restarts", [](auto t) { return schedule::cosine_restarts{.first_steps = 8, .growth = 2, .final_fraction = 0.05, .warmup_steps = 5}(t, steps); }},
        {"warm_poly", [](auto t) { return schedule::poly{.warmup_steps = 5}(t, steps); }},
    };
    std::map<std::string, int> seen;
    for (const auto& row : golden_rows("schedules.csv")) {
        const auto f = ours.find(row[0]);
        if (f == ours.end()) continue;
        INFO(row[0] << ", step " << row[1]);
        CHECK(f->second(std::stoll(row[1])) == Approx(std::stod(row[2])).epsilon(1e-9).margin(1e-12));
        ++seen[row[0]];
    }
    for (const auto& [name, f] : ours) CHECK(seen[name] == steps);
}

TEST_CASE("reduce_on_plateau lowers the rate after the epochs in which torch's does", "[schedule][golden]") {
    const std::map<std::string, schedule::reduce_on_plateau> ours{
        {"plateau", {.factor = 0.5, .patience = 2, .min_change = 1e-4}},
        {"plateau_cooldown", {.factor = 0.1, .patience = 1, .min_change = 1e-2, .cooldown = 3, .final_fraction = 0.003}},
    };
    std::map<std::string, std::vector<double>> scores;
    for (const auto& row : golden_rows("schedules.csv")) {
        const auto p = ours.find(row[0]);
        if (p == ours.end()) continue;
        INFO(row[0] << ", epoch " << row[1]);
        auto& so_far = scores[row[0]];
        CHECK(p->second.after(so_far) == Approx(std::stod(row[2])).epsilon(1e-9));
        so_far.push_back(std::stod(row[3]));
    }
    CHECK(scores["plateau"].size() == 60);
    CHECK(scores["plateau_cooldown"].size() == 60);
}

TEST_CASE("an undefined score is no improvement", "[schedule]") {
    constexpr schedule::reduce_on_plateau p{.factor = 0.5, .patience = 1};
    CHECK(p.after(std::vector<double>{NAN, NAN}) == 0.5); // borne once, then reduced
    CHECK(p.after(std::vector<double>{NAN, 0.1}) == 1);
    CHECK(p.after(std::vector<double>{0.1, NAN, 0.2}) == 1);
    CHECK(p.after(std::vector<double>{0.1, NAN, NAN}) == 0.5);
    CHECK(p.after({}) == 1);
}
