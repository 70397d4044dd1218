#include <facet/engine/fused.hpp>

#include "support/test.hpp"

#include <vector>

#include <facet/engine/parallel.hpp>

#include "engine/blocks_in_double.hpp"

using namespace facet;
using namespace blocks;

namespace {

const shape shapes[]{{1, 2, 3, 5}, {3, 4, 7, 5}, {2, 8, 16, 16}, {2, 24, 9, 11}, {1, 64, 5, 4}, {4, 8, 64, 64}};

} // namespace

TEST_CASE("normalisation with ReLU in one function is that of plain operations in double", "[engine][fused]") {
    at::manual_seed(1);
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const auto& s : shapes) check_norm(s, type);
}

TEST_CASE("the attention gate in one function is that of plain operations in double", "[engine][fused]") {
    at::manual_seed(3);
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const auto& s : shapes)
            for (const bool before : {false, true}) check_gate(s, type, before);
}

TEST_CASE("a large mean costs no digits, a constant channel becomes its bias, and what is not a number stays so", "[engine][fused]") {
    at::manual_seed(2);
    check_extremes();
}

TEST_CASE("a gradient that somebody else holds is left as it is", "[engine][fused]") {
    at::manual_seed(5);
    const shape s{2, 8, 5, 4};
    const auto up = image(s, at::kFloat), skip = image(s, at::kFloat);
    const auto y = fused::gate(up, skip, made_gate(8, at::kFloat, true));
    const auto dy = at::randn_like(y), kept = dy.clone();
    const auto once = torch::autograd::grad({y}, {up, skip}, {dy}, true), again = torch::autograd::grad({y}, {up, skip}, {dy}, true);
    CHECK(dy.equal(kept));
    CHECK(once[0].equal(again[0]));
    CHECK(once[1].equal(again[1]));
    CHECK(error(once[0], gradients(y.mul(1), {up}, kept)[0].to(at::kDouble)) < 1e-6); // here the gradient is nobody else's
}

TEST_CASE("the fused functions give the same bits twice and for any number of threads", "[engine][fused]") {
    at::manual_seed(4);
    const auto x = image({8, 8, 64, 64}, at::kBFloat16);
    const auto dy = at::randn_like(x);
    const auto once = [&](int threads) {
        const int before = at::get_num_threads();
        at::set_num_threads(threads);
        auto n = made_norm(8);
        n.weight = at::ones({8}).set_requires_grad(true);
        n.bias = at::zeros({8}).set_requires_grad(true);
        const auto y = fused::norm_relu(x, n);
        auto all = gradients(y, {x, n.weight, n.bias}, dy);
        all.push_back(y);
        at::set_num_threads(before);
        return all;
    };
    const auto a = once(1), b = once(2), c = once(4);
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].equal(b[i]));
        CHECK(a[i].equal(c[i]));
    }
}
