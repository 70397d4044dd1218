#pragma once

// What every threshold search promises. Included after support/test.hpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/threshold/concept.hpp>

#include "metric/scores.hpp"

namespace laws {

/// The chosen value is a probability, its objective is what the counts at that value give, and the plateau surrounds it.
template <facet::threshold::policy Search> void threshold(const Search& search) {
    for (const auto* name : {"plain", "tiny", "ties", "one"}) {
        INFO(name);
        const auto h = golden_scores(name).histogram();
        const auto choice = search(h);
        CHECK(choice.value >= 0);
        CHECK(choice.value <= 1);
        CHECK(choice.plateau_low <= choice.value);
        CHECK(choice.plateau_high >= choice.value);
        if constexpr (requires { search.objective; }) {
            const auto at = [&](double value) { return search.objective(facet::confusion_at(h, facet::score_histogram::bin_of_probability(value))); };
            if (choice.objective) {
                CHECK(at(choice.value).value() == Approx(*choice.objective).epsilon(1e-12));
                CHECK(at(choice.plateau_low).value() >= *choice.objective * 0.99 - 1e-12);
                CHECK(at(choice.plateau_high).value() >= *choice.objective * 0.99 - 1e-12);
            }
        }
        const auto again = search(h);
        CHECK(again.value == choice.value);
    }
    CHECK_FALSE(search(facet::score_histogram{}).objective);
}

/// What a search maximises, counted anew: of hits, false alarms, misses and the rest.
using plain_objective = std::function<std::optional<double>(double tp, double fp, double fn, double tn)>;

/// A threshold and what the objective is there.
struct tried {
    std::size_t bin = 0;
    std::optional<double> objective;
};

/// Every score of the histogram from strict to lax, before them the bin that calls nothing.
inline std::vector<tried> try_all(const facet::score_histogram& h, const plain_objective& objective) {
    double positives = 0, negatives = 0, tp = 0, fp = 0;
    for (const auto n : h.positive) positives += static_cast<double>(n);
    for (const auto n : h.negative) negatives += static_cast<double>(n);
    std::vector<tried> out{{h.bins, objective(0, 0, positives, negatives)}};
    for (std::size_t b = h.bins; b-- > 0;) {
        if (h.positive[b] + h.negative[b] == 0) continue;
        tp += static_cast<double>(h.positive[b]), fp += static_cast<double>(h.negative[b]);
        out.push_back({b, objective(tp, fp, positives - tp, negatives - fp)});
    }
    return out;
}

/// A dozen positives and negatives on a few scores, where many thresholds are equally good.
inline facet::score_histogram few_scores(std::uint64_t seed) {
    facet::rng::stream draw{facet::rng::key(seed)};
    facet::score_histogram h;
    const auto n = 2 + draw.below(22);
    for (std::uint64_t i = 0; i < n; ++i) h.add(static_cast<float>(draw.below(8)) - 4, i == 0 || (i > 1 && draw.happens(0.4))); // one of each at least
    return h;
}

/// No threshold does better than the one chosen, not even that which calls nothing, and its objective is said.
template <facet::threshold::policy Search> void is_best(const Search& search, const plain_objective& objective) {
    const auto holds = [&](const facet::score_histogram& h) {
        const auto choice = search(h);
        const auto chosen = facet::score_histogram::bin_of_probability(choice.value);
        REQUIRE(choice.objective);
        double best = -std::numeric_limits<double>::infinity();
        bool found = false;
        for (const auto& t : try_all(h, objective)) {
            if (t.objective) best = std::max(best, *t.objective);
            if (t.bin != chosen) continue;
            found = true;
            REQUIRE(t.objective);
            CHECK(*t.objective == Approx(*choice.objective).epsilon(1e-12).margin(1e-12));
        }
        CHECK(found);
        CHECK(best == Approx(*choice.objective).epsilon(1e-12).margin(1e-12));
    };
    for (const auto* name : {"plain", "tiny", "ties", "one"}) {
        INFO(name);
        holds(golden_scores(name).histogram());
    }
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        holds(few_scores(seed));
    }
}

/// Among equally good thresholds the strictest is chosen.
template <facet::threshold::policy Search> void is_strictest(const Search& search, const plain_objective& objective) {
    int equals = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        INFO("seed " << seed);
        const auto h = few_scores(seed);
        const auto choice = search(h);
        if (!choice.objective) continue;
        const auto chosen = facet::score_histogram::bin_of_probability(choice.value);
        for (const auto& t : try_all(h, objective)) {
            const bool as_good = t.bin < h.bins && t.objective && *t.objective > *choice.objective - 1e-12;
            if (as_good) CHECK(t.bin <= chosen);
            equals += as_good && t.bin < chosen;
        }
    }
    CHECK(equals > 0); // there was something to choose from
}

} // namespace laws
