#pragma once

#include <concepts>
#include <cstddef>

#include <facet/core/among.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/postprocess/opening.hpp>
#include <facet/postprocess/search.hpp>

namespace facet::postprocess {

/// Keeps a piece of a vertebra (26-connected) only if its highest logit lies at least `logits` above the threshold: the threshold is the low one
/// of Canny's pair (IEEE TPAMI 1986), the high one has e^logits times its odds. `search::among{...}` is chosen on validation.
template <class Margin = double> struct hysteresis {
    using role = facet::role::postprocess;

    Margin logits = {};

    void operator()(const score_stack& scores) const requires std::same_as<Margin, double> {
        detail::open(scores.logits, scores.shape.size, detail::peak_above_level{static_cast<float>(logits)});
    }
    [[nodiscard]] constexpr std::size_t alternatives() const { return search::count(logits); }
    [[nodiscard]] constexpr hysteresis<double> alternative(std::size_t i) const { return {search::value(logits, i)}; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(search::all_at_least(self.logits, 0) && (self.alternatives() > 1 || search::value(self.logits, 0) > 0),
                      "facet: postprocess::hysteresis needs logits > 0, how far a piece must reach above the threshold; 2 asks for 7.4 times its odds");
        static_assert(detail::can_compare<self, e>,
                      "facet: search::among{...} is chosen together with the threshold, and threshold::fixed compares nothing; write threshold::exact{metric::f1{}}");
    }
};
template <std::convertible_to<double> Margin> hysteresis(Margin) -> hysteresis<double>;
template <std::size_t N> hysteresis(search::among<N>) -> hysteresis<search::among<N>>;

static_assert(of_scores<hysteresis<double>> && searched<hysteresis<search::among<2>>>);

} // namespace facet::postprocess
