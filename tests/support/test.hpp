#pragma once

// The only door to Catch2 for tests that use LibTorch. LibTorch's logging header defines CHECK too; included after Catch2 it would replace
// Catch2's without a word, and a failing CHECK would then stop the whole program. So LibTorch comes first and its CHECK goes.
#include <torch/types.h>
#include <torch/utils.h>

#include <ATen/ATen.h>

#undef CHECK

#include "catch.hpp"
