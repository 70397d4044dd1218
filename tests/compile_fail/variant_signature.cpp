// expect: a loss must be callable as
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct halved {
    using role = facet::role::loss;
    at::Tensor operator()(const at::Tensor& logits) const { return logits.mean(); } // the target is missing
};
}
constexpr experiment base{"base", model::attention_unet{}};
constexpr auto bad = variants(base, one_of(mine::halved{}, loss::bce{}));
int main(int argc, char** argv) { return compare<bad>(argc, argv); }
