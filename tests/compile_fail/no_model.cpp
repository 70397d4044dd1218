// expect: no policy for the role 'model', which has no default
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", loss::bce{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
