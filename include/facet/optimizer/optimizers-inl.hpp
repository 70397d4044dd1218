#pragma once
// unit: facet::optimizers<>
// library: engine

#include <facet/optimizer/optimizers.hpp>

#include <cstddef>
#include <string>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add_ops.h>
#include <ATen/ops/_fused_adamw_ops.h>
#include <ATen/ops/_fused_sgd_ops.h>

#include <facet/optimizer/adamw.hpp>
#include <facet/optimizer/sgd.hpp>

namespace facet {

namespace detail {

/// Zeros like each parameter, in its memory format.
inline std::vector<at::Tensor> zeros_for(const std::vector<at::Tensor>& parameters) {
    std::vector<at::Tensor> zeros;
    for (const auto& p : parameters) zeros.push_back(p.detach().clone().zero_());
    return zeros;
}

inline void name_all(named_tensors& out, const std::string& prefix, const std::vector<at::Tensor>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) out.emplace_back(prefix + '.' + std::to_string(i), tensors[i]);
}

class adamw_state final : public optimizer::state {
public:
    adamw_state(const optimizer::adamw& p, const std::vector<at::Tensor>& parameters)
        : settings_{p}, parameters_{parameters}, mean_{zeros_for(parameters)}, square_{zeros_for(parameters)} {
        // The kernel wants one step count per parameter; they may share a tensor, since it only reads them.
        if (!parameters.empty()) step_ = parameters.front().detach().new_zeros({}, at::TensorOptions{}.dtype(at::kFloat));
        steps_.assign(parameters.size(), step_);
    }

    void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) override {
        if (parameters_.empty()) return;
        const at::NoGradGuard no_grad;
        step_.add_(1);
        at::_ops::_fused_adamw__tensor_lr::call(parameters_, gradients, mean_, square_, {}, steps_, learning_rate, settings_.beta1, settings_.beta2,
                                                settings_.weight_decay, settings_.eps, false, false, std::nullopt, std::nullopt);
    }

    named_tensors tensors() override {
        named_tensors out;
        if (step_.defined()) out.emplace_back("step", step_);
        name_all(out, "mean", mean_);
        name_all(out, "square", square_);
        return out;
    }

private:
    optimizer::adamw settings_;
    std::vector<at::Tensor> parameters_, mean_, square_, steps_;
    at::Tensor step_;
};

class sgd_state final : public optimizer::state {
public:
    sgd_state(const optimizer::sgd& p, const std::vector<at::Tensor>& parameters) : settings_{p}, parameters_{parameters} {
        if (p.momentum > 0) momentum_ = zeros_for(parameters);
    }

    void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) override {
        if (parameters_.empty()) return;
        const at::NoGradGuard no_grad;
        // Momentum begins as zeros, which is what "first step" would set up, so every step is the same kernel.
        at::_ops::_fused_sgd__tensor_lr::call(parameters_, gradients, momentum_, settings_.weight_decay, settings_.momentum, learning_rate, 0,
                                              settings_.nesterov, false, false, std::nullopt, std::nullopt);
    }

    named_tensors tensors() override {
        named_tensors out;
        name_all(out, "momentum", momentum_);
        return out;
    }

private:
    optimizer::sgd settings_;
    std::vector<at::Tensor> parameters_, momentum_;
};

} // namespace detail

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::adamw(const optimizer::adamw& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::adamw_state>(description, parameters);
}

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::sgd(const optimizer::sgd& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::sgd_state>(description, parameters);
}

} // namespace facet
