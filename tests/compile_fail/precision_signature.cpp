// expect: a precision must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct fp16 {
    using role = facet::role::precision;
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::fp16{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
