#pragma once

// What every metric promises. Included after support/test.hpp.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

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

/// What a metric calls best.
template <class Metric> inline constexpr double ideal_of = facet::metric::detail::smaller_is_better<Metric> ? 0 : 1;

/// The metric says of `a` that it is at least as good as `b`.
template <class Metric, class Judged> bool no_worse(const Metric& metric, const Judged& a, const Judged& b) {
    const double of_a = metric(a).value(), of_b = metric(b).value();
    return facet::metric::detail::smaller_is_better<Metric> ? of_a <= of_b + 1e-12 : of_a >= of_b - 1e-12;
}

/// A metric of surfaces: best where the two are one, never better farther apart, worst where one of them is missing (the diagonal, or nothing within
/// reach). It does not care which of the two is the truth, nor for the order of the voxels. Undefined where both are missing.
template <facet::metric::of_surface Metric> void metric_of_surface(const Metric& metric) {
    const auto apart = [](float factor) {
        facet::surface_distances d;
        d.from_truth = {0, 1, 2, 0.5f, 1, 7, 0, 0};
        d.from_prediction = {1, 0, 0.25f, 3, 0.75f};
        d.diagonal = 40;
        for (auto* side : {&d.from_truth, &d.from_prediction})
            for (auto& mm : *side) mm *= factor;
        return d;
    };
    const auto turned = [](facet::surface_distances d) {
        std::swap(d.from_truth, d.from_prediction);
        std::swap(d.truth_is_empty, d.prediction_is_empty);
        std::ranges::reverse(d.from_truth);
        std::ranges::rotate(d.from_prediction, d.from_prediction.begin() + static_cast<std::ptrdiff_t>(d.from_prediction.size() / 3));
        return d;
    };
    constexpr bool smaller = facet::metric::detail::smaller_is_better<Metric>;
    const double worst = smaller ? 40 : 0;
    CHECK(metric(apart(0)).value() == ideal_of<Metric>);
    for (const float factor : {0.5f, 1.f, 1.5f, 2.f, 5.f}) {
        INFO("factor " << factor);
        const double value = metric(apart(factor)).value();
        CHECK(value >= 0);
        CHECK(value <= (smaller ? 40 : 1));
        CHECK(no_worse(metric, apart(factor * 0.7f), apart(factor)));
        CHECK(metric(turned(apart(factor))).value() == Approx(value).epsilon(1e-12));
    }
    CHECK(metric(apart(5)).value() != metric(apart(0)).value());

    facet::surface_distances missed = apart(0), nothing = apart(0);
    for (auto* d : {&missed, &nothing}) d->from_truth.clear(), d->from_prediction.clear(), d->prediction_is_empty = true;
    nothing.truth_is_empty = true;
    CHECK(metric(missed).value() == worst);
    CHECK(metric(turned(missed)).value() == worst);
    empty_rule(metric, nothing, apart(1), worst, ideal_of<Metric>);
}

/// A vertebra with so many lesions, of eight voxels each.
inline facet::volume_lesions vertebra_with(std::size_t patient, std::size_t lesions) {
    facet::volume_lesions v;
    v.patient = patient;
    v.lesions.assign(lesions, 8);
    return v;
}

/// Adds a candidate that is a lesion, or meets none.
inline void add_candidate(facet::volume_lesions& v, double score, std::optional<std::uint32_t> lesion = std::nullopt) {
    v.candidates.push_back({.voxels = 8, .score = score});
    if (!lesion) return;
    const auto candidate = static_cast<std::uint32_t>(v.candidates.size() - 1);
    v.contacts.push_back({.lesion = *lesion, .candidate = candidate, .lesion_voxels = 8, .candidate_voxels = 8, .common_voxels = 8, .centre_inside = true});
}

/// A metric of lesions: best where every lesion is found and nothing else called. One lesion more that is found makes nothing worse, one false alarm more
/// nothing better. Only the order of the scores counts, not that of the volumes, and counting all twice, in other patients, changes nothing. Undefined
/// without volumes.
template <facet::metric::of_lesions Metric> void metric_of_lesions(const Metric& metric) {
    using volumes = std::vector<facet::volume_lesions>;
    const volumes none_called{vertebra_with(0, 2), vertebra_with(0, 0), vertebra_with(1, 1), vertebra_with(2, 3)};
    auto perfect = none_called, some = none_called;
    for (auto& v : perfect)
        for (std::uint32_t lesion = 0; lesion < v.lesions.size(); ++lesion) add_candidate(v, 0.5, lesion);
    add_candidate(some[0], 0.9, 0);
    add_candidate(some[1], 0.6);
    add_candidate(some[2], 0.8);
    add_candidate(some[2], 0.3, 0);
    add_candidate(some[3], 0.7, 2);
    add_candidate(some[3], 0.4);
    const double value = metric(some).value();
    CHECK(value > 0);
    CHECK(value < 1);
    CHECK(metric(perfect).value() == ideal_of<Metric>);
    CHECK(no_worse(metric, perfect, some));

    for (const double score : {0.1, 0.35, 0.65, 0.95}) {
        INFO("score " << score);
        auto found = some, again = some, alarm = some;
        add_candidate(found[3], score, 0);
        add_candidate(again[3], score, 2); // a second candidate in a lesion that is found
        add_candidate(alarm[1], score);
        CHECK(no_worse(metric, found, some));
        CHECK(no_worse(metric, again, some));
        CHECK(no_worse(metric, some, alarm));
    }

    auto turned = some, squared = some, twice = some;
    std::ranges::reverse(turned);
    for (auto& v : squared)
        for (auto& c : v.candidates) c.score *= c.score;
    for (auto v : some) {
        v.patient += 3;
        twice.push_back(v);
    }
    CHECK(metric(turned).value() == Approx(value).epsilon(1e-12));
    CHECK(metric(squared).value() == value);
    CHECK(metric(twice).value() == Approx(value).epsilon(1e-12));
    CHECK_FALSE(metric(facet::lesion_volumes{}));
}

} // namespace laws
