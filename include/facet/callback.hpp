#pragma once

#include <facet/callback/concept.hpp>
#include <facet/callback/early_stopping.hpp>
