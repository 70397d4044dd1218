#pragma once

#include <concepts>
#include <variant>

#include <facet/core/role.hpp>

/// What a model forgets at random in training: model::unet{.dropout = dropout::channels{.probability = 0.1}}. What is kept is scaled by
/// 1 / (1 - probability). A draw is a function of seed and step, so that a resumed run is the same as one that was not stopped.
namespace facet::dropout {

struct none {
    using role = facet::role::layer;
};

/// Single elements (Srivastava et al., 2014).
struct elements {
    using role = facet::role::layer;

    double probability = 0.1;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.probability && self.probability < 1, "facet: dropout::elements needs 0 < probability < 1; without dropout write dropout::none{}");
    }
};

/// Whole channels of an image (Tompson et al., 2015): neighbouring pixels say the same, so a single one is not missed.
struct channels {
    using role = facet::role::layer;

    double probability = 0.1;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.probability && self.probability < 1, "facet: dropout::channels needs 0 < probability < 1; without dropout write dropout::none{}");
    }
};

using choice = std::variant<none, elements, channels>;

template <class P>
concept policy = std::same_as<P, none> || std::same_as<P, elements> || std::same_as<P, channels>;

} // namespace facet::dropout
