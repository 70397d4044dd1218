#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include <facet/callback/concept.hpp>
#include <facet/core/experiment.hpp>

namespace facet::callback {

/// Ends a run once the monitor's score has not improved for `patience` epochs in a row; the best checkpoints are kept as ever. A monitor
/// without a score is replaced by the validation loss, smaller being better. An undefined score is no improvement.
///
/// The schedule is drawn for the whole budget: a run that stops early never sees the end of a cosine, and its checkpoints come from a higher
/// learning rate (Prechelt, Early stopping - but when?, 1998, for the rule).
struct early_stopping {
    using role = facet::role::callback;

    std::int64_t patience = 20; ///< epochs without improvement that are borne
    double min_delta = 0;       ///< what an epoch must gain at least over the best so far, in the score's own unit

    [[nodiscard]] decision operator()(const progress& now) const {
        bool scored = false;
        for (const auto& e : now.epochs) scored = scored || e.score.has_value();
        double best = -std::numeric_limits<double>::infinity();
        std::int64_t without = 0;
        for (const auto& e : now.epochs) {
            const double value = scored ? e.score.value_or(std::numeric_limits<double>::quiet_NaN()) : -e.validation_loss;
            if (std::isfinite(value) && (std::isinf(best) || value > best + min_delta)) best = value, without = 0;
            else ++without;
        }
        return without > patience ? decision::stop : decision::go_on;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.patience >= 0, "facet: callback::early_stopping needs patience >= 0, counted in epochs");
        static_assert(self.min_delta >= 0, "facet: callback::early_stopping needs min_delta >= 0, in the unit of the monitor's score");
    }
};

static_assert(policy<early_stopping>);

} // namespace facet::callback
