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

/// A metric of calibration: 0 for sure and right, larger the more wrong, unchanged by counting twice, empty without pixels.
template <facet::metric::of_calibration Metric> void metric_of_calibration(const Metric& metric) {
    const auto sure = [](int wrong) {
        facet::score_histogram h;
        for (int i = 0; i < 100; ++i) h.add(i < 50 ? 15.9f : -15.9f, (i < 50) != (i < wrong));
        return h;
    };
    CHECK(metric(sure(0)).value() == Approx(0).margin(1e-6));
    double before = -1;
    for (const int wrong : {0, 5, 20, 50}) {
        const double value = metric(sure(wrong)).value();
        CHECK(value > before);
        CHECK(value <= 1);
        before = value;
    }
    auto twice = sure(20);
    twice += sure(20);
    CHECK(metric(twice).value() == Approx(metric(sure(20)).value()));
    CHECK_FALSE(metric(facet::score_histogram{}));
}

/// The rule for empty cases: left undefined by itself, else the worst or the ideal value; a defined value is never touched.
template <class Metric, class Judged> void empty_rule(Metric metric, const Judged& empty_case, const Judged& defined, double worst, double ideal) {
    const auto value = metric(defined);
    REQUIRE(value);
    CHECK_FALSE(metric(empty_case));
    metric.empty = facet::empty::worst;
    CHECK(metric(empty_case).value() == worst);
    CHECK(metric(defined) == value);
    metric.empty = facet::empty::ideal;
    CHECK(metric(empty_case).value() == ideal);
    CHECK(metric(defined) == value);
}

} // namespace laws
