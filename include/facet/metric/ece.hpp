#pragma once

#include <facet/evaluate/calibration.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>

namespace facet::metric {

/// Expected calibration error over `bins` equal steps of the probability, 0 is best (Naeini et al. 2015). Undefined without pixels. With rare
/// fractures nearly all pixels lie in the first step: look at the reliability curve too.
struct ece {
    using role = facet::role::metric;
    static constexpr bool smaller_is_better = true;

    int bins = 15;
    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h) const { return empty(calibration_error(calibration_steps(h, static_cast<std::size_t>(bins))), 1, 0); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.bins > 0, "facet: metric::ece needs bins > 0, the steps of the probability; 15 is usual");
    }
};

static_assert(of_calibration<ece>);

} // namespace facet::metric
