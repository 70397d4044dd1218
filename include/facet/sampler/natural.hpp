#pragma once

#include <cstdint>
#include <span>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/sampler/streams.hpp>

namespace facet::sampler {

/// Every slice once per pass, in a new order each pass; classes as they are.
struct natural {
    using role = facet::role::sampler;

    [[nodiscard]] auto start(const context& c) const {
        if (c.slices.empty()) throw bad_input{"sampler::natural: the training part has no slices"};
        return [stream = shuffled_stream{c.slices.size(), rng::key(c.seed, 0x6e61747572616cu)}](std::int64_t step, std::span<std::int64_t> batch) {
            const auto first = static_cast<std::uint64_t>(step) * batch.size();
            for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = static_cast<std::int64_t>(stream(first + i));
        };
    }

    [[nodiscard]] double positive_rate(const context& c) const { return natural_rate(c); }
};

static_assert(policy<natural>);

} // namespace facet::sampler
