// Ten variants in one file: five losses, two samplers.
#include <facet/facet.hpp>
using namespace facet;

constexpr experiment base{
    "base",
    input::size{256},
    sampler::balanced{.positive_fraction = 0.5},
    model::attention_unet{.features = 64, .depth = 4},
    loss::dice_bce{},
    budget{.steps = 80'000, .batch = 32},
};

constexpr auto ten = variants(base, one_of(loss::dice{}, loss::dice_bce{}, loss::focal{}, loss::tversky{}, loss::focal_tversky{}),
                              one_of(sampler::natural{}, sampler::balanced{}));

int main(int argc, char** argv) { return compare<ten>(argc, argv); }
