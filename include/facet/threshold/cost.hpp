#pragma once

#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The threshold of the lowest cost, where a false positive pixel costs `fp` and a false negative `fn`. Its objective is minus the cost per
/// pixel. Calling nothing positive is a candidate; where it is best, fractures cost too little to be worth a false alarm, and the choice
/// is at the edge. For a calibrated network the best threshold is fp / (fp + fn).
struct cost {
    using role = facet::role::threshold;

    double fp = 1;
    double fn = 10;

    [[nodiscard]] choice operator()(fittable_scores h) const {
        const auto price = [this](const confusion& c) -> std::optional<double> {
            return -(fp * static_cast<double>(c.fp) + fn * static_cast<double>(c.fn)) / static_cast<double>(c.total());
        };
        const auto best = detail::scan_all(h, price);
        const auto n = count_classes(h);
        if (!best.objective) return best;
        const auto nothing = price({.tp = 0, .fp = 0, .fn = n.positive, .tn = n.negative});
        if (*nothing <= *best.objective) return best;
        return {.value = 1, .objective = nothing, .at_edge = true, .plateau_low = 1, .plateau_high = 1};
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.fp > 0 && self.fn > 0, "facet: threshold::cost needs fp > 0 and fn > 0, the costs of a false positive and a false negative pixel");
    }
};

static_assert(policy<cost>);

} // namespace facet::threshold
