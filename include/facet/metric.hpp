#pragma once

#include <facet/metric/assd.hpp>
#include <facet/metric/balanced_accuracy.hpp>
#include <facet/metric/brier.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/dice.hpp>
#include <facet/metric/ece.hpp>
#include <facet/metric/empty.hpp>
#include <facet/metric/f1.hpp>
#include <facet/metric/f_beta.hpp>
#include <facet/metric/false_positives_per_volume.hpp>
#include <facet/metric/froc.hpp>
#include <facet/metric/hd.hpp>
#include <facet/metric/hd95.hpp>
#include <facet/metric/iou.hpp>
#include <facet/metric/lesion_sensitivity.hpp>
#include <facet/metric/mcc.hpp>
#include <facet/metric/nsd.hpp>
#include <facet/metric/pr_auc.hpp>
#include <facet/metric/precision.hpp>
#include <facet/metric/recall.hpp>
#include <facet/metric/roc_auc.hpp>
#include <facet/metric/sensitivity_at_specificity.hpp>
#include <facet/metric/set.hpp>
#include <facet/metric/specificity.hpp>

namespace facet {

template <> inline constexpr auto default_policy<role::metrics> =
    metric::set{metric::dice{}, metric::iou{}, metric::precision{}, metric::recall{}, metric::f1{}, metric::pr_auc{}};

} // namespace facet
