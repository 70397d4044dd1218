// expect: a sampler must offer
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct lazy {
    using role = facet::role::sampler;
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::lazy{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
