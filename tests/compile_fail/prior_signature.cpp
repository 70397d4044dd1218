// expect: a prior correction must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct guess {
    using role = facet::role::prior;
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::guess{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
