#pragma once

#include <facet/optimizer/concept.hpp>
#include <facet/optimizer/optimizers.hpp>

namespace facet::optimizer {

/// Lion (Chen et al., 2023, arXiv:2302.06675): every weight moves by the sign of an interpolated momentum. One moment instead of Adam's
/// two. The authors take a learning rate 3 to 10 times smaller than AdamW's, and a weight decay larger by the same factor.
struct lion {
    using role = facet::role::optimizer;

    double learning_rate = 1e-4; ///< the peak; the schedule scales it
    double weight_decay = 1e-1;  ///< of the weights themselves, as AdamW's
    double beta1 = 0.9;          ///< of the direction of a step
    double beta2 = 0.99;         ///< of the momentum that is kept
    double clip_norm = 1;        ///< largest norm of all gradients together; 0 leaves them as they are
    double ema_decay = 0;        ///< of the averaged weights that are validated and saved; 0: no averaging

    [[nodiscard]] std::unique_ptr<state> start(const std::vector<at::Tensor>& parameters) const { return optimizers<>::lion(*this, parameters); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.learning_rate > 0, "facet: optimizer::lion needs learning_rate > 0; 1e-4 is usual");
        static_assert(self.weight_decay >= 0, "facet: optimizer::lion needs weight_decay >= 0");
        static_assert(0 <= self.beta1 && self.beta1 < 1 && 0 <= self.beta2 && self.beta2 < 1, "facet: optimizer::lion needs beta1 and beta2 in [0, 1)");
        static_assert(self.clip_norm >= 0, "facet: optimizer::lion needs clip_norm >= 0; 0 turns clipping off");
        static_assert(0 <= self.ema_decay && self.ema_decay < 1, "facet: optimizer::lion needs ema_decay in [0, 1); 0 turns averaging off");
    }
};

static_assert(policy<lion>);

} // namespace facet::optimizer

#if !defined(FACET_COMPILED)
#include <facet/optimizer/optimizers-inl.hpp>
#endif
