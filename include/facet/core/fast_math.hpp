#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

/// Functions of fp32 without branches and tables, so that compilers turn loops over them into vectors; a few units in the last place. Where
/// nothing else is said, the polynomials are those of Cephes (Moshier, 1992), on which most vector libraries rest.
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

/// x^power for x in [0, 1] and a positive power, as 2^(power log2 x); the error is that of the power times a unit in the last place of log2 x.
/// The polynomials are minimax fits: log2(1 + u) / u on [sqrt(1/2), sqrt(2)) within 5e-8, 2^r on [-1/2, 1/2] within 8e-8.
inline float pow(float x, float power) {
    constexpr std::uint32_t root_half = 0x3f3504f3u;
    const auto bits = std::bit_cast<std::uint32_t>(x) - root_half;
    const float u = std::bit_cast<float>((bits & 0x007fffffu) + root_half) - 1;
    float q = -1.4575750972e-1f;
    for (const float c : {2.3688248512e-1f, -2.5006119604e-1f, 2.8670854043e-1f, -3.6008811888e-1f, 4.8093939192e-1f, -7.2135712145e-1f, 1.4426947735f}) q = q * u + c;
    const float t = std::max(power * (q * u + static_cast<float>(static_cast<std::int32_t>(bits) >> 23)), -125.0f);
    const float n = std::floor(t + 0.5f), r = t - n;
    float p = 1.3276471520e-3f;
    for (const float c : {9.6755413307e-3f, 5.5507132750e-2f, 2.4022119724e-1f, 6.9314696706e-1f, 1.0f}) p = p * r + c;
    const float y = std::bit_cast<float>(std::bit_cast<std::int32_t>(p) + static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int32_t>(n)) << 23));
    return x > 0 ? y : 0;
}

/// exp(x) for x <= 0; exp(-87) below that, where fp32 loses digits. Not a number stays so. n ln 2 in two pieces apart, then the series of exp.
inline float exp_of_negative(float x) {
    const float bounded = x < -87 ? -87 : x;
    constexpr float shifter = 0x1.8p23f; // added, it leaves the nearest integer in the low bits
    const float shifted = bounded * std::numbers::log2e_v<float> + shifter, n = shifted - shifter;
    const float r = (bounded - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
    float p = 1 / 5040.f;
    for (const float c : {1 / 720.f, 1 / 120.f, 1 / 24.f, 1 / 6.f, 0.5f, 1.0f, 1.0f}) p = p * r + c;
    return p * std::bit_cast<float>((std::bit_cast<std::uint32_t>(shifted) + 127u) << 23);
}

/// ln(1 + x) for x in [0, 1], as the series of 2 artanh(x / (2 + x)).
inline float log1p_of_share(float x) {
    const float s = x / (2 + x), square = s * s;
    float p = 2 / 15.f;
    for (const float c : {2 / 13.f, 2 / 11.f, 2 / 9.f, 2 / 7.f, 2 / 5.f, 2 / 3.f, 2.0f}) p = p * square + c;
    return p * s;
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
