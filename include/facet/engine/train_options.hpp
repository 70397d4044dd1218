#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <facet/engine/device.hpp>

namespace facet {

/// What a run is started with, besides its plan and its store.
struct train_options {
    std::filesystem::path out;                ///< the run's folder
    std::size_t fold = 0;
    std::uint64_t seed = 1;
    std::optional<std::int64_t> steps;        ///< instead of the plan's budget
    std::optional<std::size_t> limit;         ///< train on this many slices only: a quick trial
    bool resume = false;
    bool quiet = false;                       ///< no progress on stderr
    device_options where;
    std::vector<std::string> command;         ///< written into run.json
};

} // namespace facet
