// expect: the role operating_point is played by operating_point{...}
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct half {
    using role = facet::role::operating_point;
    threshold::choice operator()(const score_histogram&) const { return {}; }
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::half{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
