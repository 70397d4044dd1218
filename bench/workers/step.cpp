// Training step of the attention U-Net. Usage: step FEATURES SIZE BATCH, with 8 or 16 features
#include <facet/facet.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <facet/engine/learner.hpp>

#include "serve.hpp"

using namespace facet;

constexpr experiment small{"small", input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}}, input::size{64}, augment::chain{},
                           model::attention_unet{.features = 8, .depth = 4}, optimizer::adamw{.clip_norm = 1}, budget{.steps = 1'000'000, .batch = 16}};
constexpr auto large = with(small, model::attention_unet{.features = 16, .depth = 4});

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 3, "step FEATURES SIZE BATCH, with 8 or 16 features");
    const auto size = std::stol(a[1]), batch = std::stol(a[2]);
    at::set_num_threads(threads());
    const plan& p = a[0] == "16" ? plan_of<large> : plan_of<small>;
    learner<> student{p, at::kCPU, 1, p.steps};
    const auto channels = at::rand({batch, 3, size, size});
    const auto masks = at::rand({batch, 1, size, size}).gt(0.99).to(at::kByte);
    serve([&] { return median_seconds(10, [&] { student.step(channels, masks); }); });
}
