// expect: match::iou_at_least needs 0 < iou <= 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::lesion_sensitivity{match::iou_at_least{.iou = 0}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
