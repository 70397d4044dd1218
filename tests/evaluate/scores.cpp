#include <facet/evaluate/scores.hpp>

#include "support/test.hpp"

#include <facet/core/rng.hpp>
#include <facet/evaluate/curve.hpp>

using namespace facet;

namespace {

slice_info info(const char* patient, int vertebra, std::uint32_t index) {
    slice_info s;
    s.patient = patient;
    s.vertebra = vertebra;
    s.index = index;
    return s;
}

struct made {
    std::vector<slice_info> slices;
    std::vector<std::vector<float>> logits;
    std::vector<std::vector<std::uint8_t>> masks;

    made() {
        rng::stream r{rng::key(3)};
        for (std::uint32_t s = 0; s < 24; ++s) {
            slices.push_back(info(s < 12 ? "a" : "b", s % 12 < 6 ? 30 : 31, s));
            auto& logit = logits.emplace_back(100);
            auto& mask = masks.emplace_back(100);
            for (std::size_t i = 0; i < 100; ++i) {
                logit[i] = static_cast<float>(r.normal(-2, 3));
                mask[i] = r.happens(0.1) ? 255 : (s % 5 == 0 && r.happens(0.05) ? 1 : 0);
            }
        }
    }
    [[nodiscard]] scores judged(bool backwards = false) const {
        scores result;
        for (std::size_t k = 0; k < slices.size(); ++k) {
            const auto s = backwards ? slices.size() - 1 - k : (k * 7) % slices.size();
            result.add(slices[s], logits[s], masks[s]);
        }
        result.finish();
        return result;
    }
    // The mean probability of the 20 highest valid pixels of the slices that `keep` names.
    template <class Keep> double brute_force(Keep keep) const {
        std::vector<double> probability;
        for (std::size_t s = 0; s < slices.size(); ++s)
            for (std::size_t i = 0; keep(slices[s]) && i < 100; ++i)
                if (masks[s][i] != 255) probability.push_back(1 / (1 + std::exp(-static_cast<double>(logits[s][i]))));
        std::sort(probability.rbegin(), probability.rend());
        probability.resize(20);
        return std::accumulate(probability.begin(), probability.end(), 0.0) / 20;
    }
};

} // namespace

TEST_CASE("the score of a slice, vertebra and patient is the mean of its twenty highest pixels, as by sorting them all") {
    const made data;
    const auto judged = data.judged();
    REQUIRE(judged.slices().size() == 24);
    REQUIRE(judged.vertebrae().size() == 4);
    REQUIRE(judged.patients().size() == 2);
    for (const auto& s : judged.slices())
        CHECK(*s.top.score() == Approx(data.brute_force([&](const slice_info& i) { return i.index == s.index; })));
    for (const auto& v : judged.vertebrae())
        CHECK(*v.top.score() == Approx(data.brute_force([&](const slice_info& i) { return i.patient == v.patient && i.vertebra == v.level; })));
    for (const auto& p : judged.patients()) CHECK(*p.top.score() == Approx(data.brute_force([&](const slice_info& i) { return i.patient == p.patient; })));
}

TEST_CASE("the order in which slices come in changes nothing") {
    const made data;
    const auto forwards = data.judged(), backwards = data.judged(true);
    const auto a = forwards.pixels(), b = backwards.pixels();
    CHECK(a.positive == b.positive);
    CHECK(a.negative == b.negative);
    for (const auto& v : forwards.vertebrae())
        for (const auto& w : backwards.vertebrae())
            if (v.patient == w.patient && v.level == w.level) CHECK(*v.top.score() == *w.top.score());
}

TEST_CASE("ignored pixels count in no histogram, score or truth") {
    scores judged;
    judged.add(info("a", 30, 0), std::vector<float>{9, 9, -1, -2}, std::vector<std::uint8_t>{255, 255, 0, 1});
    judged.add(info("a", 30, 1), std::vector<float>{5, 5, 5, 5}, std::vector<std::uint8_t>{255, 255, 255, 255});
    judged.finish();
    const auto n = count_classes(judged.pixels());
    CHECK(n.positive == 1);
    CHECK(n.negative == 1);
    CHECK(*judged.slices()[0].top.score() == Approx((1 / (1 + std::exp(1.)) + 1 / (1 + std::exp(2.))) / 2));
    CHECK_FALSE(judged.slices()[1].top.score());
    CHECK(judged.vertebrae()[0].positive_slices == 1);
    CHECK(judged.vertebrae()[0].slices == 2);
}

TEST_CASE("pixels of one level are those of its vertebrae") {
    const made data;
    const auto judged = data.judged();
    auto sum = judged.pixels(30);
    sum += judged.pixels(31);
    CHECK(sum.positive == judged.pixels().positive);
    CHECK(sum.negative == judged.pixels().negative);
    CHECK(count_classes(judged.pixels(29)).total() == 0);
}

TEST_CASE("sparse histograms add like dense ones, in any grouping") {
    rng::stream r{rng::key(8)};
    std::array<score_histogram, 3> dense;
    for (auto& h : dense)
        for (int i = 0; i < 500; ++i) h.add(static_cast<float>(r.normal(0, 0.01)), r.happens(0.3));
    const auto a = sparse_histogram::of(dense[0]), b = sparse_histogram::of(dense[1]), c = sparse_histogram::of(dense[2]);
    auto left = a, right = b;
    (left += b) += c;
    right += c;
    right += a;
    score_histogram from_left, from_right, direct;
    left.add_to(from_left);
    right.add_to(from_right);
    for (const auto& h : dense) direct += h;
    CHECK(from_left.positive == direct.positive);
    CHECK(from_left.negative == direct.negative);
    CHECK(from_right.positive == direct.positive);
    CHECK(std::ranges::is_sorted(left.entries(), {}, &sparse_histogram::entry::bin));
}

TEST_CASE("a slice whose logits and mask differ in size is refused") {
    scores judged;
    CHECK_THROWS_AS(judged.add(info("a", 30, 0), std::vector<float>(4), std::vector<std::uint8_t>(3)), bad_input);
}
