#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>

namespace facet::sampler {

/// An endless stream over {0, ..., n-1}: every pass is a new permutation. A pure function of the place in the stream.
class shuffled_stream {
public:
    shuffled_stream(std::uint64_t n, std::uint64_t key) : n_{n}, key_{key} {}
    [[nodiscard]] std::uint64_t operator()(std::uint64_t place) const {
        return rng::permutation{n_, rng::key(key_, place / n_)}(place % n_);
    }

private:
    std::uint64_t n_, key_;
};

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

    [[nodiscard]] double positive_rate(const context& c) const {
        if (c.slices.empty()) return 0;
        const auto positives = std::ranges::count_if(c.slices, [](const slice_info& s) { return s.fracture_pixels > 0; });
        return static_cast<double>(positives) / static_cast<double>(c.slices.size());
    }
};

static_assert(policy<natural>);

} // namespace facet::sampler
