#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <facet/evaluate/pieces.hpp>
#include <facet/postprocess/concept.hpp>

namespace facet::postprocess::detail {

/// Grows pieces from the highest score down and lets their pixels in as soon as the piece is worth keeping; a pixel's new score is the highest
/// threshold at which its piece is kept. `Rule::kept_from(size, peak, level)` is that threshold for a piece of `size` pixels and highest
/// score `peak` when the threshold has sunk to `level`, empty while it is not worth keeping (an attribute opening; Breen and Jones,
/// Computer Vision and Image Understanding 1996).
template <class Rule> class opening {
public:
    opening(std::span<float> scores, std::array<std::size_t, 3> size, const Rule& rule) : scores_{scores}, size_{size}, rule_{rule}, sets_{scores.size()}, pieces_(scores.size()) {}

    void operator()() {
        std::vector<std::uint32_t> order;
        for (std::uint32_t i = 0; i < scores_.size(); ++i)
            if (scores_[i] > lowest) order.push_back(i);
        std::ranges::sort(order, [&](auto a, auto b) { return std::pair{-scores_[a], a} < std::pair{-scores_[b], b}; });
        old_.assign(scores_.begin(), scores_.end());
        std::ranges::fill(scores_, lowest);
        next_.assign(scores_.size(), none);
        seen_.assign(scores_.size(), 0);
        for (std::size_t i = 0; i < order.size();) { // pixels of one score together: none of them comes first
            const float level = old_[order[i]];
            const auto first = i;
            for (; i < order.size() && old_[order[i]] == level; ++i) enter(order[i], level);
            for (auto k = first; k < i; ++k) settle(sets_.root(order[k]), level);
        }
        for (const auto i : order)
            if (sets_.root(i) == i) settle(i, lowest);
    }

private:
    static constexpr float lowest = -std::numeric_limits<float>::infinity();
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    struct piece {
        std::size_t size = 0;
        float peak = lowest;
        bool kept = false;
        std::uint32_t first = none, last = none; ///< its pixels that wait
    };

    void enter(std::uint32_t pixel, float level) {
        seen_[pixel] = 1;
        pieces_[pixel] = {.size = 1, .peak = level, .kept = false, .first = pixel, .last = pixel};
        for_each_neighbour(pixel, size_, [&](std::size_t other) {
            if (!seen_[other]) return;
            const auto a = sets_.root(pixel), b = sets_.root(static_cast<std::uint32_t>(other));
            if (a == b) return;
            settle(b, level);
            join(a, b);
        });
    }
    void join(std::uint32_t a, std::uint32_t b) {
        const auto to = sets_.unite(a, b), from = to == a ? b : a;
        auto &into = pieces_[to], &other = pieces_[from];
        into.size += other.size;
        into.peak = std::max(into.peak, other.peak);
        into.kept |= other.kept;
        if (other.first == none) return;
        if (into.first == none) into.first = other.first;
        else next_[into.last] = other.first;
        into.last = other.last;
    }
    /// Lets the waiting pixels of a piece in where it is worth keeping.
    void settle(std::uint32_t root, float level) {
        auto& p = pieces_[root];
        if (p.first == none) return;
        const auto from = p.kept ? std::optional{level} : rule_.kept_from(p.size, p.peak, level);
        if (!from) return;
        for (auto i = p.first; i != none; i = next_[i]) scores_[i] = std::min(old_[i], *from);
        p.first = p.last = none;
        p.kept = true;
    }

    std::span<float> scores_;
    std::array<std::size_t, 3> size_;
    Rule rule_;
    disjoint_sets sets_;
    std::vector<piece> pieces_;
    std::vector<float> old_;
    std::vector<std::uint32_t> next_;
    std::vector<std::uint8_t> seen_;
};

template <class Rule> void open(std::span<float> scores, std::array<std::size_t, 3> size, const Rule& rule) { opening<Rule>{scores, size, rule}(); }

struct at_least_pixels {
    std::size_t pixels;
    [[nodiscard]] std::optional<float> kept_from(std::size_t size, float, float level) const {
        if (size < pixels) return std::nullopt;
        return level;
    }
};
struct peak_above_level {
    float margin;
    [[nodiscard]] std::optional<float> kept_from(std::size_t, float peak, float level) const {
        if (peak - margin < level) return std::nullopt;
        return peak - margin;
    }
};

/// How many pixels of `each` make up `wanted`: the smallest whole number that is enough.
[[nodiscard]] inline std::size_t pixels_for(double wanted, double each) { return static_cast<std::size_t>(std::max(1.0, std::ceil(wanted / each - 1e-9))); }

} // namespace facet::postprocess::detail
