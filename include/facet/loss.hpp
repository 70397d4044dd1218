#pragma once

#include <facet/loss/asymmetric_focal.hpp>
#include <facet/loss/asymmetric_focal_tversky.hpp>
#include <facet/loss/bce.hpp>
#include <facet/loss/boundary.hpp>
#include <facet/loss/cl_dice.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/deep_supervision.hpp>
#include <facet/loss/dice.hpp>
#include <facet/loss/dice_bce.hpp>
#include <facet/loss/focal.hpp>
#include <facet/loss/focal_tversky.hpp>
#include <facet/loss/generalised_dice.hpp>
#include <facet/loss/hausdorff_dt.hpp>
#include <facet/loss/jaccard.hpp>
#include <facet/loss/lovasz_hinge.hpp>
#include <facet/loss/mcc.hpp>
#include <facet/loss/sum.hpp>
#include <facet/loss/top_k_bce.hpp>
#include <facet/loss/tversky.hpp>
#include <facet/loss/unified_focal.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::loss> = loss::dice_bce{};

} // namespace facet
