// Seconds per slice of nnU-Net's augmentation, image and mask, three windows. Usage: nnunet 256 THREADS
#include <facet/facet.hpp>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/batch.hpp>

#include "made_store.hpp"
#include "serve.hpp"

using namespace facet;

constexpr experiment e{"nnunet", input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}}, input::size{256}, augment::nnunet_2d{},
                       model::attention_unet{.features = 8, .depth = 4}, budget{.steps = 1, .batch = 16}};

int main(int argc, char** argv) {
    const auto n = numbers(argc, argv, 2, "nnunet 256 THREADS");
    at::set_num_threads(n[1]);
    const made_store made{64, 256};
    const resident_store resident{made.data(), at::kCPU, residency_kind::automatic};
    const augmenter augment{plan_of<e>, made.data(), resident, 1};
    const at::NoGradGuard no_grad;
    std::uint64_t epoch = 0;
    serve([&] {
        constexpr std::uint32_t batch = 16;
        return seconds([&] {
                   for (std::uint32_t first = 0; first < 64; first += batch) {
                       std::vector<std::uint32_t> slices(batch);
                       for (std::uint32_t i = 0; i < batch; ++i) slices[i] = first + i;
                       (void)augment(std::move(slices), epoch);
                   }
                   ++epoch;
               })
               / 64;
    });
}
