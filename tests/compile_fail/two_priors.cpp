// expect: two policies for the role 'prior'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, prior::as_trained{}, prior::of_slices{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
