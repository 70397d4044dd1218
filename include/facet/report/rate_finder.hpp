#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <facet/data/store.hpp>
#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>

namespace facet {

struct rate_finder_options {
    std::filesystem::path out;  ///< folder; created where it is missing
    std::size_t fold = 0;
    std::uint64_t seed = 1;
    std::int64_t steps = 200;
    double low = 1e-6, high = 10; ///< learning rates of the first and of the last step
    device_options where;
};

/// What a range test says. Rates are undefined where the loss never fell.
struct rate_choice {
    std::vector<double> smoothed;      ///< loss, one per step
    std::optional<double> lowest;      ///< rate at which the smoothed loss was lowest
    std::optional<double> steepest;    ///< rate at which it fell fastest
    std::optional<double> suggestion;  ///< a tenth of `lowest`
    bool at_edge = false;              ///< the loss still fell at the highest rate tried
};

struct rate_search {
    std::vector<double> rates, losses; ///< one per step, until the loss was no longer finite or four times the lowest
    rate_choice choice;
    std::filesystem::path picture, file;
    std::string sentence, line;        ///< for people, and one JSON object
};

/// The learning-rate range test (Smith, 2017, arXiv:1506.01186): a short training whose rate rises by a constant factor from step to step.
template <class = void> struct rate_finder {
    /// Reads the result off a curve. The smoothed loss is an exponential average over about 10 steps, without the bias of its start.
    static rate_choice choose(std::span<const double> rates, std::span<const double> losses);
    /// Trains, and writes OUT/<experiment>_lr_find.svg and .json.
    static rate_search find(const plan& p, const store& data, const rate_finder_options& options);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/report/rate_finder-inl.hpp>
#endif
