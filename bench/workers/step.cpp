// Training step of the attention U-Net. Usage: step FEATURES SIZE BATCH THREADS
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
    const auto n = numbers(argc, argv, 4, "step FEATURES SIZE BATCH THREADS, with 8 or 16 features");
    at::set_num_threads(n[3]);
    const plan p = n[0] == 16 ? plan_of<large> : plan_of<small>;
    learner<> student{p, at::kCPU, 1, p.steps};
    const auto channels = at::rand({n[2], 3, n[1], n[1]});
    const auto masks = at::rand({n[2], 1, n[1], n[1]}).gt(0.99).to(at::kByte);
    serve([&] {
        std::vector<double> times;
        for (int i = 0; i < 10; ++i) times.push_back(seconds([&] { student.step(channels, masks); }));
        return median(times);
    });
}
