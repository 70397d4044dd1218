#pragma once

// What every postprocess promises. Included after support/test.hpp.

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/postprocess.hpp>

namespace laws {

using mask_function = std::function<std::vector<std::uint8_t>(std::vector<std::uint8_t>, const facet::postprocess::stack_shape&)>;

/// Smooth noise with plateaus and ignored pixels: many pieces, holes and ties.
inline std::vector<float> noisy_scores(const facet::postprocess::stack_shape& shape, std::uint64_t seed) {
    facet::rng::stream draw{facet::rng::key(seed)};
    std::vector<float> raw(shape.size[0] * shape.slice_pixels()), out(raw.size());
    for (auto& v : raw) v = static_cast<float>(draw.normal(0, 4));
    for (std::size_t i = 0; i < raw.size(); ++i) {
        float sum = raw[i];
        int n = 1;
        facet::for_each_neighbour(i, shape.size, [&](std::size_t other) { if ((other + i) % 2 == 0) sum += raw[other], ++n; });
        out[i] = std::round(2 * sum / static_cast<float>(n)) / 2;
        if (i % 41 == 0) out[i] = -std::numeric_limits<float>::infinity();
    }
    return out;
}

inline std::vector<std::uint8_t> cut(const std::vector<float>& scores, float at) {
    std::vector<std::uint8_t> mask(scores.size());
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = scores[i] >= at;
    return mask;
}

/// Changing the scores and cutting is cutting and changing the mask, at every threshold there is and between them; doing it twice changes
/// nothing more. `on_mask` is a plain implementation; `at(level)` makes it for one threshold.
template <facet::postprocess::of_scores P> void postprocess_of_scores(const P& policy, const std::function<mask_function(const std::vector<float>&, float)>& at) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const facet::postprocess::stack_shape shape{{seed == 4 ? std::size_t{1} : std::size_t{4}, 13, 11}, {3, 1.5, 1.25}};
        const auto before = noisy_scores(shape, seed);
        auto after = before;
        policy(facet::postprocess::score_stack{shape, after});
        std::set<float> levels{-100, 100};
        for (const float v : before)
            if (std::isfinite(v)) levels.insert(v), levels.insert(v + 0.25f);
        for (const float level : levels) {
            INFO("seed " << seed << ", level " << level);
            CHECK(cut(after, level) == at(before, level)(cut(before, level), shape));
        }
        auto twice = after;
        policy(facet::postprocess::score_stack{shape, twice});
        CHECK(cut(twice, -50) == cut(after, -50));
    }
}

} // namespace laws
