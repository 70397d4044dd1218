#include <facet/core/rng.hpp>

#include "support/test.hpp"

#include <array>
#include <cmath>
#include <set>
#include <vector>

using namespace facet;

TEST_CASE("the generator is SplitMix64", "[rng]") {
    // The first three outputs of the reference implementation (Vigna) for seed 0: state += golden ratio, then the finaliser.
    CHECK(rng::mix(0) == 0xe220a8397b1dcdafu);
    CHECK(rng::mix(0x9e3779b97f4a7c15u) == 0x6e789e6aa1b965f4u);
    CHECK(rng::mix(2 * 0x9e3779b97f4a7c15u) == 0x06c45d188009454fu);
}

TEST_CASE("a stream is a function of its key", "[rng]") {
    rng::stream a{rng::key(1, 2, 3)}, b{rng::key(1, 2, 3)}, c{rng::key(1, 3, 2)};
    for (int i = 0; i < 10; ++i) {
        const auto bits = a.bits();
        CHECK(bits == b.bits());
        CHECK(bits != c.bits());
    }
}

TEST_CASE("neighbouring keys do not share numbers", "[rng]") {
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        for (std::uint64_t epoch = 0; epoch < 20; ++epoch)
            for (std::uint64_t slice = 0; slice < 20; ++slice) seen.insert(rng::stream{rng::key(seed, epoch, slice)}.bits());
    CHECK(seen.size() == 8'000);
}

TEST_CASE("uniform numbers fill the range from 0 to 1 evenly", "[rng]") {
    // chi-square over 100 cells: mean 99, deviation sqrt(198) = 14; both across the draws of one stream and across first draws of many.
    constexpr int n = 100'000, cells = 100;
    for (const bool across_keys : {false, true}) {
        std::array<int, cells> count{};
        rng::stream one{42};
        for (int i = 0; i < n; ++i) {
            const double u = across_keys ? rng::stream{rng::key(42, i)}.uniform() : one.uniform();
            REQUIRE(u >= 0);
            REQUIRE(u < 1);
            ++count[static_cast<std::size_t>(u * cells)];
        }
        double chi = 0;
        for (const int c : count) chi += (c - n / cells) * (c - n / cells) / static_cast<double>(n / cells);
        CHECK(chi > 99 - 4 * 14);
        CHECK(chi < 99 + 4 * 14);
    }
}

TEST_CASE("normal numbers have mean 0, deviation 1 and the tails of the normal distribution", "[rng]") {
    rng::stream draw{7};
    constexpr int n = 200'000;
    double sum = 0, square = 0;
    int beyond_two = 0;
    for (int i = 0; i < n; ++i) {
        const double x = draw.normal();
        REQUIRE(std::isfinite(x));
        sum += x, square += x * x, beyond_two += std::abs(x) > 2;
    }
    CHECK(sum / n == Approx(0).margin(0.01));
    CHECK(square / n == Approx(1).margin(0.02));
    CHECK(beyond_two / static_cast<double>(n) == Approx(0.0455).margin(0.002)); // 2 (1 - Phi(2))
}

TEST_CASE("below(n) reaches every number and nothing else", "[rng]") {
    rng::stream draw{3};
    std::array<int, 7> count{};
    for (int i = 0; i < 70'000; ++i) ++count.at(draw.below(7));
    for (const int c : count) CHECK(c == Approx(10'000).margin(500));
}

TEST_CASE("a permutation visits every place once, for any size", "[rng]") {
    for (const std::uint64_t n : {1u, 2u, 3u, 5u, 16u, 17u, 100u, 1'023u, 1'024u, 1'025u, 45'815u}) {
        const rng::permutation p{n, 11};
        std::vector<bool> seen(n);
        for (std::uint64_t i = 0; i < n; ++i) {
            const auto j = p(i);
            REQUIRE(j < n);
            REQUIRE_FALSE(seen[j]);
            seen[j] = true;
        }
        CHECK(seen.size() == n);
    }
}

TEST_CASE("permutations of different keys differ, and places are equally likely", "[rng]") {
    std::array<int, 10> first{};
    for (std::uint64_t key = 0; key < 20'000; ++key) ++first.at(rng::permutation{10, rng::key(key)}(0));
    for (const int c : first) CHECK(c == Approx(2'000).margin(250));
}
