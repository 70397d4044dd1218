// expect: augment::mixup makes targets between 0 and 1, and this loss takes 0 and 1 only
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, augment::chain{augment::per_batch{augment::mixup{}}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
