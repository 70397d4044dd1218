#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <facet/core/among.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/postprocess/opening.hpp>
#include <facet/postprocess/search.hpp>

namespace facet::postprocess {

/// Removes pieces of a vertebra smaller than `mm3` cubic millimetres (26-connected over its slices).
/// `search::among{...}` in place of a number is chosen on validation, together with the threshold.
template <class Size = double> struct min_volume {
    using role = facet::role::postprocess;

    Size mm3 = {};

    void operator()(const score_stack& scores) const requires std::same_as<Size, double> {
        detail::open(scores.logits, scores.shape.size, detail::at_least_pixels{detail::pixels_for(mm3, scores.shape.voxel_volume())});
    }
    [[nodiscard]] constexpr std::size_t alternatives() const { return search::count(mm3); }
    [[nodiscard]] constexpr min_volume<double> alternative(std::size_t i) const { return {search::value(mm3, i)}; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(search::all_at_least(self.mm3, 0) && (self.alternatives() > 1 || search::value(self.mm3, 0) > 0),
                      "facet: postprocess::min_volume needs mm3 > 0, the smallest volume in cubic millimetres to keep; 0 is allowed as one of search::among{...}");
        static_assert(detail::can_compare<self, e>,
                      "facet: search::among{...} is chosen together with the threshold, and threshold::fixed compares nothing; write threshold::exact{metric::f1{}}");
    }
};
template <std::convertible_to<double> Size> min_volume(Size) -> min_volume<double>;
template <std::size_t N> min_volume(search::among<N>) -> min_volume<search::among<N>>;

static_assert(of_scores<min_volume<double>> && searched<min_volume<search::among<2>>>);

} // namespace facet::postprocess
