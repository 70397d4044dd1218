// expect: schedule::cosine_restarts needs a final_fraction between 0 and 1
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, schedule::cosine_restarts{.final_fraction = 2}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
