#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <facet/engine/plan.hpp>
#include <facet/engine/train_options.hpp>

namespace facet {

/// What a comparison is asked for.
struct comparison_request {
    std::span<const plan> variants;
    std::span<const std::string> labels;   ///< of the variants; also the names of their folders
    std::filesystem::path data;            ///< store
    std::vector<std::size_t> folds;        ///< empty: fold 0
    bool every_fold = false;
    std::vector<std::uint64_t> seeds;      ///< empty: seed 1
    std::vector<std::string> only;         ///< labels, or parts of labels like `loss=focal`; empty: all
    std::string reference;                 ///< label of the variant the others are compared with; empty: the first
    train_options training;                ///< for all alike; `out` is the folder of the comparison
    std::size_t resamples = 2'000;         ///< of the patient bootstrap
};

} // namespace facet
