#pragma once

// What every monitor promises. Included after support/test.hpp.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include <facet/core/rng.hpp>
#include <facet/monitor/concept.hpp>

namespace laws {

/// An epoch whose positive scores lie `apart` logits higher and whose negative ones so much lower than those of epoch 0.
inline facet::score_histogram epoch(double apart) {
    facet::rng::stream draw{facet::rng::key(2)};
    facet::score_histogram h;
    for (int i = 0; i < 300; ++i) {
        const bool positive = draw.happens(0.2);
        h.add(static_cast<float>(draw.normal(0, 1.5) + (positive ? apart : -apart)), positive);
    }
    return h;
}

/// Better scores are never judged worse, and far better ones better; counting twice changes nothing, and what cannot be judged is left undefined. A
/// monitor without a name judges nothing; it keeps one checkpoint or more.
template <facet::monitor::policy Monitor> void monitor(const Monitor& policy) {
    constexpr std::string_view name = Monitor::name;
    CHECK(policy.keep >= 1);
    CHECK(std::ranges::all_of(name, [](char c) { return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9'); })); // it stands between ep08_ and a number
    const facet::threshold::choice half{};
    CHECK_FALSE(policy(facet::score_histogram{}, half));
    std::optional<double> first, before;
    for (double apart = -1; apart < 9; apart += 0.25) {
        INFO(apart << " logits apart");
        const auto h = epoch(apart);
        const auto score = policy(h, half);
        REQUIRE(score.has_value() != name.empty());
        if (!score) continue;
        CHECK(std::isfinite(*score));
        CHECK(*score >= before.value_or(*score) - 1e-12);
        auto twice = h;
        twice += h;
        CHECK(policy(twice, half).value() == Approx(*score).epsilon(1e-12));
        CHECK(policy(h, half) == score);
        before = score;
        if (!first) first = score;
    }
    if (first) CHECK(*before > *first);
}

} // namespace laws
