// expect: augment::nnunet_2d lifts air to clip.low, and a window begins below it
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, input::windows{hu{-300, 800}}, augment::nnunet_2d{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
