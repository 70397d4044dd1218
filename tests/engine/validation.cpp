#include <facet/engine/validation.hpp>

#include "support/test.hpp"

#include <vector>

#include <facet/evaluate/curve.hpp>

#include "evaluate/made_run.hpp"

using namespace facet;

TEST_CASE("scores are counted alike by the loop of the CPU and the tensor operations of a GPU") {
    const testing::scratch folder;
    make_store(folder / "store");
    const store data{folder / "store"};
    const std::vector<std::uint32_t> slices{0, 15, 25, 40};
    auto logits = at::randn({4, 1, 16, 16}).mul(8);
    logits.view(-1)[0] = NAN;
    logits.view(-1)[1] = INFINITY;
    logits.view(-1)[2] = -INFINITY;
    logits.view(-1)[3] = 16;
    logits.view(-1)[4] = -16;
    auto masks = at::rand({4, 1, 16, 16}).mul(3).to(at::kByte);
    masks.masked_fill_(masks.eq(2), 255);

    score_counter loop{data}, tensors{data};
    loop.add(slices, logits, masks);
    tensors.add_by_tensors(slices, logits, masks);
    const auto a = loop.total(), b = tensors.total();
    CHECK(a.positive == b.positive);
    CHECK(a.negative == b.negative);
    CHECK(count_classes(a).positive == masks.eq(1).sum().item<std::int64_t>());
    CHECK(count_classes(a).negative == masks.eq(0).sum().item<std::int64_t>());

    std::int64_t at_30 = 0; // of the four only slice 0 is of V30, see made_slices
    for (const auto& [level, h] : loop.by_level()) {
        const auto other = tensors.by_level().at(level);
        CHECK(h.positive == other.positive);
        if (level == 30) at_30 = count_classes(h).total();
    }
    CHECK(at_30 == masks.slice(0, 0, 1).ne(255).sum().item<std::int64_t>());
}
