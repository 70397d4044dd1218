#pragma once

#include <boost/hana/drop_front.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/front.hpp>
#include <boost/hana/tuple.hpp>

#include <facet/core/reflect.hpp>
#include <facet/loss/concept.hpp>

namespace facet::loss {

namespace detail {
template <class P> struct loss_only {
    static_assert(policy<P>, "facet: loss::sum and loss::weighted take losses, for example loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 10}}");
};
template <class... Checks> struct all_of : Checks... {};
} // namespace detail

/// A loss times a number.
template <class Loss> struct weighted {
    static_assert(sizeof(detail::loss_only<Loss>) > 0);
    using role = facet::role::loss;

    Loss loss{};
    double weight = 1;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        if constexpr (policy<Loss>) return loss(logits, target).mul(weight);
        else return {}; // its sentence has been said
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.weight > 0, "facet: loss::weighted needs weight > 0");
    }
};
template <class Loss> weighted(Loss, double) -> weighted<Loss>;

/// The sum of several losses: loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 10}}.
template <class... Losses> struct sum {
    static_assert(sizeof(detail::all_of<detail::loss_only<Losses>...>) > 0);
    static_assert(sizeof...(Losses) > 0, "facet: loss::sum needs at least one loss");
    using role = facet::role::loss;

    hana::tuple<Losses...> items;

    constexpr sum(Losses... losses) : items{losses...} {}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        if constexpr ((policy<Losses> && ...)) {
            return hana::fold_left(hana::drop_front(items), hana::front(items)(logits, target),
                                   [&](const at::Tensor& total, const auto& loss) { return total.add(loss(logits, target)); });
        } else {
            return {};
        }
    }
};

} // namespace facet::loss
