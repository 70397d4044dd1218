#pragma once

// The scores of tests/golden/metrics.py, made by the same arithmetic.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <facet/evaluate/histogram.hpp>

struct scored_pixels {
    std::vector<float> logit;
    std::vector<std::uint8_t> truth;

    [[nodiscard]] facet::score_histogram histogram() const {
        facet::score_histogram h;
        for (std::size_t i = 0; i < logit.size(); ++i) h.add(logit[i], truth[i] != 0);
        return h;
    }
};

inline std::vector<double> uniform_numbers(std::size_t n, std::uint64_t seed) {
    std::vector<double> out(n);
    for (auto& u : out) {
        seed = (1103515245 * seed + 12345) % (std::uint64_t{1} << 31);
        u = static_cast<double>(seed) / static_cast<double>(std::uint64_t{1} << 31);
    }
    return out;
}

inline scored_pixels golden_scores(const std::string& name) {
    constexpr std::size_t n = 20'000;
    const auto u = uniform_numbers(n, 1), v = uniform_numbers(n, 2);
    scored_pixels s{std::vector<float>(n), std::vector<std::uint8_t>(n)};
    for (std::size_t i = 0; i < n; ++i) {
        const double z = name == "tiny" ? 5.5 * u[i] - 15 : name == "ties" ? std::floor(24 * u[i]) * 0.5 - 6 : 12 * u[i] - 6;
        s.logit[i] = static_cast<float>(z);
        s.truth[i] = name == "one" ? i == 77 : v[i] < 0.002 + 0.2 * u[i] * u[i] * u[i] * u[i] * u[i] * u[i] * u[i] * u[i];
    }
    return s;
}
