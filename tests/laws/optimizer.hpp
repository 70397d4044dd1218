#pragma once

// What every optimiser promises. Included after support/test.hpp.

#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <facet/optimizer/concept.hpp>

namespace laws {

using layout = std::function<at::Tensor(const at::Tensor&)>;

/// Weights of several shapes that lie in memory as `layout` lays them, at the wall of a bowl: half of the sum of (weight - 1)^2.
struct bowl {
    std::vector<at::Tensor> weights;

    explicit bowl(const layout& lay = [](const at::Tensor& t) { return t; }) {
        torch::manual_seed(3);
        for (const auto& shape : std::vector<std::vector<std::int64_t>>{{}, {7}, {3, 5}, {6, 4, 3, 3}, {0}}) weights.push_back(lay(torch::randn(shape)).requires_grad_());
    }
    [[nodiscard]] std::vector<at::Tensor> gradients() const {
        std::vector<at::Tensor> out;
        for (const auto& w : weights) out.push_back(w.detach() - 1);
        return out;
    }
    [[nodiscard]] at::Tensor all() const {
        std::vector<at::Tensor> flat;
        for (const auto& w : weights) flat.push_back(w.detach().clone().flatten());
        return at::cat(flat);
    }
    [[nodiscard]] double height() const { return all().sub(1).square().sum().item<double>() / 2; }
};

/// What a resumed run does: a new state, into which the tensors of the old one are copied.
inline std::unique_ptr<facet::optimizer::state> resumed(facet::optimizer::state& old, std::unique_ptr<facet::optimizer::state> fresh) {
    const auto from = old.tensors(), to = fresh->tensors();
    REQUIRE(from.size() == to.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        CHECK(from[i].first == to[i].first);
        to[i].second.copy_(from[i].second);
    }
    return fresh;
}

/// Where twelve steps end. The memory of the gradients serves other ends after each step. `stop_before`: where it is resumed.
template <facet::optimizer::policy Optimizer> at::Tensor descended(const Optimizer& policy, bowl b, int stop_before = -1) {
    auto state = policy.start(b.weights);
    const auto rate = torch::zeros({}, at::kFloat);
    for (int step = 0; step < 12; ++step) {
        if (step == stop_before) state = resumed(*state, policy.start(b.weights));
        rate.fill_(0.01 / (step + 1));
        const auto gradients = b.gradients();
        state->step(gradients, rate);
        for (const auto& g : gradients) g.fill_(NAN);
    }
    return b.all();
}

template <facet::optimizer::policy Optimizer> void optimizer(const Optimizer& policy) {
    // Every small step lowers the bowl, and the weights stay what autograd takes them for.
    bowl b;
    const auto state = policy.start(b.weights);
    const auto rate = torch::scalar_tensor(1e-3, at::kFloat);
    for (int step = 0; step < 10; ++step) {
        const double before = b.height();
        state->step(b.gradients(), rate);
        CHECK(b.height() < before);
    }
    for (const auto& w : b.weights) CHECK((w.is_leaf() && w.requires_grad()));
    CHECK(rate.item<float>() == 1e-3f);

    // What is saved has a name of its own.
    std::set<std::string> names;
    for (const auto& [name, t] : state->tensors()) CHECK(names.insert(name).second);

    // The same gradients give the same bits, and so does a run that was stopped and resumed.
    const auto end = descended(policy, bowl{});
    CHECK(descended(policy, bowl{}).equal(end));
    for (const int stop_before : {0, 1, 7}) CHECK(descended(policy, bowl{}, stop_before).equal(end));

    // How the weights lie in memory does not matter.
    CHECK(descended(policy, bowl{[](const at::Tensor& t) { return t.dim() == 4 ? t.contiguous(at::MemoryFormat::ChannelsLast) : t; }}).allclose(end, 1e-6, 1e-6));
    CHECK(descended(policy, bowl{[](const at::Tensor& t) { return t.dim() > 1 ? t.transpose(0, 1).contiguous().transpose(0, 1) : t; }}).allclose(end, 1e-6, 1e-6));

    // The rate is read from its tensor in every step: none moves nothing, whatever was gathered before; twice as much moves twice as far.
    const auto moved = [&](double last) {
        bowl c;
        const auto s = policy.start(c.weights);
        const auto r = torch::scalar_tensor(1e-3, at::kFloat);
        for (int step = 0; step < 3; ++step) s->step(c.gradients(), r);
        const auto before = c.all();
        r.fill_(last);
        s->step(c.gradients(), r);
        return c.all().sub(before);
    };
    CHECK(moved(0).eq(0).all().template item<bool>());
    CHECK(moved(0.01).ne(0).any().template item<bool>());
    CHECK(moved(0.02).allclose(moved(0.01).mul(2), 1e-3, 2e-6));

    // At the bottom nothing moves, but for what the weight decay takes.
    auto bare = policy;
    if constexpr (requires { bare.weight_decay; }) bare.weight_decay = 0;
    const bowl still;
    const auto before = still.all();
    const auto rest = bare.start(still.weights);
    for (int step = 0; step < 3; ++step) {
        std::vector<at::Tensor> zeros;
        for (const auto& w : still.weights) zeros.push_back(at::zeros_like(w.detach()));
        rest->step(zeros, rate);
    }
    CHECK(still.all().equal(before));

    CHECK_NOTHROW(policy.start({})->step({}, rate));
}

} // namespace laws
