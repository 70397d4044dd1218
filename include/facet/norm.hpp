#pragma once

#include <concepts>
#include <variant>

#include <facet/core/role.hpp>

/// How a model's features are normalised after a convolution: model::unet{.norm = norm::instance{}}. All have a weight and a bias for each
/// channel and an epsilon of 1e-5.
namespace facet::norm {

/// Over batch and pixels (Ioffe and Szegedy, 2015), with running statistics (momentum 0.1) for evaluation.
struct batch {
    using role = facet::role::layer;
};

/// Over the pixels of each image and channel (Ulyanov et al., 2016); the same in training and evaluation, whatever the batch.
struct instance {
    using role = facet::role::layer;
};

/// Over the pixels of groups of channels of each image (Wu and He, 2018).
struct group {
    using role = facet::role::layer;

    int groups = 8; ///< must divide the model's features

    template <const auto& self, const auto& e> static consteval void check() { static_assert(self.groups > 0, "facet: norm::group needs groups > 0"); }
};

using choice = std::variant<batch, instance, group>;

template <class P>
concept policy = std::same_as<P, batch> || std::same_as<P, instance> || std::same_as<P, group>;

} // namespace facet::norm
