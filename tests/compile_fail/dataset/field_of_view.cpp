// expect: crop::spine_frame{.field_of_view} is the side of what is seen
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", crop::spine_frame{.field_of_view = millimetres{5}}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
