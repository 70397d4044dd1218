#pragma once

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// Shrinks the slice to a share of its side drawn from [low, high), taking the nearest pixels, and enlarges it again linearly (as in nnU-Net).
struct low_resolution {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double low = 0.5; ///< of the side
    double high = 1;
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return kernels<>::low_resolution(images, draw.uniform(low, high)); }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(0 < self.low && self.low <= self.high && self.high <= 1, "facet: augment::low_resolution needs 0 < low <= high <= 1, shares of the side");
    }
};

static_assert(intensity<low_resolution>);

} // namespace facet::augment
