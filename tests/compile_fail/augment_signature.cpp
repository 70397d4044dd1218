// expect: an augmentation of an experiment is augment::chain{...}
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct noise {
    using role = facet::role::augment;
    at::Tensor operator()(const at::Tensor& images) const { return images; } // a chain has more functions
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::noise{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
