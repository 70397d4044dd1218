// expect: a threshold search must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct half {
    using role = facet::role::threshold;
    double operator()(const score_histogram&) const { return 0.5; } // no threshold::choice
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::half{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
