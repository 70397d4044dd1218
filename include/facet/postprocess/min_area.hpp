#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <facet/core/among.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/postprocess/opening.hpp>
#include <facet/postprocess/search.hpp>

namespace facet::postprocess {

/// Removes pieces of a slice smaller than `mm2` square millimetres (8-connected): an area opening (Vincent 1993).
/// `search::among{...}` in place of a number is chosen on validation, together with the threshold.
template <class Size = double> struct min_area {
    using role = facet::role::postprocess;

    Size mm2 = {};

    void operator()(const score_stack& scores) const requires std::same_as<Size, double> {
        for (std::size_t s = 0; s < scores.shape.size[0]; ++s) detail::open(scores.slice(s), {1, scores.shape.size[1], scores.shape.size[2]}, detail::at_least_pixels{detail::pixels_for(mm2, scores.shape.pixel_area())});
    }
    [[nodiscard]] constexpr std::size_t alternatives() const { return search::count(mm2); }
    [[nodiscard]] constexpr min_area<double> alternative(std::size_t i) const { return {search::value(mm2, i)}; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(search::all_at_least(self.mm2, 0) && (self.alternatives() > 1 || search::value(self.mm2, 0) > 0),
                      "facet: postprocess::min_area needs mm2 > 0, the smallest area in square millimetres to keep; 0 is allowed as one of search::among{...}");
        static_assert(detail::can_compare<self, e>,
                      "facet: search::among{...} is chosen together with the threshold, and threshold::fixed compares nothing; write threshold::exact{metric::f1{}}");
    }
};
template <std::convertible_to<double> Size> min_area(Size) -> min_area<double>;
template <std::size_t N> min_area(search::among<N>) -> min_area<search::among<N>>;

static_assert(of_scores<min_area<double>> && searched<min_area<search::among<2>>>);

} // namespace facet::postprocess
