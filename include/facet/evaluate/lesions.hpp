#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace facet {

/// A lesion and a candidate that share voxels.
struct lesion_contact {
    std::uint32_t lesion = 0, candidate = 0; ///< places in volume_lesions
    std::int64_t lesion_voxels = 0, candidate_voxels = 0, common_voxels = 0;
    bool centre_inside = false;              ///< the candidate's centre of gravity lies in the lesion
};

/// A connected piece of a predicted mask.
struct lesion_candidate {
    std::int64_t voxels = 0;
    double score = 0; ///< its highest probability
};

/// The lesions (connected pieces of the truth, corners connect) and candidates (pieces of the predicted mask) of one vertebra.
struct volume_lesions {
    std::size_t patient = 0; ///< number of the patient
    std::vector<std::int64_t> lesions; ///< voxels of each
    std::vector<lesion_candidate> candidates;
    std::vector<lesion_contact> contacts;
};

using lesion_volumes = std::span<const volume_lesions>;

} // namespace facet
