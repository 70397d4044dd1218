#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

/// Connected pieces of a mask; voxels that touch at a corner are one piece. Not ITK's filter, because the postprocess grows
/// pieces score by score with the same parts.
namespace facet {

/// Union-find with path halving, united by size.
class disjoint_sets {
public:
    explicit disjoint_sets(std::size_t n) : parent_(n), size_(n, 1) { std::iota(parent_.begin(), parent_.end(), 0u); }

    [[nodiscard]] std::uint32_t root(std::uint32_t i) {
        while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
        return i;
    }
    /// The root of both.
    std::uint32_t unite(std::uint32_t a, std::uint32_t b) {
        a = root(a), b = root(b);
        if (a == b) return a;
        if (size_[a] < size_[b]) std::swap(a, b);
        parent_[b] = a;
        size_[a] += size_[b];
        return a;
    }

private:
    std::vector<std::uint32_t> parent_, size_;
};

/// Calls `visit` for the up to 26 neighbours of a voxel of [size]; 8 in a single slice.
template <class Visit> void for_each_neighbour(std::size_t voxel, const std::array<std::size_t, 3>& size, Visit&& visit) {
    const std::size_t x = voxel % size[2], y = voxel / size[2] % size[1], z = voxel / (size[2] * size[1]);
    const auto from = [](std::size_t i) { return i == 0 ? i : i - 1; };
    const auto to = [](std::size_t i, std::size_t n) { return std::min(i + 2, n); };
    for (auto k = from(z); k < to(z, size[0]); ++k)
        for (auto j = from(y); j < to(y, size[1]); ++j)
            for (auto i = from(x); i < to(x, size[2]); ++i)
                if (const auto other = (k * size[1] + j) * size[2] + i; other != voxel) visit(other);
}

/// Pieces numbered from 1, in the order of their first voxel; 0 is background.
struct labelled_pieces {
    std::vector<std::uint32_t> label;
    std::vector<std::int64_t> voxels; ///< of piece i + 1
};

[[nodiscard]] inline labelled_pieces pieces_of(std::span<const std::uint8_t> mask, const std::array<std::size_t, 3>& size) {
    disjoint_sets sets{mask.size()};
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] == 1)
            for_each_neighbour(i, size, [&](std::size_t other) {
                if (other < i && mask[other] == 1) sets.unite(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(other));
            });
    labelled_pieces out;
    out.label.resize(mask.size());
    std::vector<std::uint32_t> number(mask.size());
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i] != 1) continue;
        auto& n = number[sets.root(static_cast<std::uint32_t>(i))];
        if (n == 0) out.voxels.push_back(0), n = static_cast<std::uint32_t>(out.voxels.size());
        ++out.voxels[n - 1];
        out.label[i] = n;
    }
    return out;
}

} // namespace facet
