// expect: an input must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct blind {
    using role = facet::role::input;
    static constexpr int channel_count = 1; // channels are missing
    at::Tensor operator()(const at::Tensor& images) const { return images; }
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::blind{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
