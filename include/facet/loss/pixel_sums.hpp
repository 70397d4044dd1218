#pragma once

#include <array>

#include <ATen/core/Tensor.h>

namespace facet {

/// What losses sum over the pixels of each slice, one pass each way, compiled once: for fp32 on the CPU. All else runs as plain operations, which are also
/// the oracle (tests/loss/pixel_sums.cpp). Logits and target are [N,1,H,W], the target without gradient. There is no second
/// derivative: asking for one is an error.
template <class = void> struct pixel_sums {
    /// Whether there is such a pass for these.
    static bool takes(const at::Tensor& logits, const at::Tensor& target);

    /// [N,1,1,1] each: sums of p g, p (1-g), (1-p) g and (1-p) (1-g), p being the probability, and 0.
    static std::array<at::Tensor, 5> counts(const at::Tensor& logits, const at::Tensor& target);
    /// The same, with the sum of loss::pixel_bce for the 0.
    static std::array<at::Tensor, 5> counts_and_bce(const at::Tensor& logits, const at::Tensor& target, double positive_weight);

    /// Of the whole batch, a scalar: loss::focal times the pixels.
    static at::Tensor focal(const at::Tensor& logits, const at::Tensor& target, double exponent, double positive_weight, double negative_weight);
    /// loss::asymmetric_focal times the pixels.
    static at::Tensor asymmetric_focal(const at::Tensor& logits, const at::Tensor& target, double exponent, double positive_weight, double negative_weight);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/loss/pixel_sums-inl.hpp>
#endif
