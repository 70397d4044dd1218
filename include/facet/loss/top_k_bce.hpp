#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>

#include <facet/loss/bce.hpp>
#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Binary cross-entropy of the hardest pixels of the batch only, as nnU-Net's top-k loss (Wu et al., 2016, arXiv:1605.06885).
struct top_k_bce {
    using role = facet::role::loss;

    double fraction = 0.1; ///< share of the pixels that count, at least one

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto pixels = pixel_bce(at_least_float(logits), target).flatten();
        const auto k = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(pixels.numel()) * fraction));
        return std::get<0>(pixels.topk(k, 0, true, false)).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.fraction && self.fraction <= 1, "facet: loss::top_k_bce needs 0 < fraction <= 1; 0.1 is usual, 1 is loss::bce");
    }
};

static_assert(policy<top_k_bce>);

} // namespace facet::loss
