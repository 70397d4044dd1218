// The experiment the benchmark edits: full size, every role written out.
#include <facet/facet.hpp>
using namespace facet;

constexpr experiment edited{
    "edited",
    input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
    input::size{256},
    sampler::balanced{.positive_fraction = 0.5},
    augment::chain{
        augment::per_vertebra{augment::rotate{.degrees = 15}, augment::translate{.fraction = 0.1},
                              augment::scale{.low = 0.9, .high = 1.1}, augment::flip{.left_right = 0.5}},
        augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{.low = 0.8, .high = 1.25}}},
    model::attention_unet{.features = 64, .depth = 4},
    loss::focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 0.75},
    metric::set{metric::dice{}, metric::iou{}, metric::precision{}, metric::recall{}, metric::f1{}, metric::pr_auc{}},
    monitor::best{metric::pr_auc{}},
    threshold::exact{metric::f1{}},
    optimizer::adamw{.learning_rate = 1e-3},
    schedule::cosine{.warmup_steps = 2'000},
    budget{.steps = 80'000, .batch = 32},
};

int main(int argc, char** argv) { return run<edited>(argc, argv); }
