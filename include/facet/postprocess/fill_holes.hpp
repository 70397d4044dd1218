#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include <facet/postprocess/concept.hpp>

namespace facet::postprocess {

/// Fills holes of a slice: background that no path over edges connects to the slice's border. On scores: each pixel rises to the lowest barrier
/// between it and the border (priority flood; Barnes, Lehman and Mulla, Computers and Geosciences 2014).
struct fill_holes {
    using role = facet::role::postprocess;

    void operator()(const score_stack& scores) const {
        for (std::size_t s = 0; s < scores.shape.size[0]; ++s) fill(scores.slice(s), scores.shape.size[1], scores.shape.size[2]);
    }

private:
    static void fill(std::span<float> f, std::size_t rows, std::size_t columns) {
        using place = std::pair<float, std::size_t>;
        std::priority_queue<place, std::vector<place>, std::greater<>> front;
        std::vector<bool> reached(f.size());
        const auto reach = [&](std::size_t i, float barrier) {
            if (reached[i]) return;
            reached[i] = true;
            f[i] = std::max(f[i], barrier);
            front.push({f[i], i});
        };
        for (std::size_t y = 0; y < rows; ++y)
            for (std::size_t x = 0; x < columns; ++x)
                if (y == 0 || x == 0 || y + 1 == rows || x + 1 == columns) reach(y * columns + x, f[y * columns + x]);
        while (!front.empty()) {
            const auto [barrier, i] = front.top();
            front.pop();
            const auto x = i % columns, y = i / columns;
            if (x > 0) reach(i - 1, barrier);
            if (x + 1 < columns) reach(i + 1, barrier);
            if (y > 0) reach(i - columns, barrier);
            if (y + 1 < rows) reach(i + columns, barrier);
        }
    }
};

static_assert(of_scores<fill_holes>);

} // namespace facet::postprocess
