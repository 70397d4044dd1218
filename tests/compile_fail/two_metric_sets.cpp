// expect: two policies for the role 'metrics'
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment bad{"bad", model::attention_unet{}, metric::set{metric::f1{}}, metric::set{metric::pr_auc{}}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
