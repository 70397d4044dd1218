#pragma once

// What every metric promises. Included after support/test.hpp.

#include <cmath>

#include <facet/metric/concept.hpp>

namespace laws {

/// A metric of counts: within [low, 1] where defined, never NaN, best when nothing is wrong.
template <facet::metric::of_counts Metric> void metric_of_counts(const Metric& metric, double low = 0) {
    for (std::int64_t tp = 0; tp < 4; ++tp)
        for (std::int64_t fp = 0; fp < 4; ++fp)
            for (std::int64_t fn = 0; fn < 4; ++fn)
                for (std::int64_t tn = 0; tn < 4; ++tn) {
                    const auto value = metric(facet::confusion{tp, fp, fn, tn});
                    if (!value) continue;
                    INFO(tp << ' ' << fp << ' ' << fn << ' ' << tn);
                    CHECK(std::isfinite(*value));
                    CHECK(*value >= low - 1e-12);
                    CHECK(*value <= 1 + 1e-12);
                    const auto ideal = metric(facet::confusion{tp + fn, 0, 0, tn + fp});
                    if (ideal) CHECK(*ideal >= *value - 1e-12);
                }
    CHECK(metric(facet::confusion{5, 0, 0, 5}).value() == Approx(1));
    CHECK_FALSE(metric(facet::confusion{}));
}

/// A metric of the ranking: 1 for perfect separation, unchanged when all scores rise together, empty without positives.
template <facet::metric::of_ranking Metric> void metric_of_ranking(const Metric& metric) {
    facet::score_histogram separated, mixed, shifted;
    for (int i = 0; i < 200; ++i) {
        separated.add(static_cast<float>(i) * 0.01f, i >= 150);
        mixed.add(static_cast<float>(i * 37 % 200) * 0.01f, i % 7 == 0);
        shifted.add(static_cast<float>(i * 37 % 200) * 0.01f + 4, i % 7 == 0);
    }
    CHECK(metric(separated).value() == Approx(1));
    CHECK(metric(mixed).value() > 0);
    CHECK(metric(mixed).value() < 1);
    CHECK(metric(shifted).value() == Approx(metric(mixed).value()).margin(1e-12));
    auto twice = mixed;
    twice += mixed;
    CHECK(metric(twice).value() == Approx(metric(mixed).value()).margin(1e-12)); // counts, not samples
    CHECK_FALSE(metric(facet::score_histogram{}));
}

} // namespace laws
