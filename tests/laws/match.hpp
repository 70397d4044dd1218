#pragma once

// What every matching rule promises. Included after support/test.hpp.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/evaluate/findings.hpp>
#include <facet/evaluate/froc.hpp>
#include <facet/match/concept.hpp>

namespace laws {

/// A volume of 3 x 9 x 9 voxels in which masks are drawn as boxes.
struct boxes {
    static constexpr std::array<std::size_t, 3> size{3, 9, 9};
    std::vector<std::uint8_t> mask = std::vector<std::uint8_t>(3 * 9 * 9);

    void add(std::array<std::size_t, 3> low, std::array<std::size_t, 3> extent) {
        for (std::size_t i = 0; i < mask.size(); ++i) {
            const std::array<std::size_t, 3> at{i / 81, i / 9 % 9, i % 9};
            bool inside = true;
            for (std::size_t n = 0; n < 3; ++n) inside = inside && low[n] <= at[n] && at[n] < low[n] + extent[n];
            if (inside) mask[i] = 1;
        }
    }
    void add_any(facet::rng::stream& draw) { add({draw.below(3), draw.below(9), draw.below(9)}, {1 + draw.below(2), 1 + draw.below(4), 1 + draw.below(4)}); }
};

inline facet::volume_lesions lesions_between(const boxes& truth, const boxes& called) {
    return facet::lesions_of(truth.mask, called.mask, std::vector<float>(truth.mask.size()), boxes::size);
}

/// A candidate that is the lesion, a box, is accepted, and one apart from it refused. More in common never loses a match. A symmetric rule does not care
/// which of the two is the lesion; another somewhere does.
template <facet::match::policy Match> void match(const Match& rule, bool symmetric) {
    facet::rng::stream draw{facet::rng::key(12)};
    for (int i = 0; i < 50; ++i) {
        boxes lesion, elsewhere;
        lesion.add({draw.below(3), draw.below(4), draw.below(9)}, {1 + draw.below(2), 1 + draw.below(4), 1 + draw.below(4)});
        elsewhere.add({draw.below(3), 7, draw.below(9)}, {1 + draw.below(2), 2, 1 + draw.below(4)});
        const auto perfect = facet::count_lesions(lesions_between(lesion, lesion), rule), apart = facet::count_lesions(lesions_between(lesion, elsewhere), rule);
        CHECK(perfect.found == 1);
        CHECK(perfect.false_positives == 0);
        CHECK(apart.found == 0);
        CHECK(apart.false_positives == 1);
    }

    for (std::int64_t lesion = 1; lesion < 8; ++lesion)
        for (std::int64_t candidate = 1; candidate < 8; ++candidate)
            for (const bool inside : {false, true}) {
                bool before = false;
                for (std::int64_t common = 1; common <= std::min(lesion, candidate); ++common) {
                    const bool now = rule({.lesion_voxels = lesion, .candidate_voxels = candidate, .common_voxels = common, .centre_inside = inside});
                    CHECK(now >= before);
                    before = now;
                }
            }

    int differ = 0;
    for (int i = 0; i < 300; ++i) {
        boxes one, other;
        for (int n = 0; n < 3; ++n) one.add_any(draw), other.add_any(draw);
        std::set<std::pair<std::uint32_t, std::uint32_t>> there, back;
        for (const auto& c : lesions_between(one, other).contacts)
            if (rule(c)) there.emplace(c.lesion, c.candidate);
        for (const auto& c : lesions_between(other, one).contacts)
            if (rule(c)) back.emplace(c.candidate, c.lesion);
        differ += there != back;
    }
    CHECK((differ == 0) == symmetric);
}

} // namespace laws
