// expect: this policy has no place in dataset{...}
#include <facet/dataset.hpp>
using namespace facet;
struct other {
    using role = facet::role::loss;
};
constexpr dataset bad{"bad", other{}};
int main(int argc, char** argv) { return run_dataset<bad>(argc, argv); }
