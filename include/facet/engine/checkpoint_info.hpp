#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <facet/threshold/concept.hpp>

namespace facet {

/// What is known about one file of RUN/checkpoints, read from its header.
struct checkpoint_info {
    std::filesystem::path path;
    std::string experiment;
    std::string description;        ///< the experiment as JSON
    std::int64_t epoch = 0, step = 0;
    std::optional<double> score;    ///< what the monitor said; larger is better
    threshold::choice threshold;    ///< found on the validation part of that epoch
    std::string threshold_objective;
    double logit_shift = 0;         ///< what prior correction adds to every logit; 0 in runs that knew none
    std::string dataset_hash;       ///< store::content_hash() of the store trained on
    std::string split;              ///< fingerprint() of the split trained on
    std::string data_statement;
    std::string patients;           ///< fingerprints() of the patients it was trained or chosen on
    std::size_t fold = 0;
    std::uint64_t seed = 0;
};

} // namespace facet
