#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/hana/at.hpp>
#include <boost/hana/length.hpp>

#include <facet/core/reflect.hpp>
#include <facet/core/role.hpp>

namespace facet {

namespace detail {

template <class Role, class Roles> inline constexpr bool listed = false;
template <class Role, class... Roles> inline constexpr bool listed<Role, role::list<Roles...>> = (std::same_as<Role, Roles> || ...);

/// May stand in experiment{...}.
template <class P> inline constexpr bool fits = false;
template <has_role P> inline constexpr bool fits<P> = listed<typename P::role, role::all> || std::same_as<typename P::role, role::callback>;

/// Belongs inside a list, not beside it.
template <class P> concept part = has_role<P> && (std::same_as<typename P::role, role::metric> || std::same_as<typename P::role, role::augment_op>);

/// Belongs into a field of a model.
template <class P> concept layer = has_role<P> && std::same_as<typename P::role, role::layer>;

template <class Role, class... P> inline constexpr std::size_t players = (std::size_t{plays<P, Role>} + ... + 0);

template <class Role, class... P> consteval std::size_t index_of() {
    std::size_t i = 0;
    (void)((plays<P, Role> ? true : (++i, false)) || ...);
    return i;
}

/// Where the n-th policy of a role stands.
template <class Role, std::size_t n, class... P> consteval std::size_t index_of_nth() {
    std::size_t i = 0, left = n;
    (void)((plays<P, Role> && left-- == 0 ? true : (++i, false)) || ...);
    return i;
}

struct unnamed {}; // stands for a missing name

template <class Role> inline constexpr bool default_exists = !std::same_as<decltype(default_policy<Role>), const none>;
template <class Role, std::size_t n> inline constexpr bool slot_ok = n == 1 || (n == 0 && default_exists<Role>);

template <class Roles, class... P> inline constexpr bool well_formed = false;
template <class... R, class... P>
inline constexpr bool well_formed<role::list<R...>, P...> = (fits<P> && ...) && (slot_ok<R, players<R, P...>> && ...);

template <class... P> concept all_fit = (fits<P> && ...);

// Booleans decide, class templates speak. A static_assert inside a class body leaves every constant usable, so nothing else fails after
// it and the user reads exactly one sentence.
template <class P> struct argument {
    static_assert(has_role<P>, "facet: an argument of experiment{...} is not a policy; a policy is a struct with `using role = facet::role::<name>;`");
    static_assert(!part<P>, "facet: a metric or an augmentation cannot stand alone in experiment{...}; write metric::set{...} or augment::chain{...} around it");
    static_assert(!layer<P>, "facet: a layer cannot stand alone in experiment{...}; write it into the model, for example model::unet{.norm = norm::instance{}}");
    static_assert(!has_role<P> || part<P> || layer<P> || fits<P>, "facet: this policy's role is unknown; use one of facet::role::input, size, sampler, augment, model, target, loss, metrics, monitor, threshold, operating_point, postprocess, optimizer, schedule, precision, budget, split, residency, prior, callback");
};

template <bool named> struct first_argument {
    static_assert(named, "facet: the first argument of experiment{...} is its name, for example \"e03_focal_tversky\"");
};

template <class Role, std::size_t n> struct slot : Role::template once<(n <= 1)> {};
template <class Role> requires(!default_exists<Role>) struct slot<Role, 0> : Role::template given<false> {};

template <bool arguments_fit, class Roles, class... P> struct diagnose : argument<P>... {};
template <class... R, class... P> struct diagnose<true, role::list<R...>, P...> : slot<R, players<R, P...>>... {};
template <class Roles, class... P> struct diagnose<false, Roles, unnamed, P...> : first_argument<(sizeof...(P) > 999)> {};

} // namespace detail

/// One combination of policies, in any order; a role that is not mentioned takes its documented default.
///
/// Declare it `constexpr` at namespace scope: every hyper-parameter is then a constant, and wrong values do not compile.
template <class... P> struct experiment {
    static_assert(sizeof(detail::diagnose<detail::all_fit<P...>, role::all, P...>) > 0);
    static constexpr bool well_formed = detail::well_formed<role::all, P...>;

    std::string_view name;
    hana::tuple<P...> policies;

    constexpr experiment(std::string_view n, P... p) : name{n}, policies{p...} {}
    constexpr experiment(const auto&...) requires std::same_as<std::tuple_element_t<0, std::tuple<P..., void>>, detail::unnamed> {}
};
template <class... P> experiment(const char*, P...) -> experiment<P...>;
template <class... P> experiment(std::string_view, P...) -> experiment<P...>;
template <class First, class... P> requires(!std::convertible_to<First, std::string_view>)
experiment(First, P...) -> experiment<detail::unnamed, First, P...>;

/// The policy that plays `Role` in `e`, or the role's default.
template <class Role, class... P> constexpr const auto& get(const experiment<P...>& e) {
    if constexpr (detail::players<Role, P...> > 0) return hana::at_c<detail::index_of<Role, P...>()>(e.policies);
    else return default_policy<Role>;
}

/// Every callback of `e`, in their order: a hana::tuple.
template <class... P> constexpr auto callbacks(const experiment<P...>& e) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return hana::tuple<std::tuple_element_t<detail::index_of_nth<role::callback, I, P...>(), std::tuple<P...>>...>{hana::at_c<detail::index_of_nth<role::callback, I, P...>()>(e.policies)...};
    }(std::make_index_sequence<detail::players<role::callback, P...>>{});
}

/// `e` with the policy of `replacement`'s role exchanged for it, or added; a callback is always added.
template <class... P, class N> constexpr auto with(const experiment<P...>& e, N replacement) {
    using wanted = typename N::role;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto pick = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
            if constexpr (plays<std::tuple_element_t<J, std::tuple<P...>>, wanted>) return replacement;
            else return hana::at_c<J>(e.policies);
        };
        if constexpr (detail::players<wanted, P...> > 0 && !std::same_as<wanted, role::callback>) return experiment{e.name, pick(std::integral_constant<std::size_t, I>{})...};
        else return experiment{e.name, hana::at_c<I>(e.policies)..., replacement};
    }(std::index_sequence_for<P...>{});
}
template <class... P, class N, class M, class... Ns> constexpr auto with(const experiment<P...>& e, N n, M m, Ns... ns) { return with(with(e, n), m, ns...); }

/// `e` under another name.
template <class... P> constexpr auto rename(experiment<P...> e, std::string_view name) {
    e.name = name;
    return e;
}

namespace detail {

template <class T> inline constexpr bool is_list = false;
template <class... T> inline constexpr bool is_list<hana::tuple<T...>> = true;

// Copies with static storage of their own: g++ 12 rejects a reference to a subobject as a template argument, and they keep messages short.
template <const auto& list, std::size_t I> inline constexpr auto element = hana::at_c<I>(list);
template <const auto& policy, std::size_t I> inline constexpr auto field = *std::get<I>(fields(policy));
template <const auto& policy> inline constexpr auto items_of = policy.items;

/// Calls `check<self, e>()` of `self` and of every policy nested in it.
template <const auto& self, const auto& e> consteval void check_tree() {
    using T = std::remove_cvref_t<decltype(self)>;
    if constexpr (requires { T::template check<self, e>(); }) T::template check<self, e>();
    if constexpr (is_list<T>) {
        []<std::size_t... I>(std::index_sequence<I...>) { (check_tree<element<self, I>, e>(), ...); }(std::make_index_sequence<decltype(hana::length(self))::value>{});
    } else if constexpr (requires { self.items; }) {
        check_tree<items_of<self>, e>();
    } else if constexpr (reflected<T>) {
        []<std::size_t... I>(std::index_sequence<I...>) {
            ([] { if constexpr (reflected<std::remove_cvref_t<decltype(*std::get<I>(fields(self)))>>) check_tree<field<self, I>, e>(); }(), ...);
        }(std::make_index_sequence<field_count<T>()>{});
    }
}

template <const auto& e> concept constant = requires { typename std::bool_constant<(get<role::budget>(e), e.name.empty())>; };

} // namespace detail

/// The policy that plays `Role` in `e`, as an object of its own, usable as a template argument.
template <const auto& e, class Role> inline constexpr auto policy_of = get<Role>(e);

/// Likewise, every callback of `e`.
template <const auto& e> inline constexpr auto callbacks_of = callbacks(e);

namespace detail {
template <const auto& e, class... R> consteval bool check_roles(role::list<R...>) { return (check_tree<policy_of<e, R>, e>(), ..., true); }
} // namespace detail

/// Runs every value check of every policy of `e`; a failing one stops the compilation with its sentence.
template <const auto& e> consteval bool check() {
    using E = std::remove_cvref_t<decltype(e)>;
    if constexpr (!E::well_formed) {
        return false;
    } else {
        static_assert(detail::constant<e>, "facet: declare the experiment `constexpr`, at namespace scope, so that its values are known to the compiler");
        if constexpr (detail::constant<e>) return detail::check_roles<e>(role::all{}) && (detail::check_tree<callbacks_of<e>, e>(), true);
        else return false;
    }
}

} // namespace facet
