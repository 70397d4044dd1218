// Ten variants in one file: five losses, two samplers. The benchmark also builds it with the first of each, to know what one more costs.
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

constexpr auto losses = one_of(loss::dice{}, loss::dice_bce{}, loss::focal{}, loss::tversky{}, loss::focal_tversky{});
constexpr auto samplers = one_of(sampler::natural{}, sampler::balanced{});
constexpr auto all = variants(base, losses, samplers);

int main(int argc, char** argv) { return compare<all>(argc, argv); }
