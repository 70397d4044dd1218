// Seconds per augmented slice, image and mask, three windows, from a store of 256 x 256 pixels. Usage: augment STORE
#include <facet/facet.hpp>

#include <numeric>

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/batch.hpp>

#include "serve.hpp"

using namespace facet;

constexpr experiment e{"augment",
                       input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                       input::size{256},
                       augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::scale{}, augment::flip{}},
                                      augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{}}},
                       model::attention_unet{.features = 8, .depth = 4},
                       budget{.steps = 1, .batch = 16}};

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 1, "augment STORE");
    at::set_num_threads(threads());
    const store data{a[0]};
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const augmenter augment{plan_of<e>, data, resident, 1};
    const at::NoGradGuard no_grad;
    std::uint64_t epoch = 0;
    constexpr std::uint32_t slices = 64, batch = 16;
    const auto round = [&] {
        for (std::uint32_t first = 0; first < slices; first += batch) {
            std::vector<std::uint32_t> wanted(batch);
            std::iota(wanted.begin(), wanted.end(), first);
            (void)augment(std::move(wanted), epoch);
        }
        ++epoch;
    };
    serve([&] { return seconds(round) / slices; });
}
