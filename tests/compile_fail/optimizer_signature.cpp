// expect: an optimizer must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct still {
    using role = facet::role::optimizer;
    double learning_rate = 1e-3; // `start` is missing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::still{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
