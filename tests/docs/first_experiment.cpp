// t01: does a loss that punishes misses find more small fractures?
#include <facet/facet.hpp>

using namespace facet;

constexpr experiment t01{
    "t01_first",
    input::size{64},
    sampler::balanced{.positive_fraction = 0.5},
    model::attention_unet{.features = 8, .depth = 3},
    loss::tversky{.fp_weight = 0.3, .fn_weight = 0.7},
    threshold::exact{metric::f1{}},
    budget{.steps = 500, .batch = 16},
};

int main(int argc, char** argv) { return run<t01>(argc, argv); }
