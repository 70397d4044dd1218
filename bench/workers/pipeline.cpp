// Seconds per training image: batches from a store, augmentation, step. Usage: pipeline FEATURES SIZE BATCH THREADS, 8 64 16 THREADS
#include <facet/facet.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>

#include "made_store.hpp"
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
    const auto n = numbers(argc, argv, 4, "pipeline 8 64 16 THREADS");
    at::set_num_threads(n[3]);
    const made_store made{1024, 64};
    const auto& p = plan_of<e>;
    const auto all = made.all();
    const resident_store resident{made.data(), at::kCPU, residency_kind::automatic};
    const batch_plan order{p, made.data(), all, p.batch, 1};
    const augmenter augment{p, made.data(), resident, 1};
    learner<> student{p, at::kCPU, 1, p.steps};
    std::int64_t step = 0;
    serve([&] {
        constexpr int steps = 40;
        return seconds([&] {
                   for (int i = 0; i < steps; ++i, ++step) {
                       const auto batch = augment(order.slices(step), order.augmentation_epoch(step));
                       student.step(batch.channels, batch.masks);
                   }
               })
               / static_cast<double>(steps * p.batch);
    });
}
