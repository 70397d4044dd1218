#pragma once

// What every threshold search promises. Included after support/test.hpp.

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

} // namespace laws
