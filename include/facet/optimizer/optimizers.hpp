#pragma once

#include <memory>
#include <vector>

#include <facet/optimizer/concept.hpp>

namespace facet {

namespace optimizer {
struct adam;
struct adamw;
struct lion;
struct rmsprop;
struct sgd;
} // namespace optimizer

/// Run-time halves of the shipped optimisers, compiled once behind their descriptions.
template <class = void> struct optimizers {
    static std::unique_ptr<optimizer::state> adam(const optimizer::adam& description, const std::vector<at::Tensor>& parameters);
    static std::unique_ptr<optimizer::state> adamw(const optimizer::adamw& description, const std::vector<at::Tensor>& parameters);
    static std::unique_ptr<optimizer::state> lion(const optimizer::lion& description, const std::vector<at::Tensor>& parameters);
    static std::unique_ptr<optimizer::state> rmsprop(const optimizer::rmsprop& description, const std::vector<at::Tensor>& parameters);
    static std::unique_ptr<optimizer::state> sgd(const optimizer::sgd& description, const std::vector<at::Tensor>& parameters);
};

} // namespace facet
