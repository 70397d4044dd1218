// expect: two policies for the role 'labels'
#include <facet/dataset.hpp>
using namespace facet;
constexpr dataset bad{"bad", labels::totalsegmentator{}, labels::verse{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
