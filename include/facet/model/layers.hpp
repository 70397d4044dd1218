#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>

#include <facet/core/experiment.hpp>
#include <facet/engine/networks.hpp>

/// What the descriptions of U-shaped models share: their layer policies and the checks of their constants.
namespace facet::model::detail {

template <class Norm, class Activation, class Upsample, class Dropout>
inline constexpr bool are_layers = norm::policy<Norm> && activation::policy<Activation> && upsample::policy<Upsample> && dropout::policy<Dropout>;

template <class Norm, class Activation, class Upsample, class Dropout> struct layer_kinds {
    static_assert(norm::policy<Norm>, "facet: a model's .norm takes norm::batch{}, norm::instance{} or norm::group{}");
    static_assert(activation::policy<Activation>, "facet: a model's .activation takes activation::relu{}, leaky_relu{}, prelu{}, silu{} or gelu{}");
    static_assert(upsample::policy<Upsample>, "facet: a model's .upsample takes upsample::transposed{}, upsample::bilinear{} or upsample::nearest{}");
    static_assert(dropout::policy<Dropout>, "facet: a model's .dropout takes dropout::none{}, dropout::elements{} or dropout::channels{}");
};

template <class Norm, class Activation, class Upsample, class Dropout>
constexpr block_style style_of(const Norm& norm, const Activation& activation, const Upsample& upsample, const Dropout& dropout) {
    if constexpr (are_layers<Norm, Activation, Upsample, Dropout>) return {norm, activation, upsample, dropout};
    else return {}; // its sentence has been said
}

/// Whether every channel count of a model can be cut into the groups of its normalisation.
template <class Norm> constexpr bool groups_divide(const Norm& n, int features, int max_features) {
    if constexpr (std::same_as<Norm, norm::group>) return n.groups < 1 || (features % n.groups == 0 && max_features % n.groups == 0);
    else return true;
}

template <const auto& self, const auto& e> consteval void check_halving() {
    constexpr int pixels = get<facet::role::size>(e).pixels;
    constexpr bool halves = 0 < self.depth && self.depth < 16 && pixels % (1 << (self.depth & 15)) == 0;
    static_assert(self.features > 1, "facet: a model needs at least 2 features, for example 64");
    static_assert(halves, "facet: this model halves the slice `depth` times, so the side in input::size must be divisible by 2^depth; "
                          "for 256 pixels use a depth of 1 to 8");
}

template <const auto& self, const auto& e> consteval void check_norm() {
    using Norm = std::remove_cvref_t<decltype(self.norm)>;
    constexpr int max_features = [] {
        if constexpr (requires { self.max_features; }) return self.max_features;
        else return self.features;
    }();
    static_assert(groups_divide(self.norm, self.features, max_features), "facet: the groups of norm::group must divide the model's features; "
                                                                         "8 groups divide 32 or 64 features");
    static_assert(!std::same_as<Norm, norm::instance> || self.depth < 1 || (get<facet::role::size>(e).pixels >> (self.depth & 15)) != 1,
                  "facet: norm::instance needs more than one pixel at the bottom of the model; take a smaller depth, or norm::batch");
}

/// The same number at every stage.
constexpr std::array<int, 8> each_stage(int n) { return {n, n, n, n, n, n, n, n}; }

template <const auto& self> consteval void check_stages() {
    static_assert(self.max_features >= self.features, "facet: a model's max_features must be at least its features");
    static_assert(self.depth < 8, "facet: this model has at most 8 stages, so its depth is at most 7");
    if constexpr (requires { self.convolutions; }) {
        static_assert(self.convolutions > 0, "facet: model::plain_conv_unet needs at least one convolution a level; 2 are usual");
    } else {
        constexpr bool all = [] {
            for (int i = 0; i <= self.depth && i < 8; ++i)
                if (self.blocks[static_cast<std::size_t>(i)] < 1) return false;
            return true;
        }();
        static_assert(all, "facet: model::residual_unet needs at least one block at each of its depth + 1 levels");
    }
}

} // namespace facet::model::detail
