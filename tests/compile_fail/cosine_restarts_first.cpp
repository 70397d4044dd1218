// expect: schedule::cosine_restarts needs first_steps > 0
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::cosine_restarts{.first_steps = 0}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
