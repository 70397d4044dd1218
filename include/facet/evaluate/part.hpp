#pragma once

#include <concepts>

#include <facet/evaluate/histogram.hpp>

/// Which part of the split scores come from, as a type: what a part's type is says what may be fitted on it.
namespace facet {

namespace part {
struct validation {}; ///< chooses checkpoint, threshold, postprocess
struct test {};       ///< is judged, once everything is chosen; nothing may be fitted on it
} // namespace part

/// A `T` (scores, score_histogram) of one part.
template <class Part, class T> struct of_part : T {
    using part = Part;
};

template <class T> inline constexpr bool of_test = false;
template <class T> requires requires { typename T::part; } inline constexpr bool of_test<T> = std::same_as<typename T::part, part::test>;

namespace detail {
template <class T> struct may_be_fitted_on {
    static_assert(!of_test<T>, "facet: nothing may be fitted on the test part; fit thresholds and postprocessing on scores of part::validation and freeze them");
};
} // namespace detail

/// Scores that a threshold may be fitted on: any histogram but one of the test part. A view; it must not outlive its histogram.
class fittable_scores {
public:
    template <std::derived_from<score_histogram> H> constexpr fittable_scores(const H& h) : histogram_{&h} { static_assert(sizeof(detail::may_be_fitted_on<H>) > 0); }
    constexpr operator const score_histogram&() const { return *histogram_; }

private:
    const score_histogram* histogram_;
};

} // namespace facet
