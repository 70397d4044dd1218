#pragma once

#include <facet/match/any_overlap.hpp>
#include <facet/match/centre_inside.hpp>
#include <facet/match/concept.hpp>
#include <facet/match/iou_at_least.hpp>
