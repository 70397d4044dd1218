#pragma once

#include <facet/model/attention_unet.hpp>
#include <facet/model/concept.hpp>
