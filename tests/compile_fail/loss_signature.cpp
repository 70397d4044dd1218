// expect: a loss must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct halved {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits) const { return logits.mean(); } // the target is missing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::halved{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
