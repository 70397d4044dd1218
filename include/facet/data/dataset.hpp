#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/hana/at.hpp>

#include <facet/core/describe.hpp>
#include <facet/core/experiment.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/role.hpp>
#include <facet/data/slices.hpp>
#include <facet/data/slicing.hpp>

/// A dataset recipe composed of policies by role, as an experiment is.
namespace facet {

namespace detail {

template <class P> inline constexpr bool fits_dataset = false;
template <has_role P> inline constexpr bool fits_dataset<P> = listed<typename P::role, role::of_dataset>;

template <class P> struct dataset_argument {
    static_assert(has_role<P>, "facet: an argument of dataset{...} is not a policy; a policy is a struct with `using role = facet::role::<name>;`");
    static_assert(!has_role<P> || fits_dataset<P>, "facet: this policy has no place in dataset{...}; use one of facet::role::labels, levels, crop, slices, scale");
};
template <bool named> struct dataset_name {
    static_assert(named, "facet: the first argument of dataset{...} is its name, for example \"vertebra_slices\"");
};

template <bool arguments_fit, class Roles, class... P> struct diagnose_dataset : dataset_argument<P>... {};
template <class... R, class... P> struct diagnose_dataset<true, role::list<R...>, P...> : slot<R, players<R, P...>>... {};
template <class Roles, class... P> struct diagnose_dataset<false, Roles, unnamed, P...> : dataset_name<(sizeof...(P) > 999)> {};

template <class Roles, class... P> inline constexpr bool dataset_well_formed = false;
template <class... R, class... P>
inline constexpr bool dataset_well_formed<role::list<R...>, P...> = (fits_dataset<P> && ...) && (slot_ok<R, players<R, P...>> && ...);

} // namespace detail

/// How scans become slices: policies in any order; a role that is not mentioned takes its documented default. `constexpr`, at namespace scope.
template <class... P> struct dataset {
    static_assert(sizeof(detail::diagnose_dataset<(detail::fits_dataset<P> && ...), role::of_dataset, P...>) > 0);
    static constexpr bool well_formed = detail::dataset_well_formed<role::of_dataset, P...>;

    std::string_view name;
    hana::tuple<P...> policies;

    constexpr dataset(std::string_view n, P... p) : name{n}, policies{p...} {}
    constexpr dataset(const auto&...) requires std::same_as<std::tuple_element_t<0, std::tuple<P..., void>>, detail::unnamed> {}
};
template <class... P> dataset(const char*, P...) -> dataset<P...>;
template <class... P> dataset(std::string_view, P...) -> dataset<P...>;
template <class First, class... P> requires(!std::convertible_to<First, std::string_view>)
dataset(First, P...) -> dataset<detail::unnamed, First, P...>;

/// The policy that plays `Role` in `d`, or the role's default.
template <class Role, class... P> constexpr const auto& get(const dataset<P...>& d) {
    if constexpr (detail::players<Role, P...> > 0) return hana::at_c<detail::index_of<Role, P...>()>(d.policies);
    else return default_policy<Role>;
}

/// The whole recipe as JSON text, defaults included.
template <const auto& d> std::string describe_dataset() {
    std::string out = "{\"dataset\":";
    detail::json_text(out, d.name);
    detail::json_roles<d>(out, role::of_dataset{});
    return out += '}';
}

/// A recipe as values.
template <const auto& d> slicing slicing_of() {
    constexpr const auto& slices = policy_of<d, role::slices>;
    return {.scheme = [](int label) -> labels::meaning { return policy_of<d, role::labels>(label); },
            .wanted = policy_of<d, role::levels>,
            .crop = [](const spine_layout& spine, vertebra_id id) { return policy_of<d, role::crop>(spine, id); },
            .axis = slices.axis,
            .size = slices.size,
            .pixel = slices.pixel.value,
            .step = slices.step.value,
            .fit = policy_of<d, role::scale>.fits_each_vertebra};
}

/// What the compiled tools need of one recipe.
struct dataset_plan {
    std::string_view name;
    std::string (*describe)();
    slicing (*make_slicing)();
};

template <const auto& d> inline constexpr dataset_plan dataset_plan_of{d.name, &describe_dataset<d>, &slicing_of<d>};

namespace detail {
template <const auto& d> concept constant_dataset = requires { typename std::bool_constant<(get<role::levels>(d), d.name.empty())>; };
} // namespace detail

/// Runs every value check of every policy of `d`; a failing one stops the compilation with its sentence.
template <const auto& d> consteval bool check_dataset() {
    using D = std::remove_cvref_t<decltype(d)>;
    if constexpr (!D::well_formed) {
        return false;
    } else {
        static_assert(detail::constant_dataset<d>, "facet: declare the dataset `constexpr`, at namespace scope, so that its values are known to the compiler");
        if constexpr (detail::constant_dataset<d>) return detail::check_roles<d>(role::of_dataset{});
        else return false;
    }
}

} // namespace facet
