#include <facet/facet.hpp>

#include "support/test.hpp"

using namespace facet;

namespace mine {

struct per_pixel {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const { return (logits - target).square(); } // the mean is missing
};
struct thresholded {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const { return logits.gt(0).to(at::kFloat).sub(target).square().mean(); }
};
struct mismatched {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const { return logits.matmul(target.flatten()).mean(); }
};
struct nothing {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor&, const at::Tensor&) const { return {}; }
};
/// Distances with a field of its own: wrong pixels by their distance.
struct far_errors {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target, const loss::distance_map& distances) const {
        return (logits.sigmoid() - target).abs().mul(distances.pixels.abs()).mean();
    }
};

constexpr experiment shape{"shape", model::attention_unet{}, per_pixel{}};
constexpr experiment gradient{"gradient", model::attention_unet{}, thresholded{}};
constexpr experiment mismatch{"mismatch", model::attention_unet{}, mismatched{}};
constexpr experiment empty{"empty", model::attention_unet{}, nothing{}};
constexpr experiment distant{"distant", model::attention_unet{}, far_errors{}, target::distance_maps{}};
constexpr experiment in_sum{"in_sum", target::distance_maps{}, model::attention_unet{}, loss::sum{loss::dice{}, loss::weighted{far_errors{}, 2}}};
constexpr experiment unused{"unused", target::distance_maps{}, model::attention_unet{}, loss::bce{}};

} // namespace mine

namespace {

std::string complaint(const plan& p, bool learning = true) {
    const auto logits = torch::zeros({2, 1, 4, 4}).requires_grad_(learning);
    try {
        p.loss(logits, torch::zeros({2, 1, 4, 4}));
    } catch (const bad_input& e) {
        return e.what();
    }
    return "none";
}

} // namespace

TEST_CASE("a loss that returns no scalar is named with the shape it returned", "[loss]") {
    CHECK(complaint(plan_of<mine::shape>)
          == "the loss mine::per_pixel returned a tensor of shape [2, 1, 4, 4] for logits of shape [2, 1, 4, 4]; return one number for the batch, for example with .mean()");
    CHECK_THAT(complaint(plan_of<mine::empty>), Catch::StartsWith("the loss mine::nothing returned an empty tensor"));
}

TEST_CASE("a loss that lost its gradient is named while learning, and may be looked at in validation", "[loss]") {
    CHECK_THAT(complaint(plan_of<mine::gradient>), Catch::StartsWith("the loss mine::thresholded returned a number without a gradient"));
    CHECK(complaint(plan_of<mine::gradient>, false) == "none");
}

TEST_CASE("a loss whose tensors do not fit together is named with the shapes it was given", "[loss]") {
    const auto said = complaint(plan_of<mine::mismatch>);
    CHECK_THAT(said, Catch::StartsWith("the loss mine::mismatched cannot be computed of logits and target of shape [2, 1, 4, 4]: "));
    CHECK(said.find('\n') == said.npos);
}

TEST_CASE("the plan hands distance maps to a loss that takes them, alone or inside a sum", "[loss]") {
    const auto target = torch::eye(4).view({1, 1, 4, 4}), logits = torch::randn({1, 1, 4, 4});
    const auto distant = ((logits.sigmoid() - target).abs() * distance_transforms<>::signed_distance(target).abs()).mean().item<double>();
    CHECK(plan_of<mine::distant>.loss(logits, target).item<double>() == Approx(distant));
    CHECK(plan_of<mine::in_sum>.loss(logits, target).item<double>() == Approx(loss::dice{}(logits, target).item<double>() + 2 * distant));
    CHECK(plan_of<mine::unused>.loss(logits, target).item<double>() == Approx(loss::bce{}(logits, target).item<double>()));
    CHECK_THAT(plan_of<mine::unused>.describe(), Catch::Contains(R"("target":{"policy":"target::distance_maps"})"));
}
