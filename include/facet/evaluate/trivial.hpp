#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/data/slice.hpp>
#include <facet/data/volume.hpp>

/// Scorers that know nothing of fractures, fitted on the training patients only. A network's PR-AUC is a result when it beats them.
namespace facet {

/// Slices in memory (or memory-mapped), as a store holds them.
struct slice_stack {
    std::size_t size = 0;                      ///< pixels per side
    std::span<const slice_info> slices;
    std::span<const std::int16_t> images;      ///< HU [N,size,size]
    std::span<const std::uint8_t> masks;       ///< [N,size,size]

    [[nodiscard]] std::span<const std::int16_t> image(std::size_t slice) const { return images.subspan(slice * size * size, size * size); }
    [[nodiscard]] std::span<const std::uint8_t> mask(std::size_t slice) const { return masks.subspan(slice * size * size, size * size); }
};

namespace trivial {

/// Smooths `data`, seen as [outer, length, inner], along its middle axis: a Gaussian cut at 4 sigma, the border mirrored (d c b a | a b c d),
/// as scipy.ndimage's default has it.
inline void smooth_axis(std::span<double> data, std::size_t outer, std::size_t length, std::size_t inner, double sigma) {
    const auto radius = static_cast<std::ptrdiff_t>(4 * sigma + 0.5);
    if (radius == 0) return;
    std::vector<double> kernel(static_cast<std::size_t>(2 * radius + 1));
    for (std::ptrdiff_t k = -radius; k <= radius; ++k)
        kernel[static_cast<std::size_t>(k + radius)] = std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma));
    const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
    const auto n = static_cast<std::ptrdiff_t>(length);
    const auto mirrored = [n](std::ptrdiff_t i) {
        i %= 2 * n;
        if (i < 0) i += 2 * n;
        return static_cast<std::size_t>(i < n ? i : 2 * n - 1 - i);
    };
    std::vector<double> row(length);
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t c = 0; c < inner; ++c) {
            double* const first = data.data() + o * length * inner + c;
            for (std::size_t i = 0; i < length; ++i) row[i] = first[i * inner];
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                double value = 0;
                for (std::ptrdiff_t k = -radius; k <= radius; ++k) value += kernel[static_cast<std::size_t>(k + radius)] * row[mirrored(i + k)];
                first[static_cast<std::size_t>(i) * inner] = value / sum;
            }
        }
}

/// A probability as a logit within the histograms' range. Below -14 (a probability of 8e-7) sixteen steps become one, so that scores down
/// to 1e-20 keep their order: a scorer that is certain of most healthy pixels must not lose by rounding.
[[nodiscard]] inline float log_odds(double probability) {
    constexpr double knee = -14, edge = 16 - 1e-3;
    if (!(probability > 0)) return static_cast<float>(-edge);
    if (probability >= 1) return static_cast<float>(edge);
    const double logit = std::log(probability) - std::log1p(-probability);
    return static_cast<float>(std::clamp(logit < knee ? knee + (logit - knee) / 16 : logit, -edge, edge));
}

/// Raw HU: the smoothed share of fracture among training pixels of each 20 HU bin.
class hu_scorer {
public:
    static constexpr double low = -1100, width = 20;
    static constexpr std::size_t bins = 146; ///< one below -1100, 144 of 20 HU, one from 1780 up

    [[nodiscard]] static std::size_t bin_of(std::int16_t value) {
        if (value < low) return 0;
        return std::min(bins - 1, static_cast<std::size_t>((value - low) / width) + 1);
    }
    void count(std::span<const std::int16_t> image, std::span<const std::uint8_t> mask) {
        for (std::size_t i = 0; i < image.size(); ++i) {
            if (mask[i] == ignore_label) continue;
            const auto b = bin_of(image[i]);
            all_[b] += 1;
            fracture_[b] += mask[i] == 1;
        }
    }
    void fit() {
        smooth_axis(fracture_, 1, bins, 1, 1);
        smooth_axis(all_, 1, bins, 1, 1);
        for (std::size_t b = 0; b < bins; ++b) logits_[b] = log_odds(fracture_[b] / (all_[b] + 1));
    }
    void score(std::span<const std::int16_t> image, std::span<float> logits) const {
        for (std::size_t i = 0; i < image.size(); ++i) logits[i] = logits_[bin_of(image[i])];
    }

private:
    std::array<double, bins> fracture_{}, all_{};
    std::array<float, bins> logits_{};
};

/// Position in the vertebra x level: a probability map [size,size] per level and eighth of the vertebra, smoothed, shrunk to the map
/// pooled over levels (which also serves levels never seen in training).
class position_scorer {
public:
    static constexpr std::size_t parts = 8;
    static constexpr double prior = 30;            ///< weight of the pooled map, in slices
    static constexpr double sigma_along = 0.7;     ///< in eighths of the vertebra
    static constexpr double sigma_within = 1.2 / 64; ///< as a share of the slice's side

    position_scorer(std::size_t size, std::span<const int> levels) : size_{size} {
        for (const int level : levels) place_.try_emplace(level, place_.size());
        fracture_.resize((place_.size() + 1) * parts * size * size); // the last map, of no level, becomes the pooled one
        valid_.resize(fracture_.size());
    }
    void count(const slice_info& slice, std::span<const std::uint8_t> mask) {
        const auto at = offset_of(slice);
        for (std::size_t i = 0; i < mask.size(); ++i) {
            fracture_[at + i] += mask[i] == 1;
            valid_[at + i] += mask[i] != ignore_label;
        }
    }
    void fit() {
        const auto fracture = smoothed(fracture_), valid = smoothed(valid_);
        const std::size_t one = parts * size_ * size_;
        std::vector<double> pooled(one), pooled_valid(one);
        for (std::size_t level = 0; level < place_.size(); ++level)
            for (std::size_t i = 0; i < one; ++i) pooled[i] += fracture[level * one + i], pooled_valid[i] += valid[level * one + i];
        for (std::size_t i = 0; i < one; ++i) pooled[i] /= std::max(pooled_valid[i], 1e-9);
        probability_.resize(fracture.size());
        logits_.resize(fracture.size());
        for (std::size_t i = 0; i < fracture.size(); ++i) {
            probability_[i] = (fracture[i] + prior * pooled[i % one]) / (valid[i] + prior);
            logits_[i] = log_odds(probability_[i]);
        }
    }
    void score(const slice_info& slice, std::span<float> logits) const {
        std::copy_n(logits_.begin() + static_cast<std::ptrdiff_t>(offset_of(slice)), logits.size(), logits.begin());
    }
    [[nodiscard]] std::span<const double> probabilities() const { return probability_; }     ///< all maps, one after the other
    [[nodiscard]] std::span<const std::uint32_t> valid_counts() const { return valid_; }     ///< training pixels behind each of them
    [[nodiscard]] std::size_t offset_of(const slice_info& slice) const { return map_of(slice) * size_ * size_; }

private:
    [[nodiscard]] std::vector<double> smoothed(std::span<const std::uint32_t> counts) const {
        std::vector<double> table(counts.begin(), counts.end());
        const double sigma = sigma_within * static_cast<double>(size_);
        const auto maps = (place_.size() + 1) * parts;
        smooth_axis(table, place_.size() + 1, parts, size_ * size_, sigma_along);
        smooth_axis(table, maps, size_, size_, sigma);
        smooth_axis(table, maps * size_, size_, 1, sigma);
        return table;
    }
    [[nodiscard]] std::size_t map_of(const slice_info& slice) const {
        const auto found = place_.find(slice.vertebra);
        const auto level = found == place_.end() ? place_.size() : found->second;
        const auto part = std::min(parts - 1, static_cast<std::size_t>(std::max(0.0, slice.relative * parts)));
        return level * parts + part;
    }

    std::size_t size_;
    std::map<int, std::size_t> place_;
    std::vector<std::uint32_t> fracture_, valid_;
    std::vector<double> probability_;
    std::vector<float> logits_;
};

/// Both: a joint table of quantile bins of the position score x 40 HU bins, smoothed.
class joint_scorer {
public:
    static constexpr std::size_t hu_bins = 74; ///< one below -1100, 72 of 40 HU, one from 1780 up

    /// `position` is fitted and outlives this scorer.
    explicit joint_scorer(const position_scorer& position) : position_{&position} {
        const auto edges = quantile_edges(position);
        const auto p = position.probabilities();
        row_.resize(p.size());
        for (std::size_t i = 0; i < p.size(); ++i)
            row_[i] = static_cast<std::uint8_t>(std::ranges::upper_bound(edges, p[i]) - edges.begin());
        rows_ = edges.size() + 1;
        fracture_.resize(rows_ * hu_bins);
        all_.resize(fracture_.size());
    }
    void count(const slice_info& slice, std::span<const std::int16_t> image, std::span<const std::uint8_t> mask) {
        const auto at = position_->offset_of(slice);
        for (std::size_t i = 0; i < mask.size(); ++i) {
            if (mask[i] == ignore_label) continue;
            const auto cell = cell_of(at + i, image[i]);
            all_[cell] += 1;
            fracture_[cell] += mask[i] == 1;
        }
    }
    void fit() {
        for (auto* counts : {&fracture_, &all_}) {
            smooth_axis(*counts, 1, rows_, hu_bins, 0.8);
            smooth_axis(*counts, rows_, hu_bins, 1, 1);
        }
        const double fractures = std::accumulate(fracture_.begin(), fracture_.end(), 0.0);
        const double total = std::accumulate(all_.begin(), all_.end(), 0.0);
        const double prior = total > 0 ? 1e-3 * fractures / total : 0;
        logits_.resize(fracture_.size());
        for (std::size_t i = 0; i < fracture_.size(); ++i) logits_[i] = log_odds((fracture_[i] + prior) / (all_[i] + 1));
    }
    void score(const slice_info& slice, std::span<const std::int16_t> image, std::span<float> logits) const {
        const auto at = position_->offset_of(slice);
        for (std::size_t i = 0; i < image.size(); ++i) logits[i] = logits_[cell_of(at + i, image[i])];
    }

private:
    /// Median to 0.999 quantile of the position score over valid training pixels; denser where fractures are.
    [[nodiscard]] static std::vector<double> quantile_edges(const position_scorer& position) {
        std::vector<std::pair<double, std::uint32_t>> seen; // probability, training pixels
        std::int64_t total = 0;
        for (std::size_t i = 0; i < position.probabilities().size(); ++i) {
            if (const auto n = position.valid_counts()[i]; n > 0) seen.emplace_back(position.probabilities()[i], n), total += n;
        }
        std::ranges::sort(seen);
        std::vector<double> shares(25);
        for (std::size_t i = 0; i < 25; ++i) shares[i] = 0.5 + (0.99 - 0.5) * static_cast<double>(i) / 24;
        shares.insert(shares.end(), {0.995, 0.998, 0.999});
        std::vector<double> edges;
        std::int64_t below = 0;
        std::size_t at = 0;
        for (const double share : shares) {
            while (at < seen.size() && static_cast<double>(below + seen[at].second) <= share * static_cast<double>(total)) below += seen[at++].second;
            if (at < seen.size() && (edges.empty() || edges.back() < seen[at].first)) edges.push_back(seen[at].first);
        }
        return edges;
    }
    [[nodiscard]] std::size_t cell_of(std::size_t place, std::int16_t value) const {
        return row_[place] * hu_bins + (hu_scorer::bin_of(value) + 1) / 2;
    }

    const position_scorer* position_;
    std::vector<std::uint8_t> row_; ///< quantile bin of every entry of the position maps
    std::size_t rows_ = 0;
    std::vector<double> fracture_, all_;
    std::vector<float> logits_;
};

/// Level alone: the share of fractured training vertebrae of the level, (fractured + 1) / (vertebrae + 5). What a vertebra score
/// reaches when it only knows that some levels break more often.
class level_scorer {
public:
    void count(const slice_info& slice, bool fracture) {
        auto& seen = vertebrae_[{slice.patient, slice.vertebra}];
        seen = seen || fracture;
    }
    [[nodiscard]] double score(int level) const {
        double broken = 0, all = 0;
        for (const auto& [vertebra, fractured] : vertebrae_)
            if (vertebra.second == level) broken += fractured, all += 1;
        return (broken + 1) / (all + 5);
    }

private:
    std::map<std::pair<std::string, int>, bool> vertebrae_;
};

/// The three scorers, and level alone, fitted on the slices named.
class scorers {
public:
    scorers(const slice_stack& data, std::span<const std::uint32_t> training) : position_{data.size, levels_of(data, training)} {
        for (const auto s : training) {
            const auto image = data.image(s);
            const auto mask = data.mask(s);
            hu_.count(image, mask);
            position_.count(data.slices[s], mask);
            level_.count(data.slices[s], std::ranges::find(mask, std::uint8_t{1}) != mask.end());
        }
        hu_.fit();
        position_.fit();
        both_ = std::make_unique<joint_scorer>(position_);
        for (const auto s : training) both_->count(data.slices[s], data.image(s), data.mask(s));
        both_->fit();
    }
    scorers(const scorers&) = delete;
    scorers& operator=(const scorers&) = delete;

    static constexpr std::array<std::string_view, 3> names{"hu", "position", "both"};
    /// Logits of one slice by the scorer `names[which]`.
    void score(std::size_t which, const slice_info& slice, std::span<const std::int16_t> image, std::span<float> logits) const {
        if (which == 0) hu_.score(image, logits);
        else if (which == 1) position_.score(slice, logits);
        else both_->score(slice, image, logits);
    }
    [[nodiscard]] double level_score(int level) const { return level_.score(level); }

private:
    [[nodiscard]] static std::vector<int> levels_of(const slice_stack& data, std::span<const std::uint32_t> training) {
        std::vector<int> levels;
        for (const auto s : training) levels.push_back(data.slices[s].vertebra);
        std::ranges::sort(levels);
        levels.erase(std::ranges::unique(levels).begin(), levels.end());
        return levels;
    }
    hu_scorer hu_;
    position_scorer position_;
    std::unique_ptr<joint_scorer> both_;
    level_scorer level_;
};

} // namespace trivial
} // namespace facet
