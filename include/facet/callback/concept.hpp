#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include <facet/core/role.hpp>

namespace facet::callback {

/// What an epoch ended with.
struct epoch {
    std::int64_t number = 0, step = 0;  ///< of the epoch, and the last of its steps, counted from 1
    double train_loss = 0;              ///< mean of its steps
    double validation_loss = 0;
    std::optional<double> score;        ///< of the monitor, larger is better; nothing where undefined, or where the monitor has none
};

/// What a callback is shown at the end of every epoch, after its line of metrics.jsonl is written.
struct progress {
    std::span<const epoch> epochs;      ///< of the run so far, those before --resume included; the last one has just ended
    std::int64_t steps = 0;             ///< of the whole run
    const std::filesystem::path& run;   ///< its folder
};

enum class decision { go_on, stop };

/// Called at the end of every epoch; a run stops where one of its callbacks says `stop`. A callback that returns nothing only looks on.
/// It keeps nothing of its own: a resumed run, which shows it the same epochs, goes on as if it had never stopped.
template <class P>
concept policy = plays<P, role::callback> && (requires(const P& p, const progress& now) { { p(now) } -> std::same_as<decision>; } ||
                                              requires(const P& p, const progress& now) { { p(now) } -> std::same_as<void>; });

/// What `callback` says of `now`.
template <policy P> decision decision_of(const P& callback, const progress& now) {
    if constexpr (std::same_as<decltype(callback(now)), void>) return callback(now), decision::go_on;
    else return callback(now);
}

} // namespace facet::callback
