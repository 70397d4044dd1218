// expect: a model must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct empty {
    using role = facet::role::model;
};
}
constexpr experiment bad{"bad", mine::empty{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
