#pragma once

#include <facet/optimizer/concept.hpp>
#include <facet/optimizer/optimizers.hpp>

namespace facet::optimizer {

/// RMSprop (Hinton, 2012, lecture 6e of his course): the gradient over the root of its running mean square. A few kernels per step for all
/// weights together.
struct rmsprop {
    using role = facet::role::optimizer;

    double learning_rate = 1e-3; ///< the peak; the schedule scales it
    double smoothing = 0.99;     ///< of the running mean of squares
    double momentum = 0;
    bool centred = false;        ///< over the running standard deviation instead (Graves, 2013, arXiv:1308.0850)
    double weight_decay = 0;     ///< added to the gradient
    double eps = 1e-8;           ///< added to the root
    double clip_norm = 1;        ///< largest norm of all gradients together; 0 leaves them as they are
    double ema_decay = 0;        ///< of the averaged weights that are validated and saved; 0: no averaging

    [[nodiscard]] std::unique_ptr<state> start(const std::vector<at::Tensor>& parameters) const { return optimizers<>::rmsprop(*this, parameters); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.learning_rate > 0, "facet: optimizer::rmsprop needs learning_rate > 0; 1e-3 is usual");
        static_assert(0 <= self.smoothing && self.smoothing < 1, "facet: optimizer::rmsprop needs smoothing in [0, 1); 0.99 is usual");
        static_assert(0 <= self.momentum && self.momentum < 1, "facet: optimizer::rmsprop needs momentum in [0, 1)");
        static_assert(self.weight_decay >= 0, "facet: optimizer::rmsprop needs weight_decay >= 0");
        static_assert(self.eps > 0, "facet: optimizer::rmsprop needs eps > 0; 1e-8 is usual");
        static_assert(self.clip_norm >= 0, "facet: optimizer::rmsprop needs clip_norm >= 0; 0 turns clipping off");
        static_assert(0 <= self.ema_decay && self.ema_decay < 1, "facet: optimizer::rmsprop needs ema_decay in [0, 1); 0 turns averaging off");
    }
};

static_assert(policy<rmsprop>);

} // namespace facet::optimizer

#if !defined(FACET_COMPILED)
#include <facet/optimizer/optimizers-inl.hpp>
#endif
