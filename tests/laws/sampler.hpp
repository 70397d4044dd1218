#pragma once

// What every facet::sampler::policy promises. Included after support/test.hpp.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <facet/sampler/concept.hpp>

namespace laws {

/// `positives` slices with a fracture of 8, 16, 32 or 64 mm2 among `n`, spread evenly.
inline std::vector<facet::slice_info> some_slices(std::uint32_t n, std::uint32_t positives) {
    std::vector<facet::slice_info> slices(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        slices[i].index = i;
        slices[i].patient = "p" + std::to_string(i / 20);
        slices[i].vertebra = 27 + static_cast<int>(i / 5 % 14);
        slices[i].spacing = {0.5, 2};
        if (positives > 0 && i % (n / positives) == 0 && i / (n / positives) < positives) slices[i].fracture_pixels = 8u << (i / (n / positives) % 4);
    }
    return slices;
}

template <facet::sampler::policy Sampler> void sampler(const Sampler& policy) {
    const auto slices = some_slices(103, 11);
    const facet::sampler::context context{.slices = slices, .batch = 8, .seed = 5, .steps = 400};
    auto sample = policy.start(context);

    std::vector<std::int64_t> visits(slices.size()), batch(8);
    double positives = 0;
    constexpr int steps = 400;
    for (int step = 0; step < steps; ++step) {
        sample(step, batch);
        for (const auto i : batch) {
            REQUIRE(i >= 0);
            REQUIRE(i < static_cast<std::int64_t>(slices.size()));
            ++visits[static_cast<std::size_t>(i)];
            positives += slices[static_cast<std::size_t>(i)].fracture_pixels > 0;
        }
    }
    CHECK(std::ranges::min(visits) > 0); // every slice is visited
    CHECK(positives / (8 * steps) == Approx(policy.positive_rate(context)).margin(0.02));

    // The batch of a step depends on nothing but the step: a second state, asked in another order, gives the same.
    auto again = policy.start(context);
    std::vector<std::int64_t> later(8), now(8);
    again(399, later);
    CHECK(later == batch);
    again(17, later);
    sample(17, now);
    CHECK(later == now);

    // One that learns from the run depends on what it was told last, and on nothing before.
    if constexpr (facet::sampler::observant<decltype(again)>) {
        std::vector<float> first(slices.size()), last(slices.size());
        for (std::size_t i = 0; i < slices.size(); ++i) {
            first[i] = i % 3 == 0 ? NAN : static_cast<float>(i * 37 % 101);
            last[i] = i % 5 == 0 ? NAN : static_cast<float>(i * 53 % 97);
        }
        sample.observe(first);
        sample.observe(last);
        again.observe(last);
        for (const int step : {401, 17, 402}) {
            again(step, later);
            sample(step, now);
            CHECK(later == now);
        }
        sample.observe(first);
        sample(17, now);
        CHECK(later != now);
        again(17, later);
        sample.observe(last);
        sample(17, now);
    }

    auto other_seed = policy.start({.slices = slices, .batch = 8, .seed = 6, .steps = 400});
    other_seed(17, later);
    CHECK(later != now);
}

} // namespace laws
