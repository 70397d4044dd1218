// expect: a loss must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct number {
    using role = facet::role::loss;
    double operator()(const at::Tensor&, const at::Tensor&) const { return 0; }
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::number{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
