#pragma once

#include <facet/optimizer/concept.hpp>
#include <facet/optimizer/optimizers.hpp>

namespace facet::optimizer {

/// Stochastic gradient descent with momentum, one fused kernel per step. The defaults are nnU-Net's.
struct sgd {
    using role = facet::role::optimizer;

    double learning_rate = 1e-2; ///< the peak; the schedule scales it
    double momentum = 0.99;
    bool nesterov = true;
    double weight_decay = 3e-5; ///< added to the gradient
    double clip_norm = 12;      ///< largest norm of all gradients together; 0 leaves them as they are
    double ema_decay = 0;       ///< of the averaged weights that are validated and saved; 0: no averaging

    [[nodiscard]] std::unique_ptr<state> start(const std::vector<at::Tensor>& parameters) const { return optimizers<>::sgd(*this, parameters); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.learning_rate > 0, "facet: optimizer::sgd needs learning_rate > 0; 1e-2 is usual");
        static_assert(0 <= self.momentum && self.momentum < 1, "facet: optimizer::sgd needs momentum in [0, 1)");
        static_assert(!self.nesterov || self.momentum > 0, "facet: optimizer::sgd with nesterov needs momentum > 0; write .nesterov = false for plain descent");
        static_assert(self.weight_decay >= 0, "facet: optimizer::sgd needs weight_decay >= 0");
        static_assert(self.clip_norm >= 0, "facet: optimizer::sgd needs clip_norm >= 0; 0 turns clipping off");
        static_assert(0 <= self.ema_decay && self.ema_decay < 1, "facet: optimizer::sgd needs ema_decay in [0, 1); 0 turns averaging off");
    }
};

static_assert(policy<sgd>);

} // namespace facet::optimizer

#if !defined(FACET_COMPILED)
#include <facet/optimizer/optimizers-inl.hpp>
#endif
