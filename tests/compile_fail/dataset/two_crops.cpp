// expect: two policies for the role 'crop'
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", crop::vertebra_box{}, crop::spine_frame{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
