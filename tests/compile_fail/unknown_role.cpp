// expect: this policy's role is unknown
#include <facet/facet.hpp>
using namespace facet;
namespace mine { struct wizard { using role = struct wand; }; }
constexpr experiment bad{"bad", model::attention_unet{}, mine::wizard{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
