#pragma once

#include <facet/facet.hpp>

/// A small experiment on the slices of tests/evaluate/made_slices.hpp, seconds long.
inline constexpr facet::experiment trained{
    "trained",
    facet::input::windows{facet::hu{0, 1800}, facet::hu{-160, 240}},
    facet::input::size{16},
    facet::sampler::balanced{.positive_fraction = 0.5},
    facet::augment::chain{facet::augment::per_vertebra{facet::augment::rotate{.degrees = 15}, facet::augment::flip{.left_right = 0.5}},
                          facet::augment::per_slice{facet::augment::gaussian_noise{.hu = 20}, facet::augment::gamma{}}},
    facet::model::attention_unet{.features = 4, .depth = 2},
    facet::loss::dice_bce{},
    facet::metric::set{facet::metric::dice{}, facet::metric::pr_auc{}},
    facet::monitor::best{facet::metric::pr_auc{}, 2},
    facet::optimizer::adamw{.learning_rate = 1e-2, .ema_decay = 0.9},
    facet::schedule::cosine{},
    facet::precision::fp32{},
    facet::budget{.steps = 20, .batch = 8},
};
