#pragma once

#include <memory>

#include <facet/engine/network.hpp>

namespace facet {

namespace model { struct attention_unet; }

/// Bodies of the shipped models, compiled once behind their descriptions.
template <class = void> struct networks {
    static std::shared_ptr<network> attention_unet(const model::attention_unet& description, int channels);
};

} // namespace facet
