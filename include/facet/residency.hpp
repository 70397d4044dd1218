#pragma once

#include <concepts>

#include <facet/core/role.hpp>

namespace facet {

/// Where the store lives while a run uses it.
enum class residency_kind { automatic, device, stream };

} // namespace facet

namespace facet::residency {

template <class P>
concept policy = plays<P, role::residency> && requires {
    { P::kind } -> std::convertible_to<residency_kind>;
};

/// On the device where it fits, streamed otherwise.
struct automatic {
    using role = facet::role::residency;
    static constexpr residency_kind kind = residency_kind::automatic;
};

/// The whole store in the device's memory as int16; an error where it does not fit.
struct device {
    using role = facet::role::residency;
    static constexpr residency_kind kind = residency_kind::device;
};

/// Each batch from the memory map.
struct stream {
    using role = facet::role::residency;
    static constexpr residency_kind kind = residency_kind::stream;
};

static_assert(policy<automatic> && policy<device> && policy<stream>);

} // namespace facet::residency

namespace facet {

template <> inline constexpr auto default_policy<role::residency> = residency::automatic{};

} // namespace facet
