// compare_losses: which loss finds small fractures best, and does balanced sampling help it? Ten variants of one recipe.
#include <facet/facet.hpp>
using namespace facet;

// The demo's recipe; the budget is small enough for ten runs on two CPU cores.
constexpr experiment base{
    "compare_losses",
    input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
    input::size{64},
    augment::chain{
        augment::per_vertebra{augment::rotate{.degrees = 11.5}, augment::translate{.fraction = 0.075}, augment::scale{.low = 0.9, .high = 1.1}},
        augment::per_slice{augment::gaussian_noise{.hu = 20}}},
    model::attention_unet{.features = 8, .depth = 4},
    loss::dice_bce{},
    threshold::exact{metric::f1{}},
    optimizer::adamw{.learning_rate = 3e-3, .weight_decay = 1e-4, .clip_norm = 1, .ema_decay = 0.99},
    schedule::cosine{.warmup_steps = 100, .final_fraction = 0.01},
    precision::bf16{},
    budget{.steps = 600, .batch = 16},
};

constexpr auto losses = variants(base,
                                 one_of(loss::dice_bce{.dice_weight = 1, .bce_weight = 10, .smooth = 1}, loss::focal{}, loss::tversky{}, loss::focal_tversky{}, loss::unified_focal{}),
                                 one_of(sampler::balanced{.positive_fraction = 0.5}, sampler::natural{}));

int main(int argc, char** argv) { return compare<losses>(argc, argv); }
