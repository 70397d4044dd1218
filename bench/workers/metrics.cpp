// Seconds per pixel of Dice, IoU, precision, recall and F1 at one threshold. Usage: metrics FOLDER, with logits.npy and truth.npy
#include <facet/facet.hpp>

#include <cstddef>

#include <facet/evaluate/curve.hpp>

#include "pixels.hpp"
#include "serve.hpp"

using namespace facet;

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 1, "metrics FOLDER");
    const scored_pixels pixels{a[0]};
    std::map<std::string, double> values;
    serve(
        [&] {
            return seconds([&] {
                       score_histogram h;
                       for (std::size_t i = 0; i < pixels.logits.size(); ++i) h.add(pixels.logits[i], pixels.truth[i] != 0);
                       const auto c = confusion_at(h, score_histogram::bin_of_probability(0.5));
                       values["F1"] = *metric::f1{}(c);
                       values["others"] = *metric::dice{}(c) + *metric::iou{}(c) + *metric::precision{}(c) + *metric::recall{}(c);
                   })
                   / static_cast<double>(pixels.logits.size());
        },
        values);
}
