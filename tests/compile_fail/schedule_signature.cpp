// expect: a schedule must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct flat {
    using role = facet::role::schedule;
    double operator()(double) const { return 1; } // the step and the steps of the run are missing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::flat{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
