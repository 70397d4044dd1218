#pragma once

#include <facet/core/role.hpp>

namespace facet::postprocess {

/// The thresholded probability is the prediction.
struct none {
    using role = facet::role::postprocess;
};

} // namespace facet::postprocess
