#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/data/volume.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/lesions.hpp>
#include <facet/evaluate/pieces.hpp>
#include <facet/evaluate/postprocessing.hpp>
#include <facet/evaluate/surface.hpp>
#include <facet/evaluate/vertebra_stack.hpp>

/// What the final mask of every vertebra looks like beside the truth: counts, surfaces, lesions.
namespace facet {

/// Lesions, candidates and where they meet. `mask` is the final mask, `logits` the scores it was cut from; ignored voxels belong to neither.
[[nodiscard]] inline volume_lesions lesions_of(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> mask, std::span<const float> logits,
                                               const std::array<std::size_t, 3>& size) {
    const auto lesions = pieces_of(truth, size), candidates = pieces_of(mask, size);
    volume_lesions out;
    out.lesions = lesions.voxels;
    std::vector<std::array<double, 3>> centre(candidates.voxels.size());
    for (const auto n : candidates.voxels) out.candidates.push_back({.voxels = n, .score = 0});
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> common;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        const auto c = candidates.label[i];
        if (c == 0) continue;
        auto& score = out.candidates[c - 1].score;
        score = std::max(score, 1 / (1 + std::exp(-static_cast<double>(logits[i]))));
        centre[c - 1][0] += static_cast<double>(i / (size[1] * size[2]));
        centre[c - 1][1] += static_cast<double>(i / size[2] % size[1]);
        centre[c - 1][2] += static_cast<double>(i % size[2]);
        if (lesions.label[i] != 0) ++common[{lesions.label[i] - 1, c - 1}];
    }
    const auto at_centre = [&](std::uint32_t c) {
        std::array<std::size_t, 3> at{};
        for (std::size_t n = 0; n < 3; ++n) at[n] = static_cast<std::size_t>(std::llround(centre[c][n] / static_cast<double>(candidates.voxels[c])));
        return lesions.label[(at[0] * size[1] + at[1]) * size[2] + at[2]];
    };
    for (const auto& [pair, voxels] : common)
        out.contacts.push_back({.lesion = pair.first, .candidate = pair.second, .lesion_voxels = lesions.voxels[pair.first], .candidate_voxels = candidates.voxels[pair.second],
                                .common_voxels = voxels, .centre_inside = at_centre(pair.second) == pair.first + 1});
    return out;
}

struct vertebra_findings {
    std::size_t patient = 0; ///< number, in the order in which patients came
    int level = 0;
    bool truth = false;      ///< it holds a fracture voxel
    confusion counts;
    double marked_mm3 = 0;   ///< volume of the final mask
    std::optional<surface_distances> surfaces; ///< of fractured vertebrae
    volume_lesions lesions;
};

/// One scorer's final masks, vertebra by vertebra.
class mask_findings {
public:
    mask_findings(const postprocess::steps& steps, std::size_t alternative, double threshold) : steps_{steps}, alternative_{alternative}, threshold_{threshold} {}

    void add(const vertebra_stack& v) {
        const auto mask = final_mask_of(v.logits, v.shape, steps_, alternative_, threshold_);
        vertebra_findings f;
        f.patient = places_.try_emplace(v.patient, places_.size()).first->second;
        f.level = v.level;
        auto judged = mask.mask;
        for (std::size_t i = 0; i < judged.size(); ++i) {
            if (v.truth[i] == ignore_label) {
                judged[i] = 0;
                continue;
            }
            const bool positive = v.truth[i] == 1, called = judged[i] == 1;
            ++(positive ? (called ? f.counts.tp : f.counts.fn) : (called ? f.counts.fp : f.counts.tn));
        }
        f.truth = f.counts.positives() > 0;
        f.marked_mm3 = static_cast<double>(f.counts.tp + f.counts.fp) * v.shape.voxel_volume();
        if (f.truth) f.surfaces = surface<>::between(v.truth, judged, v.shape);
        f.lesions = lesions_of(v.truth, judged, mask.logits, v.shape.size);
        f.lesions.patient = f.patient;
        three_dimensional_ = three_dimensional_ || v.shape.size[0] > 1;
        vertebrae_.push_back(std::move(f));
    }

    [[nodiscard]] std::span<const vertebra_findings> vertebrae() const { return vertebrae_; }
    [[nodiscard]] std::size_t patients() const { return places_.size(); }
    [[nodiscard]] int dimension() const { return three_dimensional_ ? 3 : 2; }
    [[nodiscard]] std::vector<volume_lesions> lesions() const {
        std::vector<volume_lesions> out;
        for (const auto& v : vertebrae_) out.push_back(v.lesions);
        return out;
    }

private:
    postprocess::steps steps_;
    std::size_t alternative_;
    double threshold_;
    std::map<std::string, std::size_t> places_;
    std::vector<vertebra_findings> vertebrae_;
    bool three_dimensional_ = false;
};

} // namespace facet
