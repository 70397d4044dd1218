#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <boost/hana/at.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/tuple.hpp>

#include <facet/core/reflect.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/postprocess/search.hpp>

namespace facet::postprocess {

namespace detail {

template <class P> struct step_only {
    static_assert(policy<P>, "facet: postprocess::chain takes postprocess policies; one is callable as `void operator()(const postprocess::score_stack&) const` "
                             "or as `void operator()(const postprocess::mask_stack&) const`");
};
template <class... Checks> struct all_of : Checks... {};

/// Once a mask is cut there are no scores left to change.
template <class... P> consteval bool scores_before_masks() {
    bool cut = false, right = true;
    ((of_mask<P> ? void(cut = true) : void(right = right && !cut)), ...);
    return right;
}
template <class... P> struct order {
    static_assert(scores_before_masks<P...>(), "facet: postprocess::keep_largest works on the mask and stands last in postprocess::chain{...}; what changes scores comes before it");
};

} // namespace detail

/// One after the other, in the order written. The alternatives of a chain are all combinations of those of its steps.
template <class... P> struct chain {
    static_assert(sizeof(detail::all_of<detail::step_only<P>...>) > 0);
    static_assert(sizeof(detail::order<P...>) > 0);
    using role = facet::role::postprocess;

    hana::tuple<P...> items;

    constexpr chain(P... steps) : items{steps...} {}

    void operator()(const score_stack& scores) const requires((of_scores<P> || of_mask<P>) && ...) && (of_scores<P> || ...) {
        hana::for_each(items, [&]<class S>(const S& step) { if constexpr (of_scores<S>) step(scores); });
    }
    void operator()(const mask_stack& mask) const requires(of_mask<P> || ...) {
        hana::for_each(items, [&]<class S>(const S& step) { if constexpr (of_mask<S>) step(mask); });
    }
    [[nodiscard]] constexpr std::size_t alternatives() const {
        std::size_t n = 1;
        hana::for_each(items, [&](const auto& step) { n *= alternatives_of(step); });
        return n;
    }
    [[nodiscard]] constexpr auto alternative(std::size_t i) const {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            const auto of = choices(i);
            return chain<decltype(alternative_of(hana::at_c<I>(items), 0))...>{alternative_of(hana::at_c<I>(items), of[I])...};
        }(std::index_sequence_for<P...>{});
    }
    /// Which fields of its steps are at the end of what was searched.
    [[nodiscard]] std::vector<std::string> edges(std::size_t i) const {
        std::vector<std::string> out;
        std::size_t place = 0;
        hana::for_each(items, [&, of = choices(i)](const auto& step) { std::ranges::copy(detail::edges_of(step, of[place++]), std::back_inserter(out)); });
        return out;
    }

private:
    /// Which alternative of each step the i-th of the chain is.
    [[nodiscard]] constexpr std::array<std::size_t, sizeof...(P)> choices(std::size_t i) const {
        std::array<std::size_t, sizeof...(P)> of{};
        std::size_t place = 0;
        hana::for_each(items, [&](const auto& step) { of[place++] = i % alternatives_of(step), i /= alternatives_of(step); });
        return of;
    }
};

} // namespace facet::postprocess
