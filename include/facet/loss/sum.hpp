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

/// The value of a loss, or nothing where its sentence has been said.
template <class P> at::Tensor value(const P& loss, const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) {
    if constexpr (policy<P>) return call(loss, logits, target, distances);
    else return {};
}
} // namespace detail

/// A loss times a number. It needs what the loss needs.
template <class Loss> struct weighted {
    static_assert(sizeof(detail::loss_only<Loss>) > 0);
    using role = facet::role::loss;
    static constexpr bool takes_soft_targets = facet::loss::takes_soft_targets<Loss>;

    Loss loss{};
    double weight = 1;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const requires(!needs_distances<Loss>) {
        return detail::value(loss, logits, target, {}).mul(weight);
    }
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) const requires(needs_distances<Loss>) {
        return detail::value(loss, logits, target, distances).mul(weight);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.weight > 0, "facet: loss::weighted needs weight > 0");
    }
};
template <class Loss> weighted(Loss, double) -> weighted<Loss>;

/// The sum of several losses: loss::sum{loss::dice{}, loss::weighted{loss::bce{}, 10}}. It needs what any of them needs.
template <class... Losses> struct sum {
    static_assert(sizeof(detail::all_of<detail::loss_only<Losses>...>) > 0);
    static_assert(sizeof...(Losses) > 0, "facet: loss::sum needs at least one loss");
    using role = facet::role::loss;
    static constexpr bool takes_soft_targets = (facet::loss::takes_soft_targets<Losses> && ...);

    hana::tuple<Losses...> items;

    constexpr sum() requires(sizeof...(Losses) > 0) = default; // inside another policy, as in loss::deep_supervision{loss::sum{...}}
    constexpr sum(Losses... losses) : items{losses...} {}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const requires(!(needs_distances<Losses> || ...)) {
        return total(logits, target, {});
    }
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) const requires(needs_distances<Losses> || ...) {
        return total(logits, target, distances);
    }

private:
    [[nodiscard]] at::Tensor total(const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) const {
        return hana::fold_left(hana::drop_front(items), detail::value(hana::front(items), logits, target, distances),
                               [&](const at::Tensor& so_far, const auto& loss) { return so_far.add(detail::value(loss, logits, target, distances)); });
    }
};

} // namespace facet::loss
