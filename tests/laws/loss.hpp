#pragma once

// What every facet::loss::policy promises. Included after support/test.hpp.

#include <ATen/record_function.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/loss/concept.hpp>

namespace laws {

struct loss_case {
    std::string name;
    at::Tensor logits, target; ///< [3,1,8,8], double
};

/// Masks and predictions at which losses have been seen to fail.
inline std::vector<loss_case> corners() {
    torch::manual_seed(7);
    const auto target = torch::rand({3, 1, 8, 8}, at::kDouble).gt(0.7).to(at::kDouble);
    const auto noise = torch::randn({3, 1, 8, 8}, at::kDouble);
    const auto right = target.mul(2).sub(1);
    const auto empty = torch::zeros_like(target), full = torch::ones_like(target);
    return {{"noise", noise, target},           {"empty mask", noise, empty},
            {"full mask", noise, full},         {"perfect", right.mul(20), target},
            {"inverted", right.mul(-20), target}, {"huge and perfect", right.mul(1e4), target},
            {"huge and inverted", right.mul(-1e4), target}, {"empty and perfect", full.mul(-1e4), empty},
            {"empty and inverted", full.mul(1e4), empty},   {"full and perfect", full.mul(1e4), full},
            {"all logits zero", empty, target}};
}

using criterion = std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>;

/// The loss with the distance maps of its target, as target::distance_maps supplies them.
template <facet::loss::policy Loss> criterion with_distances(const Loss& loss) {
    return [loss](const at::Tensor& z, const at::Tensor& g) { return facet::loss::call(loss, z, g, {facet::distance_transforms<>::signed_distance(g)}); };
}

/// How often `f` asks a tensor for numbers that the host then waits for.
inline int waits(const std::function<void()>& f) {
    static thread_local int count;
    count = 0;
    const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback{[](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
        static const std::set<std::string_view> waiting{"aten::_local_scalar_dense", "aten::nonzero", "aten::equal", "aten::masked_select", "aten::_unique2"};
        count += static_cast<int>(waiting.contains(call.name()));
        return nullptr;
    }}.scopes({at::RecordScope::FUNCTION}));
    f();
    at::removeCallback(handle);
    return count;
}

inline std::pair<at::Tensor, at::Tensor> value_and_gradient(const criterion& loss, const at::Tensor& logits, const at::Tensor& target) {
    const auto z = logits.detach().clone().requires_grad_();
    const auto value = loss(z, target);
    value.backward();
    return {value.detach(), z.grad()};
}

/// The largest difference between autograd and central differences, in double precision.
inline double gradient_error(const criterion& loss, const at::Tensor& logits, const at::Tensor& target) {
    const auto gradient = value_and_gradient(loss, logits, target).second.flatten();
    auto moved = logits.detach().clone();
    auto flat = moved.view({-1});
    constexpr double h = 1e-6;
    double worst = 0;
    for (int64_t i = 0; i < flat.numel(); i += 5) {
        const auto kept = flat[i].item<double>();
        flat[i] = kept + h;
        const auto above = loss(moved, target).item<double>();
        flat[i] = kept - h;
        const auto below = loss(moved, target).item<double>();
        flat[i] = kept;
        worst = std::max(worst, std::abs((above - below) / (2 * h) - gradient[i].item<double>()));
    }
    return worst;
}

inline void keeps_loss_laws(const criterion& loss) {
    for (const auto& c : corners())
        for (const auto type : {at::kDouble, at::kFloat}) {
            INFO(c.name << (type == at::kFloat ? ", fp32" : ", fp64"));
            const auto [value, gradient] = value_and_gradient(loss, c.logits.to(type), c.target.to(type));
            CHECK(value.dim() == 0);
            CHECK(value.scalar_type() == type);
            CHECK(value.isfinite().item<bool>());
            CHECK(gradient.isfinite().all().item<bool>());
        }

    const auto all = corners();
    const auto value = [&](const at::Tensor& z, const at::Tensor& g) { return loss(z, g).item<double>(); };
    CHECK(value(all[3].logits, all[3].target) <= value(all[0].logits, all[0].target));   // perfect, noise
    CHECK(value(all[0].logits, all[0].target) <= value(all[4].logits, all[4].target));   // noise, inverted
    CHECK(value(all[7].logits, all[7].target) <= value(all[8].logits, all[8].target));   // an empty mask: nothing called, all called

    CHECK(value_and_gradient(loss, all[0].logits, all[0].target).second.abs().sum().item<double>() > 0);
    CHECK(gradient_error(loss, all[0].logits, all[0].target) < 1e-6);

    // The order of the slices does not matter.
    CHECK(value(all[0].logits.flip(0), all[0].target.flip(0)) == Approx(value(all[0].logits, all[0].target)).epsilon(1e-12));

    // bf16 logits are summed in fp32: the value is that of the same logits in fp32, and so is the gradient, but for its own rounding.
    const auto coarse = all[0].logits.to(at::kBFloat16);
    const auto target = all[0].target.to(at::kFloat);
    const auto [half, half_gradient] = value_and_gradient(loss, coarse, target);
    const auto [single, single_gradient] = value_and_gradient(loss, coarse.to(at::kFloat), target);
    CHECK(half.scalar_type() == at::kFloat);
    CHECK(half.item<double>() == Approx(single.item<double>()).epsilon(1e-6));
    CHECK((half_gradient - single_gradient).abs().max().item<double>() <= 0.01 * single_gradient.abs().max().item<double>());

    CHECK(waits([&] { value_and_gradient(loss, all[0].logits, all[0].target); }) == 0);
}

template <facet::loss::policy Loss> void loss(const Loss& policy) { keeps_loss_laws(with_distances(policy)); }

} // namespace laws
