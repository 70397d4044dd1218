#pragma once

#include <facet/metric/recall.hpp>
#include <facet/metric/specificity.hpp>
#include <facet/threshold/search.hpp>

namespace facet::threshold {

/// The threshold of the highest Youden index, sensitivity + specificity - 1 (Youden, Cancer 1950), over every score. Does not depend on how
/// rare fractures are: on pixels it calls far more positive than F1 does.
struct youden {
    using role = facet::role::threshold;

    [[nodiscard]] choice operator()(fittable_scores h) const {
        return detail::scan_all(h, [](const confusion& c) -> std::optional<double> {
            const auto sensitivity = metric::recall{}(c), specificity = metric::specificity{}(c);
            if (!sensitivity || !specificity) return std::nullopt;
            return *sensitivity + *specificity - 1;
        });
    }
};

static_assert(policy<youden>);

} // namespace facet::threshold
