#include <facet/sampler.hpp>

#include "support/test.hpp"

#include <cmath>
#include <set>

#include "laws/sampler.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every sampler keeps the sampler laws", "[sampler][laws]", sampler::natural, sampler::balanced) { laws::sampler(TestType{}); }

TEST_CASE("balanced puts exactly the same number of positives into every batch", "[sampler]") {
    const auto slices = laws::some_slices(200, 17);
    for (const double fraction : {0.1, 0.25, 0.5, 0.9}) {
        const sampler::balanced policy{.positive_fraction = fraction};
        auto sample = policy.start({.slices = slices, .batch = 10, .seed = 1});
        std::vector<std::int64_t> batch(10);
        for (int step = 0; step < 300; ++step) {
            sample(step, batch);
            const auto positives = std::ranges::count_if(batch, [&](auto i) { return slices[static_cast<std::size_t>(i)].fracture_pixels > 0; });
            REQUIRE(positives == static_cast<std::ptrdiff_t>(std::lround(10 * fraction)));
        }
        CHECK(policy.positive_rate({.slices = slices, .batch = 10, .seed = 1}) == Approx(std::lround(10 * fraction) / 10.)); // 0.25 of 10 is 3
    }
}

TEST_CASE("balanced goes through each class without repeating a slice before the others had their turn", "[sampler]") {
    const auto slices = laws::some_slices(120, 20);
    auto sample = sampler::balanced{.positive_fraction = 0.5}.start({.slices = slices, .batch = 8, .seed = 9});
    std::vector<std::int64_t> batch(8);
    std::multiset<std::int64_t> positives, negatives;
    for (int step = 0; step < 25; ++step) { // 100 positives: five passes over 20; 100 negatives: one pass over 100
        sample(step, batch);
        for (const auto i : batch) (slices[static_cast<std::size_t>(i)].fracture_pixels > 0 ? positives : negatives).insert(i);
    }
    CHECK(positives.size() == 100);
    for (const auto i : positives) CHECK(positives.count(i) == 5);
    CHECK(std::set(negatives.begin(), negatives.end()).size() == 100);
}

TEST_CASE("natural visits every slice once per pass, in another order each pass", "[sampler]") {
    const auto slices = laws::some_slices(64, 6);
    auto sample = sampler::natural{}.start({.slices = slices, .batch = 16, .seed = 2});
    std::vector<std::vector<std::int64_t>> passes(2);
    std::vector<std::int64_t> batch(16);
    for (int step = 0; step < 8; ++step) {
        sample(step, batch);
        auto& pass = passes[static_cast<std::size_t>(step / 4)];
        pass.insert(pass.end(), batch.begin(), batch.end());
    }
    CHECK(std::set(passes[0].begin(), passes[0].end()).size() == 64);
    CHECK(std::set(passes[1].begin(), passes[1].end()).size() == 64);
    CHECK(passes[0] != passes[1]);
    CHECK(sampler::natural{}.positive_rate({.slices = slices, .batch = 16, .seed = 2}) == Approx(6. / 64));
}

TEST_CASE("balanced refuses a training part without one of the classes, in one sentence", "[sampler]") {
    const auto healthy = laws::some_slices(20, 0);
    auto broken = healthy;
    for (auto& s : broken) s.fracture_pixels = 1;
    CHECK_THROWS_WITH(sampler::balanced{}.start({.slices = healthy, .batch = 4, .seed = 0}), Catch::Contains("no slice with a fracture"));
    CHECK_THROWS_WITH(sampler::balanced{}.start({.slices = broken, .batch = 4, .seed = 0}), Catch::Contains("no slice without a fracture"));
    CHECK_THROWS_AS(sampler::natural{}.start({.slices = {}, .batch = 4, .seed = 0}), bad_input);
}
