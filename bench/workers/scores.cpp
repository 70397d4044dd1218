// Seconds per pixel of average precision and the best F1 from logits. Usage: scores PIXELS
#include <facet/facet.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

#include "serve.hpp"

using namespace facet;

int main(int argc, char** argv) {
    const auto pixels = static_cast<std::size_t>(numbers(argc, argv, 1, "scores PIXELS")[0]);
    std::vector<float> logits(pixels);
    std::vector<std::uint8_t> truth(pixels);
    rng::stream draw{1};
    for (std::size_t i = 0; i < pixels; ++i) {
        truth[i] = draw.happens(0.006);
        logits[i] = static_cast<float>(draw.normal() + 2.5 * truth[i] - 4);
    }
    double sink = 0; // what is not used may be left out by the compiler
    serve([&] {
        return seconds([&] {
                   score_histogram h;
                   for (std::size_t i = 0; i < pixels; ++i) h.add(logits[i], truth[i] != 0);
                   sink += *average_precision(h) + threshold::exact{metric::f1{}}(h).value;
               })
               / static_cast<double>(pixels);
    });
    return std::isfinite(sink) ? 0 : 1;
}
