#include <facet/sampler.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "laws/sampler.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every sampler keeps the sampler laws", "[sampler][laws]", sampler::natural, sampler::balanced, sampler::annealed, sampler::hard_negatives, sampler::vertebra,
                   sampler::weighted<by::level>, sampler::weighted<by::patient>, sampler::weighted<by::lesion_size>) { laws::sampler(TestType{}); }

TEST_CASE("the slices of the sampler laws have groups by every rule", "[sampler][laws]") {
    const auto slices = laws::some_slices(103, 11);
    std::set<int> levels, sizes;
    std::set<std::string> patients;
    for (const auto& s : slices) {
        if (s.fracture_pixels == 0) continue;
        levels.insert(by::level{}(s));
        sizes.insert(by::lesion_size{}(s));
        patients.insert(by::patient{}(s));
    }
    CHECK(levels.size() == 10);
    CHECK(sizes == std::set{1, 2, 3, 4});
    CHECK(patients.size() == 5);
}

TEST_CASE("sequences keep the sampler laws", "[sampler][laws]") {
    laws::sampler(sampler::sequences{.length = 2});
    laws::sampler(sampler::sequences{.length = 4, .along_spine = true});
}

namespace {

bool broken(const std::vector<slice_info>& slices, std::int64_t i) { return slices[static_cast<std::size_t>(i)].fracture_pixels > 0; }

/// How often each slice comes in so many steps; calls `look` with every batch.
template <class Sampler, class Look> std::vector<std::int64_t> visits(const Sampler& policy, const sampler::context& c, int steps, Look look) {
    auto sample = policy.start(c);
    std::vector<std::int64_t> batch(static_cast<std::size_t>(c.batch)), counts(c.slices.size());
    for (int step = 0; step < steps; ++step) {
        sample(step, batch);
        look(step, batch);
        for (const auto i : batch) ++counts[static_cast<std::size_t>(i)];
    }
    return counts;
}

/// Ten patients; V31 has many slices and fractures, V27 few of both.
std::vector<slice_info> uneven_slices() {
    std::vector<slice_info> out;
    for (int patient = 0; patient < 10; ++patient)
        for (const auto [level, count, with] : {std::tuple{31, 20, 8}, std::tuple{30, 12, 3}, std::tuple{27, 5, patient % 2}})
            for (int i = 0; i < count; ++i) {
                slice_info s;
                s.index = static_cast<std::uint32_t>(out.size());
                s.patient = "p" + std::to_string(patient);
                s.vertebra = level;
                s.position = i;
                s.spacing = {1, 1};
                s.fracture_pixels = i < with ? static_cast<std::uint32_t>(4 << (i % 4)) : 0;
                out.push_back(s);
            }
    return out;
}

} // namespace

TEST_CASE("weighted keeps exactly k positives in every batch and gives each group of a class its share", "[sampler]") {
    const auto slices = uneven_slices();
    const sampler::context c{.slices = slices, .batch = 10, .seed = 3};
    const sampler::weighted policy{by::level{}, 1, 0.4};
    constexpr int steps = 3000;
    const auto counts = visits(policy, c, steps, [&](int, const auto& batch) { REQUIRE(std::ranges::count_if(batch, [&](auto i) { return broken(slices, i); }) == 4); });
    std::map<std::pair<bool, int>, double> drawn;
    for (std::size_t i = 0; i < slices.size(); ++i) drawn[{slices[i].fracture_pixels > 0, slices[i].vertebra}] += static_cast<double>(counts[i]);
    for (const int level : {27, 30, 31})
        for (const bool fracture : {true, false}) {
            const double n = steps * (fracture ? 4 : 6), share = 1.0 / 3;
            INFO("V" << level << (fracture ? " with" : " without"));
            CHECK(drawn[{fracture, level}] == Approx(n * share).margin(3 * std::sqrt(n * share * (1 - share)))); // three binomial deviations
        }
    // Within a group no slice is preferred: five fractures at V27 share a third of the positives.
    for (std::size_t i = 0; i < slices.size(); ++i)
        if (slices[i].vertebra == 27 && slices[i].fracture_pixels > 0) CHECK(static_cast<double>(counts[i]) == Approx(steps * 4 / 3. / 5).epsilon(0.02));
}

TEST_CASE("the strength of weighted goes from groups as they are to equal groups", "[sampler]") {
    const auto slices = uneven_slices();
    const sampler::context c{.slices = slices, .batch = 10, .seed = 3};
    const auto share_of_27 = [&](double strength) {
        const auto counts = visits(sampler::weighted{by::level{}, strength, 0.5}, c, 2000, [](int, const auto&) {});
        double positives = 0, at_27 = 0;
        for (std::size_t i = 0; i < slices.size(); ++i)
            if (slices[i].fracture_pixels > 0) positives += static_cast<double>(counts[i]), at_27 += slices[i].vertebra == 27 ? static_cast<double>(counts[i]) : 0;
        return at_27 / positives;
    };
    // 80, 30 and 5 slices with a fracture.
    CHECK(share_of_27(0) == Approx(5 / 115.).epsilon(0.03));
    CHECK(share_of_27(0.5) == Approx(std::sqrt(5) / (std::sqrt(80) + std::sqrt(30) + std::sqrt(5))).epsilon(0.03));
    CHECK(share_of_27(1) == Approx(1 / 3.).epsilon(0.03));
}

namespace {

/// Patients of 3, 6, ..., 15 fractures and twice as many slices without one; of seven fractures four have 4 mm2, two 8 mm2 and one 16 mm2.
std::vector<slice_info> uneven_patients() {
    std::vector<slice_info> out;
    std::uint32_t fractures = 0;
    for (std::uint32_t patient = 1; patient <= 5; ++patient)
        for (std::uint32_t i = 0; i < 9 * patient; ++i) {
            slice_info s;
            s.index = static_cast<std::uint32_t>(out.size());
            s.patient = "p" + std::to_string(patient);
            s.spacing = {0.5, 2};
            if (i % 3 == 0) s.fracture_pixels = std::array{4u, 4u, 4u, 4u, 8u, 8u, 16u}[fractures++ % 7];
            out.push_back(s);
        }
    return out;
}

} // namespace

TEMPLATE_TEST_CASE("by patient and by size of the lesion the strength gives the shares it promises, and every batch has k positives", "[sampler]", by::patient, by::lesion_size) {
    const auto slices = uneven_patients();
    const sampler::context c{.slices = slices, .batch = 10, .seed = 7};
    const TestType rule{};
    for (const double strength : {0.0, 0.5, 1.0}) {
        INFO("strength " << strength);
        const auto counts = visits(sampler::weighted{rule, strength, 0.4}, c, 3000, [&](int, const auto& batch) { REQUIRE(std::ranges::count_if(batch, [&](auto i) { return broken(slices, i); }) == 4); });
        std::map<bool, std::map<decltype(rule(slices[0])), std::vector<std::int64_t>>> drawn; // with a fracture or without, group, how often each of its slices
        for (std::size_t i = 0; i < slices.size(); ++i) drawn[slices[i].fracture_pixels > 0][rule(slices[i])].push_back(counts[i]);
        REQUIRE(drawn[true].size() == (std::is_same_v<TestType, by::patient> ? 5 : 3));
        for (const auto& [with, groups] : drawn) {
            double total = 0;
            for (const auto& [key, each] : groups) total += std::pow(static_cast<double>(each.size()), 1 - strength);
            for (const auto& [key, each] : groups) {
                INFO((with ? "with " : "without ") << key);
                const double share = std::pow(static_cast<double>(each.size()), 1 - strength) / total;
                CHECK(static_cast<double>(std::accumulate(each.begin(), each.end(), std::int64_t{0})) == Approx(3000 * (with ? 4 : 6) * share).epsilon(0.016)); // 33 of 500 draws for a share of 1 / 15
                CHECK(std::ranges::max(each) - std::ranges::min(each) <= 3); // within a group no slice is preferred; the last pass is not whole
            }
        }
    }
}

TEST_CASE("by::lesion_size groups fractures by doublings of their area", "[sampler]") {
    slice_info s;
    s.spacing = {0.5, 2};
    const by::lesion_size rule{.finest = 4};
    for (const auto [pixels, group] : {std::pair{0u, 0}, {4u, 0}, {5u, 1}, {8u, 1}, {9u, 2}, {16u, 2}, {17u, 3}}) {
        s.fracture_pixels = pixels; // of 1 mm2
        CHECK(rule(s) == group);
    }
}

TEST_CASE("annealed begins with its fraction, ends at the natural rate, and its total follows the line", "[sampler]") {
    const auto slices = laws::some_slices(200, 20);
    const sampler::context c{.slices = slices, .batch = 10, .seed = 1, .steps = 1000};
    const sampler::annealed policy{.positive_fraction = 0.6, .natural_from = 0.5};
    std::vector<double> share;
    double total = 0, line = 0;
    visits(policy, c, 1000, [&](int step, const auto& batch) {
        const auto k = static_cast<double>(std::ranges::count_if(batch, [&](auto i) { return broken(slices, i); }));
        total += k;
        line += 10 * (step < 500 ? 0.6 + (0.1 - 0.6) * (step + 0.5) / 500 : 0.1); // the integral over a step is its value in the middle
        REQUIRE(std::abs(total - line) <= 0.5 + 1e-6);
        share.push_back(k / 10);
    });
    const auto mean = [&](int first, int last) { return std::accumulate(share.begin() + first, share.begin() + last, 0.0) / (last - first); };
    CHECK(mean(0, 20) == Approx(0.59).margin(0.02));
    CHECK(mean(240, 260) == Approx(0.35).margin(0.02));
    CHECK(mean(500, 1000) == Approx(0.1).margin(0.002));
    CHECK(policy.positive_rate(c) == Approx(total / 10'000));
    CHECK(policy.positive_rate_at(c, 0) == Approx(0.6));
    CHECK(policy.positive_rate_at(c, 900) == Approx(0.1));
}

TEST_CASE("hard_negatives draws its share from the highest scores it was told, and still visits every negative", "[sampler]") {
    const auto slices = laws::some_slices(200, 20);
    const sampler::context c{.slices = slices, .batch = 8, .seed = 4};
    const sampler::hard_negatives policy{.positive_fraction = 0.5, .hard_fraction = 0.5, .pool = 0.05}; // four positives, two hard, two others; nine are hard
    auto sample = policy.start(c);
    std::vector<float> scores(slices.size(), NAN);
    for (std::size_t i = 0; i < slices.size(); i += 2) scores[i] = static_cast<float>(i) / 200; // the highest of those seen are 180, 182, ..., 198, without what is broken
    sample.observe(scores);
    std::set<std::int64_t> hardest;
    for (std::int64_t i = 198; hardest.size() < 9; i -= 2)
        if (!broken(slices, i)) hardest.insert(i);
    CHECK(std::set<std::int64_t>(sample.pool().begin(), sample.pool().end()) == hardest);

    std::vector<std::int64_t> batch(8), seen(200);
    for (int step = 0; step < 270; ++step) {
        sample(step, batch);
        REQUIRE(std::ranges::count_if(batch, [&](auto i) { return broken(slices, i); }) == 4);
        CHECK(std::ranges::count_if(batch, [&](auto i) { return hardest.contains(i); }) >= 2);
        for (const auto i : batch) ++seen[static_cast<std::size_t>(i)];
    }
    CHECK(std::ranges::min(seen) >= 3); // 540 of the others: three passes over 180
    for (const auto i : hardest) CHECK(seen[static_cast<std::size_t>(i)] == 540 / 9 + 540 / 180);
}

TEST_CASE("hard_negatives takes any negative while nothing was scored", "[sampler]") {
    const auto slices = laws::some_slices(200, 20);
    auto sample = sampler::hard_negatives{}.start({.slices = slices, .batch = 8, .seed = 4});
    CHECK(sample.pool().size() == 180);
    sample.observe(std::vector<float>(200, NAN));
    CHECK(sample.pool().size() == 180);
}

TEST_CASE("vertebra gives all slices of a vertebra in their order before the next, fractured ones as often as asked", "[sampler]") {
    const auto slices = uneven_slices();
    const sampler::context c{.slices = slices, .batch = 7, .seed = 2};
    std::int64_t length = 0, fractured = 0;
    for (const auto& s : slices) {
        const bool whole = s.vertebra != 27 || (s.patient.back() - '0') % 2 == 1; // the vertebra has a fracture
        length += whole ? 3 : 1;
        fractured += s.fracture_pixels > 0 ? 3 : 0;
    }
    std::vector<std::int64_t> row;
    visits(sampler::vertebra{.fracture_repeats = 3}, c, static_cast<int>(length * 2 / 7), [&](int, const auto& batch) { row.insert(row.end(), batch.begin(), batch.end()); });
    row.resize(static_cast<std::size_t>(length));
    std::map<std::int64_t, int> count;
    for (std::size_t i = 0; i < row.size(); ++i) {
        ++count[row[i]];
        const auto& now = slices[static_cast<std::size_t>(row[i])];
        if (now.position == 0) continue;
        const auto& before = slices[static_cast<std::size_t>(row[i - 1])];
        CHECK((before.patient == now.patient && before.vertebra == now.vertebra && before.position + 1 == now.position));
    }
    for (std::size_t i = 0; i < slices.size(); ++i) CHECK(count[static_cast<std::int64_t>(i)] == (slices[i].vertebra == 27 && (slices[i].patient.back() - '0') % 2 == 0 ? 1 : 3));
    CHECK(sampler::vertebra{.fracture_repeats = 3}.positive_rate(c) == Approx(static_cast<double>(fractured) / static_cast<double>(length)));
}

TEST_CASE("sequences are neighbouring slices of one vertebra, so many of a batch with a fracture", "[sampler]") {
    const auto slices = uneven_slices();
    const sampler::context c{.slices = slices, .batch = 24, .seed = 2};
    const sampler::sequences policy{.length = 6, .positive_fraction = 0.25};
    double positives = 0;
    const auto counts = visits(policy, c, 600, [&](int, const auto& batch) {
        int with = 0;
        for (std::size_t s = 0; s < 24; s += 6) {
            bool any = false;
            for (std::size_t i = s; i < s + 6; ++i) {
                any = any || broken(slices, batch[i]);
                positives += broken(slices, batch[i]);
                if (i == s) continue;
                const auto &before = slices[static_cast<std::size_t>(batch[i - 1])], &now = slices[static_cast<std::size_t>(batch[i])];
                const bool last = before.vertebra == 27 && before.position == 4; // V27 has five slices: the last is repeated
                CHECK((before.patient == now.patient && before.vertebra == now.vertebra && now.position == before.position + (last ? 0 : 1)));
            }
            with += any;
        }
        REQUIRE(with == 1);
    });
    CHECK(std::ranges::min(counts) > 0);
    CHECK(policy.positive_rate(c) == Approx(positives / (600 * 24)).epsilon(0.03));
}

TEST_CASE("along the spine a sequence runs on into the next vertebra, but not over a missing one", "[sampler]") {
    const auto slices = uneven_slices();
    bool crossed = false;
    visits(sampler::sequences{.length = 6, .along_spine = true}, {.slices = slices, .batch = 24, .seed = 2}, 600, [&](int, const auto& batch) {
        for (std::size_t i = 0; i < 24; ++i) {
            if (i % 6 == 0) continue;
            const auto &before = slices[static_cast<std::size_t>(batch[i - 1])], &now = slices[static_cast<std::size_t>(batch[i])];
            CHECK(before.patient == now.patient);
            if (before.vertebra == now.vertebra) continue;
            crossed = true;
            CHECK((before.vertebra == 30 && now.vertebra == 31 && before.position == 11 && now.position == 0)); // V27 and V30 are not neighbours
        }
    });
    CHECK(crossed);
}

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
