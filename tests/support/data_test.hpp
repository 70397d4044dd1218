#pragma once

// The only door to Catch2 for tests without LibTorch.
#include "catch.hpp"

namespace facet::testing {

/// The sample data's folder. Where it is not there the test says so, passes, and should return.
inline std::optional<std::filesystem::path> shared_data_or_skip() {
    auto data = shared_data();
    if (!data) {
        WARN("skipped: the sample data are not here");
        SUCCEED();
    }
    return data;
}

} // namespace facet::testing
