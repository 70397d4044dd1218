// expect: a callback must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct mute {
    using role = facet::role::callback;
    bool operator()(const callback::progress&) const { return true; } // neither a decision nor nothing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::mute{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
