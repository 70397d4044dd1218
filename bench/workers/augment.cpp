// Seconds per augmented slice, image and mask, three windows, from a store of 256 x 256 pixels. Usage: augment STORE
#include <facet/facet.hpp>

#include "augmentation.hpp"
#include "serve.hpp"

using namespace facet;

constexpr experiment e{"augment",
                       input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                       input::size{256},
                       augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::scale{}, augment::flip{}},
                                      augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{}}},
                       model::attention_unet{.features = 8, .depth = 4},
                       budget{.steps = 1, .batch = 16}};

int main(int argc, char** argv) { return serve_augmentation(plan_of<e>, arguments(argc, argv, 1, "augment STORE")[0]); }
