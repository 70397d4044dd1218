// expect: is not a policy; a policy is a struct with
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct nameless {
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor&) const { return logits.mean(); }
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::nameless{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
