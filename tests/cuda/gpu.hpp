#pragma once

#include <optional>

#include <ATen/ATen.h>

#include "support/test.hpp"

#include <facet/engine/device.hpp>

/// The GPU; where there is none, nothing, and the test that asked says that it was skipped.
inline std::optional<at::Device> gpu_or_skip() {
    if (at::hasCUDA()) return facet::devices<>::open({.device = "cuda"});
    WARN("skipped: no GPU");
    return std::nullopt;
}
