// Seconds per pixel of average precision and the best F1 from logits. Usage: scores FOLDER, with logits.npy and truth.npy
#include <facet/facet.hpp>

#include <cstddef>

#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>

#include "pixels.hpp"
#include "serve.hpp"

using namespace facet;

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 1, "scores FOLDER");
    const scored_pixels pixels{a[0]};
    std::map<std::string, double> values{{"average precision, exact", *exact::average_precision(pixels.logits, pixels.truth)}};
    serve(
        [&] {
            return seconds([&] {
                       score_histogram h;
                       for (std::size_t i = 0; i < pixels.logits.size(); ++i) h.add(pixels.logits[i], pixels.truth[i] != 0);
                       values["average precision"] = *average_precision(h);
                       values["best F1"] = *threshold::exact{metric::f1{}}(h).objective;
                   })
                   / static_cast<double>(pixels.logits.size());
        },
        values);
}
