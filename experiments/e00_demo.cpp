// e00: can a small network, trained on two CPU cores in minutes, find fractures better than scorers that know no anatomy of fractures?
#include <facet/facet.hpp>
using namespace facet;

// Sagittal slices of 64 pixels: no flip, since front and back of a spine are not alike.
constexpr experiment e00{
    "e00_demo",
    input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
    input::size{64},
    sampler::hard_negatives{.positive_fraction = 0.5, .hard_fraction = 0.5, .pool = 0.1}, // low, dense vertebrae are rare and look broken
    augment::chain{
        augment::per_vertebra{augment::rotate{.degrees = 11.5}, augment::translate{.fraction = 0.075}, augment::scale{.low = 0.9, .high = 1.1}},
        augment::per_slice{augment::gaussian_noise{.hu = 20}}},
    model::attention_unet{.features = 8, .depth = 4},
    loss::dice_bce{.dice_weight = 1, .bce_weight = 10, .smooth = 1},
    threshold::exact{metric::f1{}},
    operating_point{threshold::exact{metric::f1{}}}, // one vertebra in five is broken: Youden's index would accept many false alarms
    optimizer::adamw{.learning_rate = 3e-3, .weight_decay = 1e-4, .clip_norm = 1, .ema_decay = 0.99},
    schedule::cosine{.warmup_steps = 100, .final_fraction = 0.01},
    precision::bf16{},
    budget{.steps = 8'000, .batch = 16},
};

int main(int argc, char** argv) { return run<e00>(argc, argv); }
