#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <facet/evaluate/histogram.hpp>

/// How well predicted probabilities agree with observed shares, from the score histogram.
namespace facet {

/// The probability that stands for a bin: that of its middle. A pixel's own differs by at most 2^-14 = 6.1e-5 (half a bin of 2^-11 times the
/// sigmoid's steepest slope, 1/4), and by less than 1.2e-7 in the two overflow bins.
[[nodiscard]] inline double probability_of_bin(std::size_t bin) {
    const double logit = bin == 0 ? score_histogram::low : bin + 1 == score_histogram::bins ? score_histogram::high : score_histogram::lower_edge(bin) + 0.5 * score_histogram::width;
    return 1 / (1 + std::exp(-logit));
}
inline constexpr double probability_bin_error = score_histogram::width / 8;

/// Pixels of similar predicted probability.
struct calibration_bin {
    double predicted = 0;        ///< sum of their predicted probabilities
    std::int64_t n = 0, positive = 0;

    [[nodiscard]] double mean_predicted() const { return predicted / static_cast<double>(n); }
    [[nodiscard]] double observed() const { return static_cast<double>(positive) / static_cast<double>(n); }
    calibration_bin& operator+=(const calibration_bin& other) {
        predicted += other.predicted, n += other.n, positive += other.positive;
        return *this;
    }
};

/// Adds one score bin to `bins` equal steps of the probability. 1 belongs to the last.
inline void add_to_steps(std::span<calibration_bin> steps, std::size_t bin, std::int64_t positive, std::int64_t negative) {
    const double p = probability_of_bin(bin);
    const auto place = std::min(steps.size() - 1, static_cast<std::size_t>(p * static_cast<double>(steps.size())));
    steps[place] += {.predicted = p * static_cast<double>(positive + negative), .n = positive + negative, .positive = positive};
}
[[nodiscard]] inline std::vector<calibration_bin> calibration_steps(const score_histogram& h, std::size_t steps) {
    std::vector<calibration_bin> out(steps);
    for (std::size_t b = 0; b < score_histogram::bins; ++b) add_to_steps(out, b, h.positive[b], h.negative[b]);
    return out;
}

/// Expected calibration error: |mean predicted - observed|, weighted by pixels (Naeini et al., AAAI 2015). Empty without pixels.
[[nodiscard]] inline std::optional<double> calibration_error(std::span<const calibration_bin> steps) {
    double sum = 0;
    std::int64_t n = 0;
    for (const auto& s : steps)
        if (s.n > 0) sum += std::abs(s.predicted - static_cast<double>(s.positive)), n += s.n;
    if (n == 0) return std::nullopt;
    return sum / static_cast<double>(n);
}

/// Sum of squared differences between probability and truth of the pixels of a bin.
[[nodiscard]] inline double squared_error(std::size_t bin, std::int64_t positive, std::int64_t negative) {
    const double p = probability_of_bin(bin);
    return static_cast<double>(positive) * (1 - p) * (1 - p) + static_cast<double>(negative) * p * p;
}
/// Brier score: the mean squared difference (Brier, Monthly Weather Review 1950). Empty without pixels.
[[nodiscard]] inline std::optional<double> brier_score(const score_histogram& h) {
    double sum = 0;
    std::int64_t n = 0;
    for (std::size_t b = 0; b < score_histogram::bins; ++b) sum += squared_error(b, h.positive[b], h.negative[b]), n += h.positive[b] + h.negative[b];
    if (n == 0) return std::nullopt;
    return sum / static_cast<double>(n);
}

/// The reliability curve in steps of one logit, which keeps rare events apart where equal steps of the probability would pool them all.
/// Steps without pixels are left out.
[[nodiscard]] inline std::vector<calibration_bin> reliability_curve(const score_histogram& h) {
    constexpr auto steps = static_cast<std::size_t>(score_histogram::high - score_histogram::low), each = score_histogram::inner_bins / steps;
    std::vector<calibration_bin> all(steps);
    for (std::size_t b = 0; b < score_histogram::bins; ++b) {
        const auto place = std::min(steps - 1, (std::max<std::size_t>(1, b) - 1) / each);
        const auto n = h.positive[b] + h.negative[b];
        all[place] += {.predicted = probability_of_bin(b) * static_cast<double>(n), .n = n, .positive = h.positive[b]};
    }
    std::erase_if(all, [](const calibration_bin& b) { return b.n == 0; });
    return all;
}

} // namespace facet
