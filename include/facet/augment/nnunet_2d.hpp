#pragma once

#include <algorithm>
#include <cstdint>

#include <facet/augment/blur.hpp>
#include <facet/augment/chain.hpp>
#include <facet/augment/flip.hpp>
#include <facet/augment/kernels.hpp>
#include <facet/augment/low_resolution.hpp>
#include <facet/augment/rotate.hpp>
#include <facet/core/experiment.hpp>

namespace facet::augment {

/// The parts of nnU-Net's augmentation that differ from the operations of the same names. A factor is drawn as nnU-Net draws it: half the time
/// uniform below 1, half the time uniform above.
namespace nnunet {

inline at::Tensor factor(draws& draw, double low, double high) {
    const auto u = draw.uniform(-1, 1);
    return u.clamp_max(0).mul(1 - low).add(u.clamp_min(0).mul(high - 1)).add(1);
}

/// Objects shrink by a factor uniform in [low, high).
struct zoom {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::geometry;
    double low = 0.7, high = 1.4, probability = 0.2;
    void operator()(affine& map, rng::stream& draw, double) const {
        const double shrink = draw.uniform(low, high);
        map.then({{shrink, 0, 0, shrink}, {0, 0}});
    }
};

/// Clips as CT normalisation does.
struct clip {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;
    double low, high;
    at::Tensor operator()(const at::Tensor& images, draws&) const { return images.clamp(low, high); }
};

/// Noise whose standard deviation is uniform in [0, hu).
struct noise {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;
    double hu, probability = 0.1;
    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return images.add(draw.normal_like(images).mul_(draw.uniform(0, hu))); }
};

/// Multiplies normalised values, which are zero at the mean.
struct brightness {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;
    double mean, low = 0.75, high = 1.25, probability = 0.15;
    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return images.sub(mean).mul_(factor(draw, low, high)).add_(mean); }
};

struct contrast {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;
    double low = 0.75, high = 1.25, probability = 0.15;
    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return kernels<>::contrast(images, factor(draw, low, high)); }
};

struct gamma {
    using role = facet::role::augment_op;
    static constexpr domain where = domain::hu;
    double low = 0.7, high = 1.5;
    bool inverted = false;
    double probability = 0.3;
    at::Tensor operator()(const at::Tensor& images, draws& draw) const { return kernels<>::power(images, factor(draw, low, high), inverted, true); }
};

} // namespace nnunet

/// nnU-Net's training augmentation of 2-D CT (Isensee et al., Nature Methods 18, 2021; batchgeneratorsv2 0.3.6): its operations, order, ranges and
/// probabilities. nnU-Net clips CT to percentiles of the foreground and normalises by its mean and deviation first; the three fields are these
/// numbers, and all intensity operations run on the one HU channel, before the windows. Mean and deviation are those of the vertebrae of
/// LIDC-IDRI-0001 (percentiles -7 and 1113); the clip is wider, so that it cuts none of the default windows. Better take all from your own data.
///
/// What differs: geometry is drawn once per vertebra; outside the slice is air, not the mean. Blur and low resolution there have a second
/// probability of 0.5 per channel, which CT's one channel makes 0.1 and 0.125.
struct nnunet_2d {
    using role = facet::role::augment;

    hu clip{-160, 1800};    ///< what the image is clipped to
    double mean = 295;      ///< HU, of the foreground
    double deviation = 222; ///< HU, of the foreground

    [[nodiscard]] constexpr auto chain() const {
        return augment::chain{per_vertebra{rotate{.degrees = 180, .probability = 0.2}, nnunet::zoom{}, flip{.left_right = 0.5, .up_down = 0.5}},
                              per_slice{nnunet::clip{clip.low, clip.high}, nnunet::noise{.hu = 0.1 * deviation}, blur{.low = 0.5, .high = 1, .same_axes = false, .probability = 0.1},
                                        nnunet::brightness{.mean = mean}, nnunet::contrast{}, low_resolution{.low = 0.5, .high = 1, .probability = 0.125},
                                        nnunet::gamma{.inverted = true, .probability = 0.1}, nnunet::gamma{}}};
    }

    [[nodiscard]] constexpr bool moves() const { return true; }
    [[nodiscard]] constexpr bool mixes() const { return false; }
    [[nodiscard]] constexpr std::int64_t control_points() const { return 0; }
    [[nodiscard]] affine draw_affine(std::uint64_t key, double size) const { return chain().draw_affine(key, size); }
    void draw_displacement(std::uint64_t, double, displacement) const {}
    template <domain which> [[nodiscard]] at::Tensor apply(at::Tensor images, draws& by_vertebra, draws& by_slice) const {
        return chain().template apply<which>(std::move(images), by_vertebra, by_slice);
    }
    template <class Input> [[nodiscard]] at::Tensor channels(const Input& input, const at::Tensor& images, draws&, draws&) const { return input(images); }
    [[nodiscard]] mixture mix(mixture batch, draws&) const { return batch; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.clip.low < self.clip.high, "facet: augment::nnunet_2d needs clip{low, high} with low < high");
        static_assert(self.deviation > 0, "facet: augment::nnunet_2d needs deviation > 0, the standard deviation of the foreground in HU");
        constexpr bool air_stays_zero = std::ranges::all_of(get<facet::role::input>(e).channels, [](const hu& window) { return window.low >= self.clip.low; });
        static_assert(!(self.clip.low < self.clip.high) || air_stays_zero,
                      "facet: augment::nnunet_2d lifts air to clip.low, and a window begins below it, so air would not be 0; lower clip.low");
    }
};

static_assert(policy<nnunet_2d>);

} // namespace facet::augment
