#include <facet/optimizer.hpp>

#include "support/test.hpp"

#include "laws/optimizer.hpp"

using namespace facet;

TEMPLATE_TEST_CASE("every optimiser keeps the optimiser laws", "[optimizer][laws]", optimizer::adam, optimizer::adamw, optimizer::lion, optimizer::rmsprop, optimizer::sgd) {
    laws::optimizer(TestType{});
}

TEST_CASE("optimisers keep the laws away from their defaults too", "[optimizer][laws]") {
    laws::optimizer(optimizer::adam{.weight_decay = 0.05, .beta1 = 0, .beta2 = 0.9});
    laws::optimizer(optimizer::adamw{.weight_decay = 0, .eps = 1e-3});
    laws::optimizer(optimizer::lion{.weight_decay = 0.5, .beta1 = 0.5, .beta2 = 0.5});
    laws::optimizer(optimizer::rmsprop{.smoothing = 0.9, .momentum = 0.5, .centred = true, .weight_decay = 0.02});
    laws::optimizer(optimizer::sgd{.momentum = 0, .nesterov = false, .weight_decay = 0});
    laws::optimizer(optimizer::sgd{.momentum = 0.9, .nesterov = false, .weight_decay = 0.01});
}
