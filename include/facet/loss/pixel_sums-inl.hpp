#pragma once
// unit: facet::pixel_sums<>
// library: engine

#include <facet/loss/pixel_sums.hpp>

#include <cstddef>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <facet/engine/cpu/kernels.hpp>
#include <facet/engine/cpu/pixel_loss.hpp>

namespace facet {

namespace detail::pixels {

using cpu::detail::read;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

inline cpu::slices slices_of(const at::Tensor& logits, const at::Tensor& target) {
    return {read<float>(logits), read<float>(target), logits.size(0), logits.numel() / logits.size(0)};
}

inline void refuse_second_derivatives() {
    TORCH_CHECK(!at::GradMode::is_enabled(), "on the CPU the losses of facet have no second derivative in fp32; compute them of logits and a target in double");
}

template <bool with_bce> struct count_function : torch::autograd::Function<count_function<with_bce>> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& logits, const at::Tensor& target, double positive_weight) {
        context->save_for_backward({logits, target});
        context->saved_data["positive_weight"] = positive_weight;
        const auto sums = cpu::count_pixels<with_bce>(slices_of(logits, target), static_cast<float>(positive_weight));
        const auto out = at::empty({5, logits.size(0), 1, 1, 1}, logits.options());
        auto* to = out.mutable_data_ptr<float>();
        for (std::size_t n = 0; n < 5; ++n)
            for (const auto& slice : sums) *to++ = static_cast<float>(slice[n]);
        return out;
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        refuse_second_derivatives();
        const auto saved = context->get_saved_variables();
        const auto &logits = saved[0], &target = saved[1];
        const auto gradient = gradients[0].contiguous();
        const auto d_logits = at::empty_like(logits);
        cpu::count_pixels_backward(slices_of(logits, target), read<float>(gradient), static_cast<float>(context->saved_data["positive_weight"].toDouble()), d_logits.mutable_data_ptr<float>());
        return {d_logits, {}, {}};
    }
};

template <bool with_bce> std::array<at::Tensor, 5> counted(const at::Tensor& logits, const at::Tensor& target, double positive_weight) {
    const auto n = count_function<with_bce>::apply(logits, target, positive_weight).unbind(0);
    return {n[0], n[1], n[2], n[3], n[4]};
}

using focal_kernel = double (*)(const cpu::slices&, const cpu::focal_weights&, float* slopes);

template <focal_kernel kernel> struct focal_function : torch::autograd::Function<focal_function<kernel>> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& logits, const at::Tensor& target, double exponent, double positive_weight, double negative_weight) {
        const auto slopes = logits.requires_grad() ? at::empty_like(logits) : at::Tensor{};
        const cpu::focal_weights weights{static_cast<float>(exponent), static_cast<float>(positive_weight), static_cast<float>(negative_weight)};
        const auto sum = kernel(slices_of(logits, target), weights, slopes.defined() ? slopes.mutable_data_ptr<float>() : nullptr);
        context->save_for_backward({slopes});
        return at::scalar_tensor(sum, logits.options());
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        refuse_second_derivatives();
        return {context->get_saved_variables()[0].mul(gradients[0]), {}, {}, {}, {}};
    }
};

} // namespace detail::pixels

template <class T> bool pixel_sums<T>::takes(const at::Tensor& logits, const at::Tensor& target) {
    const auto fits = [](const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); };
    return fits(logits) && fits(target) && logits.sizes() == target.sizes() && logits.dim() == 4 && logits.size(1) == 1 && logits.numel() > 0 && !target.requires_grad();
}

template <class T> std::array<at::Tensor, 5> pixel_sums<T>::counts(const at::Tensor& logits, const at::Tensor& target) {
    return detail::pixels::counted<false>(logits, target, 1);
}

template <class T> std::array<at::Tensor, 5> pixel_sums<T>::counts_and_bce(const at::Tensor& logits, const at::Tensor& target, double positive_weight) {
    return detail::pixels::counted<true>(logits, target, positive_weight);
}

template <class T> at::Tensor pixel_sums<T>::focal(const at::Tensor& logits, const at::Tensor& target, double exponent, double positive_weight, double negative_weight) {
    return detail::pixels::focal_function<&cpu::sum_focal>::apply(logits, target, exponent, positive_weight, negative_weight);
}

template <class T> at::Tensor pixel_sums<T>::asymmetric_focal(const at::Tensor& logits, const at::Tensor& target, double exponent, double positive_weight, double negative_weight) {
    return detail::pixels::focal_function<&cpu::sum_asymmetric_focal>::apply(logits, target, exponent, positive_weight, negative_weight);
}

} // namespace facet
