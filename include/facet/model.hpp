#pragma once

#include <facet/model/attention_unet.hpp>
#include <facet/model/concept.hpp>
#include <facet/model/monai_attention_unet.hpp>
#include <facet/model/plain_conv_unet.hpp>
#include <facet/model/residual_unet.hpp>
#include <facet/model/unet.hpp>
#include <facet/model/unet_plus_plus.hpp>
