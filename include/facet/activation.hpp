#pragma once

#include <concepts>
#include <variant>

#include <facet/core/role.hpp>

/// What follows the normalisation in a model: model::unet{.activation = activation::leaky_relu{.slope = 0.1}}.
namespace facet::activation {

/// max(x, 0)
struct relu {
    using role = facet::role::layer;
};

/// x where it is positive, slope * x elsewhere (Maas et al., 2013).
struct leaky_relu {
    using role = facet::role::layer;

    double slope = 0.01;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.slope && self.slope < 1, "facet: activation::leaky_relu needs 0 < slope < 1; 0.01 is usual");
    }
};

/// leaky_relu with a slope that is learned, one for each layer, from 0.25 (He et al., 2015).
struct prelu {
    using role = facet::role::layer;
};

/// x * sigmoid(x) (Elfwing et al., 2018), also called swish.
struct silu {
    using role = facet::role::layer;
};

/// x * Phi(x), Phi the normal distribution (Hendrycks and Gimpel, 2016).
struct gelu {
    using role = facet::role::layer;
};

using choice = std::variant<relu, leaky_relu, prelu, silu, gelu>;

template <class P>
concept policy = std::same_as<P, relu> || std::same_as<P, leaky_relu> || std::same_as<P, prelu> || std::same_as<P, silu> || std::same_as<P, gelu>;

} // namespace facet::activation
