#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace facet {

/// A batch as the network gets it.
struct training_batch {
    std::vector<std::uint32_t> slices; ///< indices into store::slices()
    at::Tensor images;                 ///< [N,1,S,S] float, HU after geometry and HU operations; where asked for
    at::Tensor channels;               ///< [N,C,S,S] float in [0,1]: the windows, then their augmentation
    at::Tensor masks;                  ///< [N,1,S,S] uint8: 0, 1, 255 = ignore; moved together with the images. Float shares of fracture after augment::mixup
};

} // namespace facet
