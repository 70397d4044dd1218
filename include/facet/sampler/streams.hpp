#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/sampler/concept.hpp>

/// What samplers are made of. Every stream is a pure function of the place in it.
namespace facet::sampler {

/// An endless stream over {0, ..., n-1}: every pass is a new permutation.
class shuffled_stream {
public:
    shuffled_stream(std::uint64_t n, std::uint64_t key) : n_{n}, key_{key} {}
    [[nodiscard]] std::uint64_t operator()(std::uint64_t place) const {
        return rng::permutation{n_, rng::key(key_, place / n_)}(place % n_);
    }

private:
    std::uint64_t n_, key_;
};

/// An endless stream over items in groups. A pass gives every group its share of the draws exactly and shuffles them; a group's own draws
/// go through its items in shuffled order, so none is left out.
class grouped_stream {
public:
    /// A group of n items gets a share proportional to n^(1 - strength): 0 leaves the groups as they are, 1 makes them equally frequent.
    template <class Key> grouped_stream(std::map<Key, std::vector<std::int64_t>> groups, double strength, std::uint64_t key) : key_{key} {
        double total = 0;
        std::size_t items = 0;
        for (const auto& [name, members] : groups) total += share(members.size(), strength), items += members.size();
        const double pass = static_cast<double>(std::max(items, 100 * groups.size())); // long enough that rounding a quota costs little
        for (auto& [name, members] : groups) {
            const auto quota = std::max(1.0, std::round(pass * share(members.size(), strength) / total));
            orders_.emplace_back(members.size(), rng::key(key, std::uint64_t{'g'}, orders_.size()));
            quotas_.push_back(static_cast<std::uint64_t>(quota));
            ends_.push_back((ends_.empty() ? 0 : ends_.back()) + quotas_.back());
            groups_.push_back(std::move(members));
        }
    }
    [[nodiscard]] std::int64_t operator()(std::uint64_t place) const {
        const auto pass = place / ends_.back(), drawn = rng::permutation{ends_.back(), rng::key(key_, pass)}(place % ends_.back());
        const auto g = static_cast<std::size_t>(std::ranges::upper_bound(ends_, drawn) - ends_.begin());
        const auto first = ends_[g] - quotas_[g];
        return groups_[g][orders_[g](pass * quotas_[g] + drawn - first)];
    }
    /// How often the item that comes most often has come, after so many draws.
    [[nodiscard]] double visits(double draws) const {
        double most = 0;
        for (std::size_t g = 0; g < groups_.size(); ++g) most = std::max(most, static_cast<double>(quotas_[g]) / static_cast<double>(groups_[g].size()));
        return draws / static_cast<double>(ends_.back()) * most;
    }

private:
    static double share(std::size_t n, double strength) { return std::pow(static_cast<double>(n), 1 - strength); }

    std::uint64_t key_;
    std::vector<std::vector<std::int64_t>> groups_;
    std::vector<shuffled_stream> orders_;
    std::vector<std::uint64_t> quotas_, ends_;
};

/// Positions of the training slices with and without a fracture.
struct classes {
    std::vector<std::int64_t> with, without;
};

/// Throws bad_input where one of the two is empty; `who` is the sampler that needs both.
[[nodiscard]] inline classes both_classes(const context& c, const std::string& who) {
    classes out;
    for (std::size_t i = 0; i < c.slices.size(); ++i) (c.slices[i].fracture_pixels > 0 ? out.with : out.without).push_back(static_cast<std::int64_t>(i));
    if (out.with.empty()) throw bad_input{who + ": the training part has no slice with a fracture; use sampler::natural or another split"};
    if (out.without.empty()) throw bad_input{who + ": the training part has no slice without a fracture; use sampler::natural or another split"};
    return out;
}

/// The share of training slices with a fracture.
[[nodiscard]] inline double natural_rate(const context& c) {
    if (c.slices.empty()) return 0;
    const auto positives = std::ranges::count_if(c.slices, [](const slice_info& s) { return s.fracture_pixels > 0; });
    return static_cast<double>(positives) / static_cast<double>(c.slices.size());
}

/// `fraction` of `n`, rounded to the nearest.
[[nodiscard]] constexpr std::int64_t share_of(std::int64_t n, double fraction) { return static_cast<std::int64_t>(static_cast<double>(n) * fraction + 0.5); }

/// Every vertebra's slices in the order of their positions; the vertebrae of a patient lie together, from L5 upwards.
[[nodiscard]] inline std::vector<std::vector<std::int64_t>> slices_by_vertebra(std::span<const slice_info> slices) {
    std::map<std::pair<std::string, int>, std::vector<std::int64_t>> found;
    for (std::size_t i = 0; i < slices.size(); ++i) found[{slices[i].patient, slices[i].vertebra}].push_back(static_cast<std::int64_t>(i));
    std::vector<std::vector<std::int64_t>> out;
    for (auto& [name, members] : found) {
        std::ranges::stable_sort(members, {}, [&](std::int64_t i) { return slices[static_cast<std::size_t>(i)].position; });
        out.push_back(std::move(members));
    }
    return out;
}

} // namespace facet::sampler
