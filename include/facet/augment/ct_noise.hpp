#pragma once

#include <cmath>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>

namespace facet::augment {

/// The noise a scan at lower dose would have. Quantum noise has a variance proportional to 1 / dose, so a share q of the dose adds normal noise
/// of variance hu^2 (1/q - 1) (Yu et al., J Comput Assist Tomogr 36(4), 2012). q is drawn log-uniformly from [dose, 1]. Photons being counted,
/// the variance also grows with what attenuates them: with density, (HU + 1000) / 1000, a stand-in in the picture for Poisson statistics of the
/// projections. Reconstruction makes noise grainy: it is blurred by `grain` pixels, its deviation kept. Air stays air.
struct ct_noise {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;

    double hu = 12;     ///< standard deviation of the scan's own noise in water, in Hounsfield units
    double dose = 0.25; ///< the lowest share of the dose
    double grain = 0.6; ///< pixels; 0: white
    double probability = 1;

    at::Tensor operator()(const at::Tensor& images, draws& draw) const {
        const auto added = draw.uniform(std::log(dose), 0).neg().expm1().clamp_min(0).sqrt().mul(hu); // sqrt(1/q - 1)
        const auto noise = kernels<>::grainy(draw.normal_like(images), grain);
        return kernels<>::keep_air(images.add(noise.mul(kernels<>::root_density(images)).mul(added)), images);
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.hu >= 0, "facet: augment::ct_noise needs hu >= 0, the noise of the scan as it is");
        static_assert(0 < self.dose && self.dose <= 1, "facet: augment::ct_noise needs 0 < dose <= 1, the lowest share of the dose");
        static_assert(0 <= self.grain && self.grain <= 5, "facet: augment::ct_noise needs a grain between 0 and 5 pixels");
    }
};

static_assert(intensity<ct_noise>);

} // namespace facet::augment
