#pragma once

// What every prior promises. Included after support/test.hpp.

#include <array>
#include <cmath>
#include <cstddef>

#include <facet/core/rng.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/prior.hpp>

namespace laws {

/// The shift is finite for all rates, 0 where training is as nature is, and the way there is the way back; between 0 and 1 it never falls while
/// the natural rate rises.
template <facet::prior::policy Prior> void prior(const Prior& policy) {
    constexpr std::array rates{0.0, 1e-12, 1e-3, 0.02, 0.3, 0.5, 0.97, 1 - 1e-12, 1.0};
    for (const double share : {0.0, 1e-6, 0.02, 1.0}) {
        const auto shift = [&](double training, double natural) -> double { return policy(facet::prior::rates{.training = training, .natural = natural, .fracture_share = share}); };
        for (const double one : rates)
            for (const double other : rates) {
                INFO("from " << one << " to " << other << ", fractures of " << share);
                CHECK(std::isfinite(shift(one, other)));
                CHECK(shift(one, other) == -shift(other, one));
                if (one == other) CHECK(shift(one, other) == 0);
            }
        for (const double training : rates)
            for (std::size_t i = 2; i + 1 < rates.size(); ++i) CHECK(shift(training, rates[i]) >= shift(training, rates[i - 1]));
    }
}

/// One number for every logit changes no ranking. The engine rounds it to whole bins.
template <facet::prior::policy Prior> void prior_keeps_ranking(const Prior& policy) {
    const double bins = std::round(policy(facet::prior::rates{.training = 0.5, .natural = 0.03, .fracture_share = 0.02}) / facet::score_histogram::width);
    const auto shift = static_cast<float>(bins * facet::score_histogram::width);
    facet::rng::stream draw{facet::rng::key(6)};
    facet::score_histogram raw, shifted;
    for (int i = 0; i < 2000; ++i) {
        const bool positive = draw.happens(0.1);
        const auto logit = static_cast<float>(std::round(draw.normal(positive, 2) / facet::score_histogram::width) * facet::score_histogram::width);
        raw.add(logit, positive);
        shifted.add(logit + shift, positive);
    }
    CHECK(facet::average_precision(shifted) == facet::average_precision(raw));
    CHECK(facet::roc_auc(shifted) == facet::roc_auc(raw));
}

} // namespace laws
