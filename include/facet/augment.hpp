#pragma once

#include <facet/augment/blur.hpp>
#include <facet/augment/brightness.hpp>
#include <facet/augment/chain.hpp>
#include <facet/augment/coarse_dropout.hpp>
#include <facet/augment/concept.hpp>
#include <facet/augment/contrast.hpp>
#include <facet/augment/copy_paste.hpp>
#include <facet/augment/ct_noise.hpp>
#include <facet/augment/cutmix.hpp>
#include <facet/augment/elastic.hpp>
#include <facet/augment/flip.hpp>
#include <facet/augment/gamma.hpp>
#include <facet/augment/gaussian_noise.hpp>
#include <facet/augment/hu_shift.hpp>
#include <facet/augment/low_resolution.hpp>
#include <facet/augment/metal_streak.hpp>
#include <facet/augment/mixup.hpp>
#include <facet/augment/nnunet_2d.hpp>
#include <facet/augment/rotate.hpp>
#include <facet/augment/scale.hpp>
#include <facet/augment/shear.hpp>
#include <facet/augment/slice_thickness.hpp>
#include <facet/augment/translate.hpp>
#include <facet/augment/window_jitter.hpp>

namespace facet {

/// No augmentation.
template <> inline constexpr auto default_policy<role::augment> = augment::chain<>{};

} // namespace facet
