// t02: a loss of one's own, in one's own namespace.
#include <facet/facet.hpp>

namespace mine {

/// Soft intersection over union, over the whole batch.
struct soft_iou {
    using role = facet::role::loss;
    double smooth = 1;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const {
        const auto p = logits.sigmoid();
        const auto both = p.mul(target).sum();
        const auto either = p.sum().add(target.sum()).sub(both);
        return both.add(smooth).div(either.add(smooth)).neg().add(1);
    }
};

} // namespace mine

using namespace facet;

constexpr experiment t02{"t02_own_loss", input::size{64}, model::attention_unet{.features = 8, .depth = 3}, mine::soft_iou{.smooth = 10}, budget{.steps = 500, .batch = 16}};

int main(int argc, char** argv) { return run<t02>(argc, argv); }
