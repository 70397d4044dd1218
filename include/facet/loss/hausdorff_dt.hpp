#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Hausdorff loss by distance transforms, mean((p - g)^2 (D_p^exponent + D_g^exponent)): each wrong pixel weighs by its distance in pixels to
/// the outlines of the target and of the prediction at probability 0.5 (Karimi and Salcudean, 2019, arXiv:1904.10030). Distances carry no
/// gradient.
///
/// Wants target::distance_maps{}. Where neither target nor prediction has an outline the loss is 0, so it stands beside an overlap loss, and
/// its values are large: start with loss::weighted{loss::hausdorff_dt{}, 0.001}.
struct hausdorff_dt {
    using role = facet::role::loss;

    double exponent = 2; ///< how strongly far pixels outweigh near ones

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target, const distance_map& distances) const {
        const auto z = at_least_float(logits);
        const auto far = [&](const at::Tensor& map) { return map.abs().to(z.scalar_type()).pow(exponent); };
        const auto weight = far(distances.pixels).add(far(distance_transforms<>::signed_distance(z.detach().gt(0))));
        return z.sigmoid().sub(target).square().mul(weight).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.exponent > 0, "facet: loss::hausdorff_dt needs exponent > 0; 2 is usual");
    }
};

static_assert(policy<hausdorff_dt>);

} // namespace facet::loss
