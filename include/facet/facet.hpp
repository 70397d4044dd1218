#pragma once

/// Everything an experiment needs.

#include <facet/core/describe.hpp>
#include <facet/core/error.hpp>
#include <facet/core/experiment.hpp>
#include <facet/core/label.hpp>
#include <facet/core/rng.hpp>
#include <facet/core/units.hpp>
#include <facet/core/variants.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/plan_of.hpp>

namespace facet {

/// The command line of one experiment: train, evaluate, predict, inspect, doctor, describe, export. Returns the process's exit code.
template <const auto& e> int run(int argc, char** argv) {
    if constexpr (!detail::well_signed<e>()) (void)sizeof(detail::signatures<e>);
    else if constexpr (check<e>()) return application<>::run(plan_of<e>, argc, argv);
    return static_cast<int>(exit_code::bad_input);
}

namespace detail {

template <bool same> struct same_budget {
    static_assert(same, "facet: compare<...> needs the same budget in every variant; a difference would be one of training length");
};

template <const auto& v, std::size_t... I> int compare_all(std::index_sequence<I...>, int argc, char** argv) {
    if constexpr (!(well_signed<variant<v, I>>() && ...)) {
        (void(sizeof(signatures<variant<v, I>>)), ...);
    } else if constexpr ((check<variant<v, I>>() && ...)) {
        constexpr bool same = ((plan_of<variant<v, I>>.steps == plan_of<variant<v, 0>>.steps && plan_of<variant<v, I>>.batch == plan_of<variant<v, 0>>.batch) && ...);
        if constexpr (sizeof(same_budget<same>) > 0 && same) {
            static constexpr plan plans[]{plan_of<variant<v, I>>...};
            const auto labels = variant_labels<v>();
            return application<>::compare(plans, labels, argc, argv);
        }
    }
    return static_cast<int>(exit_code::bad_input);
}

} // namespace detail

/// The command line of a comparison: every variant of `v` on the same folds, seeds and budget, and their paired differences.
template <const auto& v> int compare(int argc, char** argv) {
    return detail::compare_all<v>(std::make_index_sequence<variant_count<v>>{}, argc, argv);
}

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/app/commands-inl.hpp>
#endif
