// expect: a postprocess must be callable as
#include <facet/facet.hpp>
using namespace facet;
struct mine {
    using role = facet::role::postprocess;
    void operator()(int) const {}
};
constexpr experiment bad{"bad", model::attention_unet{}, mine{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
