// An experiment in somebody else's project, with a policy of its own.
#include <facet/facet.hpp>

namespace mine {

struct mean_square {
    using role = facet::role::loss;
    double weight = 1;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        return logits.sigmoid().sub(target).square().mean().mul(weight);
    }
};

} // namespace mine

constexpr facet::experiment consumer{"consumer", facet::model::attention_unet{.features = 4, .depth = 2}, mine::mean_square{.weight = 2}};

int main(int argc, char** argv) { return facet::run<consumer>(argc, argv); }
