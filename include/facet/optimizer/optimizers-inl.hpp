#pragma once
// unit: facet::optimizers<>
// library: engine

#include <facet/optimizer/optimizers.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_sign.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/_fused_adam_ops.h>
#include <ATen/ops/_fused_adamw_ops.h>
#include <ATen/ops/_fused_sgd_ops.h>

#include <facet/optimizer/adam.hpp>
#include <facet/optimizer/adamw.hpp>
#include <facet/optimizer/lion.hpp>
#include <facet/optimizer/rmsprop.hpp>
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

/// The moments of Adam; `fused` is the kernel, which is told how to treat the weight decay.
template <class Settings, auto fused> class adam_state final : public optimizer::state {
public:
    adam_state(const Settings& p, const std::vector<at::Tensor>& parameters)
        : settings_{p}, parameters_{parameters}, mean_{zeros_for(parameters)}, square_{zeros_for(parameters)} {
        // The kernel wants one step count per parameter; they may share a tensor, since it only reads them.
        if (!parameters.empty()) step_ = parameters.front().detach().new_zeros({}, at::TensorOptions{}.dtype(at::kFloat));
        steps_.assign(parameters.size(), step_);
    }

    void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) override {
        if (parameters_.empty()) return;
        const at::NoGradGuard no_grad;
        step_.add_(1);
        fused(parameters_, gradients, mean_, square_, {}, steps_, learning_rate, settings_.beta1, settings_.beta2, settings_.weight_decay, settings_.eps, false, false,
              std::nullopt, std::nullopt);
    }

    named_tensors tensors() override {
        named_tensors out;
        if (step_.defined()) out.emplace_back("step", step_);
        name_all(out, "mean", mean_);
        name_all(out, "square", square_);
        return out;
    }

private:
    Settings settings_;
    std::vector<at::Tensor> parameters_, mean_, square_, steps_;
    at::Tensor step_;
};

class rmsprop_state final : public optimizer::state {
public:
    rmsprop_state(const optimizer::rmsprop& p, const std::vector<at::Tensor>& parameters) : settings_{p}, parameters_{parameters}, square_{zeros_for(parameters)} {
        if (p.centred) mean_ = zeros_for(parameters);
        if (p.momentum > 0) momentum_ = zeros_for(parameters);
    }

    void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) override {
        if (parameters_.empty()) return;
        const at::NoGradGuard no_grad;
        if (settings_.weight_decay > 0) at::_foreach_add_(gradients, parameters_, settings_.weight_decay);
        at::_foreach_mul_(square_, settings_.smoothing);
        at::_foreach_addcmul_(square_, gradients, gradients, 1 - settings_.smoothing);
        auto root = spread(gradients);
        at::_foreach_sqrt_(root);
        at::_foreach_add_(root, settings_.eps);
        const auto direction = at::_foreach_div(gradients, root);
        if (settings_.momentum > 0) {
            at::_foreach_mul_(momentum_, settings_.momentum);
            at::_foreach_add_(momentum_, direction);
        }
        at::_foreach_sub_(parameters_, at::_foreach_mul(settings_.momentum > 0 ? momentum_ : direction, learning_rate));
    }

    named_tensors tensors() override {
        named_tensors out;
        name_all(out, "square", square_);
        name_all(out, "mean", mean_);
        name_all(out, "momentum", momentum_);
        return out;
    }

private:
    /// The running mean of squares, or the running variance; a list of its own.
    std::vector<at::Tensor> spread(const std::vector<at::Tensor>& gradients) {
        if (!settings_.centred) return at::_foreach_mul(square_, 1);
        at::_foreach_lerp_(mean_, gradients, 1 - settings_.smoothing);
        return at::_foreach_addcmul(square_, mean_, mean_, -1);
    }

    optimizer::rmsprop settings_;
    std::vector<at::Tensor> parameters_, square_, mean_, momentum_;
};

class lion_state final : public optimizer::state {
public:
    lion_state(const optimizer::lion& p, const std::vector<at::Tensor>& parameters) : settings_{p}, parameters_{parameters}, momentum_{zeros_for(parameters)} {}

    void step(const std::vector<at::Tensor>& gradients, const at::Tensor& learning_rate) override {
        if (parameters_.empty()) return;
        const at::NoGradGuard no_grad;
        if (settings_.weight_decay > 0) at::_foreach_mul_(parameters_, learning_rate.mul(-settings_.weight_decay).add(1));
        auto direction = at::_foreach_lerp(momentum_, gradients, 1 - settings_.beta1);
        at::_foreach_sign_(direction);
        at::_foreach_mul_(direction, learning_rate);
        at::_foreach_sub_(parameters_, direction);
        at::_foreach_lerp_(momentum_, gradients, 1 - settings_.beta2);
    }

    named_tensors tensors() override {
        named_tensors out;
        name_all(out, "momentum", momentum_);
        return out;
    }

private:
    optimizer::lion settings_;
    std::vector<at::Tensor> parameters_, momentum_;
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

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::adam(const optimizer::adam& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::adam_state<optimizer::adam, &at::_ops::_fused_adam__tensor_lr::call>>(description, parameters);
}

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::adamw(const optimizer::adamw& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::adam_state<optimizer::adamw, &at::_ops::_fused_adamw__tensor_lr::call>>(description, parameters);
}

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::lion(const optimizer::lion& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::lion_state>(description, parameters);
}

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::rmsprop(const optimizer::rmsprop& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::rmsprop_state>(description, parameters);
}

template <class T> std::unique_ptr<optimizer::state> optimizers<T>::sgd(const optimizer::sgd& description, const std::vector<at::Tensor>& parameters) {
    return std::make_unique<detail::sgd_state>(description, parameters);
}

} // namespace facet
