#pragma once

#include <ATen/core/Tensor.h> // which the next needs and does not include
#include <ATen/ops/max_pool2d_ops.h>

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Soft centre-line Dice, 1 - 2 P S / (P + S): P is the share of the prediction's skeleton inside the target, S the share of the target's
/// skeleton inside the prediction (Shit et al., 2021, arXiv:2003.07311). For thin findings such as fracture lines, where breaks count.
///
/// The skeleton is what each of `iterations` soft erosions leaves that a soft opening would remove; MONAI averages it per sample.
template <class Per = per::batch> struct cl_dice {
    static_assert(sizeof(per::required<Per>) > 0);
    using role = facet::role::loss;

    int iterations = 3; ///< at least half the width, in pixels, of what is to be thinned
    double smooth = 1;  ///< pixels added to either skeleton and to its overlap; keeps an empty batch finite
    Per over{};         ///< per::batch{} or per::sample{}

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto p = at_least_float(logits).sigmoid();
        const auto precision = share_inside(skeleton(p), target), sensitivity = share_inside(skeleton(target), p);
        return precision.mul(sensitivity).mul(-2).div(precision.add(sensitivity)).add(1).mean();
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.iterations >= 0 && self.iterations <= 64, "facet: loss::cl_dice needs 0 <= iterations <= 64; 3 is usual");
        static_assert(self.smooth > 0, "facet: loss::cl_dice needs smooth > 0, or an empty batch divides by zero; 1 is usual");
    }

private:
    [[nodiscard]] at::Tensor share_inside(const at::Tensor& skeleton, const at::Tensor& region) const {
        return summed(skeleton.mul(region), over).add(smooth).div(summed(skeleton, over).add(smooth));
    }

    [[nodiscard]] static at::Tensor largest(const at::Tensor& x, std::int64_t height, std::int64_t width) {
        return at::_ops::max_pool2d::call(x, {height, width}, {1, 1}, {height / 2, width / 2}, {1, 1}, false);
    }
    [[nodiscard]] static at::Tensor eroded(const at::Tensor& x) {
        const auto n = x.neg();
        return largest(n, 3, 1).maximum(largest(n, 1, 3)).neg();
    }
    [[nodiscard]] at::Tensor skeleton(const at::Tensor& image) const {
        auto core = eroded(image);
        auto found = image.sub(largest(core, 3, 3)).relu();
        for (int i = 0; i < iterations; ++i) {
            const auto outer = core;
            core = eroded(outer);
            const auto ridge = outer.sub(largest(core, 3, 3)).relu();
            found = found.add(ridge.sub(found.mul(ridge)).relu());
        }
        return found;
    }
};

static_assert(policy<cl_dice<>>);

} // namespace facet::loss
