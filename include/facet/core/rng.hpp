#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

/// Counter-based randomness: a draw is a function of its coordinates (seed, epoch, vertebra or slice, operation, index), never of
/// what was drawn before. The same sample comes out for any batch order, thread count, device and after a resume.
namespace facet::rng {

/// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection of 64 bits that passes BigCrush as a counter generator.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// One key for a place in the experiment, for example `key(seed, epoch, vertebra, operation)`.
template <class... Coordinates>
[[nodiscard]] constexpr std::uint64_t key(std::uint64_t first, Coordinates... rest) noexcept {
    std::uint64_t k = mix(first);
    ((k = mix(k ^ (static_cast<std::uint64_t>(rest) + 0x632be59bd9b4e019u))), ...);
    return k;
}

/// 53 random bits as a double in [0, 1).
[[nodiscard]] constexpr double unit(std::uint64_t bits) noexcept { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

/// The draws at one key, in order. Two streams with the same key give the same numbers.
class stream {
public:
    constexpr explicit stream(std::uint64_t key) noexcept : key_{key} {}

    constexpr std::uint64_t bits() noexcept { return mix(key_ ^ mix(counter_++)); }
    /// In [0, 1).
    constexpr double uniform() noexcept { return unit(bits()); }
    /// In [low, high).
    constexpr double uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }
    /// Standard normal (Box and Muller, 1958).
    double normal() noexcept {
        const double radius = std::sqrt(-2 * std::log1p(-uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }
    double normal(double mean, double deviation) noexcept { return mean + deviation * normal(); }
    /// In {0, ..., n-1}; the bias is below n / 2^64.
    constexpr std::uint64_t below(std::uint64_t n) noexcept {
        return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits()) * n) >> 64);
    }
    constexpr bool happens(double probability) noexcept { return uniform() < probability; }

private:
    std::uint64_t key_;
    std::uint64_t counter_ = 0;
};

/// A pseudo-random permutation of {0, ..., n-1} evaluated at one place, in constant memory: a four-round Feistel network over the
/// smallest even number of bits that holds n, walked until it lands inside (Black and Rogaway, CT-RSA 2002).
class permutation {
public:
    constexpr permutation(std::uint64_t n, std::uint64_t key) noexcept : n_{n}, key_{key} {
        while (half_bits_ < 31 && (std::uint64_t{1} << (2 * half_bits_)) < n) ++half_bits_;
    }
    [[nodiscard]] constexpr std::uint64_t operator()(std::uint64_t i) const noexcept {
        do i = rounds(i);
        while (i >= n_);
        return i;
    }

private:
    [[nodiscard]] constexpr std::uint64_t rounds(std::uint64_t i) const noexcept {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = i >> half_bits_, right = i & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t next = left ^ (mix(key_ ^ mix(right ^ (round << 56))) & mask);
            left = right;
            right = next;
        }
        return (left << half_bits_) | right;
    }
    std::uint64_t n_, key_;
    unsigned half_bits_ = 1;
};

} // namespace facet::rng
