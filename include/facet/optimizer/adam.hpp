#pragma once

#include <facet/optimizer/concept.hpp>
#include <facet/optimizer/optimizers.hpp>

namespace facet::optimizer {

/// Adam (Kingma and Ba, 2015, arXiv:1412.6980), one fused kernel per step. Its weight decay goes through the moments; optimizer::adamw keeps
/// it apart, which is nearly always better.
struct adam {
    using role = facet::role::optimizer;

    double learning_rate = 1e-3; ///< the peak; the schedule scales it
    double weight_decay = 0;     ///< added to the gradient
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double clip_norm = 1; ///< largest norm of all gradients together; 0 leaves them as they are
    double ema_decay = 0; ///< of the averaged weights that are validated and saved; 0: no averaging

    [[nodiscard]] std::unique_ptr<state> start(const std::vector<at::Tensor>& parameters) const { return optimizers<>::adam(*this, parameters); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.learning_rate > 0, "facet: optimizer::adam needs learning_rate > 0; 1e-3 is usual");
        static_assert(self.weight_decay >= 0, "facet: optimizer::adam needs weight_decay >= 0");
        static_assert(0 <= self.beta1 && self.beta1 < 1 && 0 <= self.beta2 && self.beta2 < 1, "facet: optimizer::adam needs beta1 and beta2 in [0, 1)");
        static_assert(self.eps > 0, "facet: optimizer::adam needs eps > 0; 1e-8 is usual");
        static_assert(self.clip_norm >= 0, "facet: optimizer::adam needs clip_norm >= 0; 0 turns clipping off");
        static_assert(0 <= self.ema_decay && self.ema_decay < 1, "facet: optimizer::adam needs ema_decay in [0, 1); 0 turns averaging off");
    }
};

static_assert(policy<adam>);

} // namespace facet::optimizer

#if !defined(FACET_COMPILED)
#include <facet/optimizer/optimizers-inl.hpp>
#endif
