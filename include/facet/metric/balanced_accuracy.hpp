#pragma once

#include <facet/metric/concept.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/recall.hpp>
#include <facet/metric/specificity.hpp>

namespace facet::metric {

/// Mean of sensitivity and specificity; undefined unless both kinds are present.
struct balanced_accuracy {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;

    facet::empty::rule empty = facet::empty::undefined; ///< what it is where undefined

    [[nodiscard]] std::optional<double> operator()(const confusion& c) const {
        const auto sensitivity = recall{}(c), other = specificity{}(c);
        return empty(sensitivity && other ? std::optional{(*sensitivity + *other) / 2} : std::nullopt);
    }
};

static_assert(of_counts<balanced_accuracy>);

} // namespace facet::metric
