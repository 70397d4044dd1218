// expect: search::among{...} is chosen together with the threshold, and threshold::fixed compares nothing
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::fixed{}, postprocess::min_area{.mm2 = search::among{0, 10}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
