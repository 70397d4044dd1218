// Seconds per training image: batches from a store of 64 x 64 pixels, augmentation, step; 8 features, batch 16. Usage: pipeline STORE
#include <facet/facet.hpp>

#include <ATen/Parallel.h>

#include "pipeline.hpp"
#include "serve.hpp"

using namespace facet;

constexpr experiment e{"pipeline",
                       input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                       input::size{64},
                       sampler::natural{},
                       augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::translate{.fraction = 0.1}, augment::scale{}, augment::flip{}},
                                      augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{}}},
                       model::attention_unet{.features = 8, .depth = 4},
                       optimizer::adamw{.clip_norm = 1},
                       budget{.steps = 1'000'000, .batch = 16}};

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 1, "pipeline STORE");
    at::set_num_threads(threads());
    const store data{a[0]};
    training_pipeline pipeline{plan_of<e>, data, at::kCPU};
    serve([&] {
        constexpr int steps = 40;
        return seconds([&] { pipeline.steps(steps); }) / static_cast<double>(steps * plan_of<e>.batch);
    });
}
