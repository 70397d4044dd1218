// expect: two policies for the role 'threshold'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, threshold::exact{}, threshold::youden{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
