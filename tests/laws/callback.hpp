#pragma once

// What every callback promises. Included after support/test.hpp.

#include <optional>
#include <vector>

#include <facet/callback/concept.hpp>
#include <facet/core/rng.hpp>

namespace laws {

/// It keeps nothing of its own: of the same epochs it says the same, whatever it was shown before. It does not stop a run at its first epoch,
/// which nothing can be compared with, and undefined scores and losses do not break it.
template <facet::callback::policy Callback> void callback(const Callback& policy) {
    using namespace facet::callback;
    const std::filesystem::path folder{"run"};
    const auto said = [&](std::span<const epoch> epochs) { return decision_of(policy, {.epochs = epochs, .steps = 1000, .run = folder}); };
    facet::rng::stream draw{facet::rng::key(5)};
    std::vector<epoch> epochs;
    std::vector<decision> forwards;
    for (std::int64_t n = 1; n <= 60; ++n) {
        epochs.push_back({.number = n, .step = 10 * n, .train_loss = draw.uniform(0.1, 2), .validation_loss = n % 7 == 0 ? std::numeric_limits<double>::quiet_NaN() : draw.uniform(0.1, 2),
                          .score = n % 5 == 0 ? std::optional<double>{} : draw.uniform(0, 1)});
        forwards.push_back(said(epochs));
    }
    CHECK(forwards.front() == decision::go_on);
    for (std::size_t n = epochs.size(); n > 0; --n) CHECK(said(std::span{epochs}.first(n)) == forwards[n - 1]);
}

} // namespace laws
