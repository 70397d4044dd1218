#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

/// Functions of fp32 without branches and tables, so that compilers turn loops over them into vectors; a few units in the last place. The
/// polynomials are those of Cephes (Moshier, 1992), on which most vector libraries rest.
namespace facet::fast {

/// ln x of a positive, normal x; any finite number for 0. Exponent apart, then a polynomial on [sqrt(1/2), sqrt(2)).
inline float log(float x) {
    constexpr std::uint32_t root_half = 0x3f3504f3u;
    const auto bits = std::bit_cast<std::uint32_t>(x) - root_half;
    const auto exponent = static_cast<float>(static_cast<std::int32_t>(bits) >> 23);
    const float m = std::bit_cast<float>((bits & 0x007fffffu) + root_half) - 1, square = m * m;
    float p = 7.0376836292e-2f;
    for (const float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f}) p = p * m + c;
    return m + (p * m * square - 0.5f * square + exponent * std::numbers::ln2_v<float>);
}

/// e^x for x in [-87, 88]; what lies outside counts as the nearer end.
inline float exp(float x) {
    const float inside = std::min(std::max(x, -87.0f), 88.0f);
    const float n = std::floor(inside * std::numbers::log2e_v<float> + 0.5f);
    const float r = (inside - n * 0.693359375f) - n * -2.12194440e-4f; // ln 2 in two parts
    float p = 1.9875691500e-4f;
    for (const float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) p = p * r + c;
    return (p * r * r + r + 1) * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

/// The root of a positive, normal x: an estimate by halving the exponent, then Newton's method. std::sqrt may set errno, and so stays a call.
inline float sqrt(float x) {
    float inverse = std::bit_cast<float>(0x5f375a86u - (std::bit_cast<std::uint32_t>(x) >> 1));
    for (int i = 0; i < 3; ++i) inverse *= 1.5f - 0.5f * x * inverse * inverse;
    return x * inverse;
}

/// Cosine and sine of 2 pi t for t in [0, 1]: the nearest quarter turn apart, then polynomials on [-pi/4, pi/4].
inline void turn(float t, float& cosine, float& sine) {
    const float quarter = std::floor(t * 4 + 0.5f), x = (t - quarter * 0.25f) * (2 * std::numbers::pi_v<float>), square = x * x;
    const float s = x + x * square * (-1.6666654611e-1f + square * (8.3321608736e-3f - square * 1.9515295891e-4f));
    const float c = 1 - 0.5f * square + square * square * (4.166664568298827e-2f + square * (-1.388731625493765e-3f + square * 2.443315711809948e-5f));
    const auto turns = static_cast<std::int32_t>(quarter);
    const float even = (turns & 1) != 0 ? s : c, odd = (turns & 1) != 0 ? c : s;
    cosine = ((turns + 1) & 2) != 0 ? -even : even;
    sine = (turns & 2) != 0 ? -odd : odd;
}

} // namespace facet::fast
