#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include <facet/core/role.hpp>
#include <facet/data/slice.hpp>

namespace facet::sampler {

/// What a sampler may know when a run starts: the training slices (and only those), the batch size, the seed.
struct context {
    std::span<const slice_info> slices;
    std::int64_t batch = 0;
    std::uint64_t seed = 0;
};

/// A sampler's run-time state fills `batch` with positions in `context::slices`. It is a pure function of the step: the same batch comes
/// out whatever was drawn before, so a resumed run continues exactly.
template <class S>
concept state = requires(S& sample, std::int64_t step, std::span<std::int64_t> batch) { sample(step, batch); };

/// `start(context)` makes the state of one run; `positive_rate(context)` is the expected share of fracture slices in a batch, from which
/// prior correction is computed.
template <class P>
concept policy = plays<P, role::sampler> && requires(const P& p, const context& c) {
    { p.start(c) } -> state;
    { p.positive_rate(c) } -> std::convertible_to<double>;
};

} // namespace facet::sampler
