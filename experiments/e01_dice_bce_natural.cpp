// e01: how far does Dice + cross-entropy come when slices are drawn as they are, about one in ten with a fracture?
#include <facet/facet.hpp>
using namespace facet;

constexpr experiment e01{
    "e01_dice_bce_natural",
    input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
    input::size{256},
    sampler::natural{},
    augment::chain{
        augment::per_vertebra{augment::rotate{.degrees = 15}, augment::translate{.fraction = 0.1},
                              augment::scale{.low = 0.9, .high = 1.1}, augment::flip{.left_right = 0.5}},
        augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{.low = 0.8, .high = 1.25}}},
    model::attention_unet{.features = 64, .depth = 4},
    loss::dice_bce{},
    metric::set{metric::dice{}, metric::iou{}, metric::precision{}, metric::recall{}, metric::f1{}, metric::pr_auc{}},
    monitor::best{metric::pr_auc{}},
    threshold::exact{metric::f1{}},
    optimizer::adamw{.learning_rate = 1e-3}, schedule::cosine{.warmup_steps = 2'000},
    budget{.steps = 80'000, .batch = 32},
};

int main(int argc, char** argv) { return run<e01>(argc, argv); }
