// expect: needs a model with several heads; write .deep_supervision = true
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, loss::deep_supervision{loss::dice_bce{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
