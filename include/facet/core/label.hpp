#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/describe.hpp>
#include <facet/core/variants.hpp>

/// Names for variants, derived from what differs between them: `loss=tversky{fn_weight=0.8}`.
namespace facet {

namespace detail {

template <class T> std::string short_label(const T& value);

/// What a field is compared with. A policy inside a policy is part of the type, so its own type's default says nothing: it is usual where it
/// is its role's default.
template <class F> std::string usual_label(const F& before) {
    if constexpr (!has_role<F>) return short_label(before);
    else if constexpr (default_exists<typename F::role>) return short_label(default_policy<typename F::role>);
    else return {};
}

/// `name{a=1,b=2}` of the fields that differ from the policy's defaults; the name alone where none does.
template <class T> std::string changed_fields(const T& value) {
    std::string out;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] const auto here = fields(value), usual = fields(defaults<T>);
        [[maybe_unused]] const auto add = [&](std::string_view name, const auto& now, const auto& before) {
            const auto text = short_label(now);
            if (text == usual_label(before)) return;
            if (!out.empty()) out += ',';
            out.append(name).append("=").append(text);
        };
        (add(field_name<T, I>, *std::get<I>(here), *std::get<I>(usual)), ...);
    }(std::make_index_sequence<field_count<T>()>{});
    return out;
}

template <class List> std::string item_labels(const List& list) {
    std::string out;
    hana::for_each(list, [&](const auto& item) { out += (out.empty() ? "" : ",") + short_label(item); });
    return out;
}

template <class T> std::string short_label(const T& value) {
    if constexpr (has_role<T>) {
        std::string inside;
        if constexpr (requires { value.items; }) inside = item_labels(value.items);
        else if constexpr (reflected<T>) inside = changed_fields(value);
        std::string name{short_name<T>};
        return inside.empty() ? name : name + '{' + inside + '}';
    } else {
        std::string out;
        write_json(out, value);
        return out;
    }
}

template <class Role, const auto& all, std::size_t... I> void label_role(std::vector<std::string>& labels, std::index_sequence<I...>) {
    const std::vector<std::string> parts{short_label(policy_of<variant<all, I>, Role>)...};
    for (const auto& part : parts)
        if (part != parts.front()) {
            for (std::size_t i = 0; i < parts.size(); ++i) labels[i] += (labels[i].empty() ? "" : " ") + (std::string{Role::name} + '=' + parts[i]);
            return;
        }
}

template <const auto& all, class... R> void label_roles(std::vector<std::string>& labels, role::list<R...>) {
    (label_role<R, all>(labels, std::make_index_sequence<variant_count<all>>{}), ...);
}

} // namespace detail

/// One label per variant: the roles in which the variants differ, each with its policy and the fields that are not at their defaults.
template <const auto& all> std::vector<std::string> variant_labels() {
    std::vector<std::string> labels(variant_count<all>);
    detail::label_roles<all>(labels, role::all{});
    return labels;
}

} // namespace facet
