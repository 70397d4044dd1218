#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <facet/core/role.hpp>
#include <facet/data/slice.hpp>

namespace facet::sampler {

/// What a sampler may know when a run starts: the training slices (and only those), the batch size, the seed, the run's length.
struct context {
    std::span<const slice_info> slices;
    std::int64_t batch = 0;
    std::uint64_t seed = 0;
    std::int64_t steps = 0; ///< of the whole run
};

/// A sampler's run-time state fills `batch` with positions in `context::slices`. It is a pure function of the step: the same batch comes
/// out whatever was drawn before, so a resumed run continues exactly.
template <class S>
concept state = requires(S& sample, std::int64_t step, std::span<std::int64_t> batch) { sample(step, batch); };

/// A state that learns from the run is told after every validation how each training slice was scored when it was last trained on: the
/// mean probability of its top pixels, NaN where it has not been seen. What it draws then is a function of the step and of the last such
/// table alone, so that a run is resumed exactly by telling the last table again.
template <class S>
concept observant = state<S> && requires(S& sample, std::span<const float> slice_scores) { sample.observe(slice_scores); };

/// `start(context)` makes the state of one run; `positive_rate(context)` is the expected share of fracture slices over the run, from which
/// prior correction is computed. A sampler whose share changes also offers `positive_rate_at(context, step)`.
template <class P>
concept policy = plays<P, role::sampler> && requires(const P& p, const context& c) {
    { p.start(c) } -> state;
    { p.positive_rate(c) } -> std::convertible_to<double>;
};

/// A state that draws some slices more often than others of their class says how often the slice that returns soonest has come before a step:
/// augmentation is drawn anew each time (engine/batch.hpp).
template <class S>
concept counts_visits = state<S> && requires(const S& sample, std::int64_t step) {
    { sample.visits(step) } -> std::convertible_to<double>;
};

/// A batch is made of sequences of neighbouring slices, for a model that says `static constexpr bool reads_sequences = true`.
template <class P> concept gives_sequences = requires { requires P::gives_sequences; };

/// The expected share of fracture slices at one step.
template <policy P> [[nodiscard]] double positive_rate_at(const P& p, const context& c, std::int64_t step) {
    if constexpr (requires { p.positive_rate_at(c, step); }) return p.positive_rate_at(c, step);
    else return p.positive_rate(c);
}

/// Any state, as the compiled engine holds it.
class started {
public:
    started() = default;
    template <state S> requires(!std::same_as<S, started>) explicit started(S s) {
        const auto shared = std::make_shared<S>(std::move(s));
        draw_ = [shared](std::int64_t step, std::span<std::int64_t> batch) { (*shared)(step, batch); };
        if constexpr (counts_visits<S>) visits_ = [shared](std::int64_t step) -> double { return shared->visits(step); };
        if constexpr (observant<S>) observe_ = [shared](std::span<const float> slice_scores) { shared->observe(slice_scores); };
    }
    void operator()(std::int64_t step, std::span<std::int64_t> batch) const { draw_(step, batch); }
    void observe(std::span<const float> slice_scores) const {
        if (observe_) observe_(slice_scores);
    }
    /// Empty where the state does not count.
    [[nodiscard]] std::optional<double> visits(std::int64_t step) const { return visits_ ? std::optional{visits_(step)} : std::nullopt; }

private:
    std::function<void(std::int64_t, std::span<std::int64_t>)> draw_;
    std::function<double(std::int64_t)> visits_;
    std::function<void(std::span<const float>)> observe_;
};

} // namespace facet::sampler
