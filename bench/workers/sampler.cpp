// Seconds per batch of class-balanced indices. Usage: sampler SLICES BATCH; every tenth slice is positive
#include <facet/facet.hpp>

#include <cstdint>

#include "serve.hpp"

using namespace facet;

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 2, "sampler SLICES BATCH");
    std::vector<slice_info> slices(std::stoul(a[0]));
    for (std::size_t i = 0; i < slices.size(); i += 10) slices[i].fracture_pixels = 1;
    const auto batch = std::stol(a[1]);
    const auto draw = sampler::balanced{}.start({.slices = slices, .batch = batch, .seed = 1});
    std::vector<std::int64_t> positions(static_cast<std::size_t>(batch));
    std::int64_t step = 0;
    const auto batches = static_cast<std::int64_t>(slices.size()) / batch;
    serve([&] {
        return seconds([&] {
                   for (std::int64_t i = 0; i < batches; ++i) draw(step++, positions);
               })
               / static_cast<double>(batches);
    });
}
