#pragma once

#include <string_view>

namespace facet {

/// What a cohort of virtual patients is for.
enum class cohort_kind {
    real, ///< fractures and their masks
    null, ///< the same draws and masks, but nothing is broken: no height loss, band, step or denser bone. What a network finds here is a leak.
    sham, ///< where fractures would be, whole vertebrae with what must not be mistaken for one: uniformly low, thick discs, sclerotic endplates; masks empty
};

constexpr std::string_view name_of(cohort_kind kind) {
    return kind == cohort_kind::real ? "real" : kind == cohort_kind::null ? "null" : "sham";
}

} // namespace facet
