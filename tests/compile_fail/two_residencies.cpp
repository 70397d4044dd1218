// expect: two policies for the role 'residency'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, residency::device{}, residency::stream{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
