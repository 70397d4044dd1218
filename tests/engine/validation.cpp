#include <facet/engine/validation.hpp>

#include "support/test.hpp"

#include <stdexcept>
#include <vector>

#include <facet/evaluate/curve.hpp>

#include "engine/trainings.hpp"
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
    tensors.add(tensors.places(slices), logits, masks);
    const auto a = total_of(loop.by_level()), b = total_of(tensors.by_level());
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

TEST_CASE("a validation is the same whether a CPU's loops or a GPU's tensor operations make it, and again") {
    const trainings b;
    const auto data = b.data();
    const auto& p = plan_of<trained>;
    const resident_store resident{data, at::kCPU, p.residency};
    const augmenter source{p, data, resident, 1};
    learner<> student{p, at::kCPU, 1, 20};
    std::vector<std::uint32_t> slices(2'500); // three batches, the last not full
    for (std::size_t i = 0; i < slices.size(); ++i) slices[i] = static_cast<std::uint32_t>(i * 7 % data.count());
    validation_pass loops{p, data, student, source, slices, false}, tensors{p, data, student, source, slices, true};
    for (const double shift : {0.0, 1.5}) {
        const auto x = loops(shift), y = tensors(shift);
        CHECK(x.loss == Approx(y.loss).epsilon(1e-12));
        CHECK(x.by_level.size() == y.by_level.size());
        for (const auto& [level, h] : x.by_level) {
            CHECK(h.positive == y.by_level.at(level).positive);
            CHECK(h.negative == y.by_level.at(level).negative);
        }
        const auto again = tensors(shift); // nothing is left of the last one
        CHECK(again.loss == y.loss);
        CHECK(total_of(again.by_level).negative == total_of(y.by_level).negative);
    }
    const auto at_0 = total_of(loops(0).by_level), moved = total_of(loops(1.5).by_level);
    CHECK(loops(1.5).loss == loops(0).loss); // the loss does not see the correction
    CHECK(at_0.negative != moved.negative);
    const auto running_mean = [&] {
        for (const auto& [name, t] : student.state())
            if (name.ends_with("running_mean")) return t.clone();
        return at::Tensor{};
    };
    const auto before = running_mean();
    (void)student.step(at::rand({4, 2, 16, 16}), at::rand({4, 1, 16, 16}).gt(0.8).to(at::kByte));
    CHECK_FALSE(before.equal(running_mean())); // in training mode again
}

TEST_CASE("a validation that fails leaves the network in training mode, with the weights being trained") {
    const auto& p = plan_of<trained>;
    learner<> student{p, at::kCPU, 1, 20};
    const auto step = [&] { (void)student.step(at::rand({4, 2, 16, 16}), at::rand({4, 1, 16, 16}).gt(0.8).to(at::kByte)); };
    step();
    const auto values = [&] {
        std::vector<at::Tensor> out;
        for (const auto& [name, t] : student.state()) out.push_back(t.clone());
        return out;
    };
    const auto before = values();
    CHECK_THROWS_WITH(student.evaluate([](const learner<>::forward&) { throw std::runtime_error{"out of luck"}; }), "out of luck");
    const auto after = values();
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(before[i].equal(after[i]));
}
