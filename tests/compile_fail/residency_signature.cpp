// expect: a residency must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct cached {
    using role = facet::role::residency;
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::cached{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
