// expect: a monitor must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct silent {
    using role = facet::role::monitor;
    static constexpr std::string_view name = "silent"; // `keep` and the call are missing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::silent{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
