#include <facet/engine/learner.hpp>

#include "support/test.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include <facet/engine/training_step.hpp>
#include <facet/engine/validation.hpp>

#include "cuda/gpu.hpp"
#include "engine/trained.hpp"
#include "engine/trainings.hpp"

using namespace facet;

TEST_CASE("a recorded step is the step that is issued kernel by kernel", "[cuda]") {
    static constexpr auto half = with(trained, precision::bf16{});
    const auto found = gpu_or_skip();
    if (!found) return;
    const auto gpu = *found;
    for (const plan* p : {&plan_of<trained>, &plan_of<half>}) {
        learner<> played{*p, gpu, 1, 20}, issued{*p, gpu, 1, 20};
        issued.record(false);
        for (int step = 0; step < 6; ++step) {
            const auto channels = at::rand({4, 2, 16, 16}).to(gpu), masks = at::rand({4, 1, 16, 16}).gt(0.8).to(at::kByte).to(gpu);
            const double a = played.step(channels, masks).item<double>(), b = issued.step(channels, masks).item<double>();
            CHECK(a == Approx(b).epsilon(1e-5));
        }
        CHECK(played.recorded());
        CHECK_FALSE(issued.recorded());
        const auto x = played.state(), y = issued.state();
        REQUIRE(x.size() == y.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            INFO(x[i].first);
            CHECK(x[i].second.to(at::kDouble).allclose(y[i].second.to(at::kDouble), 1e-4, 1e-6));
        }
        const auto images = at::rand({4, 2, 16, 16}).to(gpu);
        CHECK(played.logits(images).allclose(issued.logits(images), 1e-4, 1e-5));
    }
}

TEST_CASE("a recorded step makes its own batch, the one that is made kernel by kernel", "[cuda]") {
    static constexpr auto bent = with(trained, augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::elastic{.fraction = 0.05}, augment::hu_shift{.probability = 0.5}},
                                                              augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::low_resolution{.probability = 0.5}, augment::gamma{}},
                                                              augment::per_batch{augment::cutmix{.probability = 0.5}}});
    const auto found = gpu_or_skip();
    if (!found) return;
    const auto gpu = *found;
    const trainings b;
    const auto data = b.data();
    for (const auto where : {residency_kind::device, residency_kind::stream})
        for (const plan* p : {&plan_of<trained>, &plan_of<bent>}) {
            const resident_store resident{data, gpu, where};
            const augmenter augment{*p, data, resident, 1};
            learner<> played{*p, gpu, 1, 20}, issued{*p, gpu, 1, 20};
            issued.record(false);
            for (std::uint32_t step = 0; step < 6; ++step) {
                const std::vector<std::uint32_t> slices{step, step + 1, step + 7, step + 11};
                CHECK(training_step(played, augment, slices, step).item<double>() == Approx(training_step(issued, augment, slices, step).item<double>()).epsilon(1e-5));
            }
            CHECK(played.recorded());
        }
}

TEST_CASE("a recorded validation is the one that is issued kernel by kernel", "[cuda]") {
    const auto found = gpu_or_skip();
    if (!found) return;
    const auto gpu = *found;
    const trainings b;
    const auto data = b.data();
    const auto& p = plan_of<trained>;
    std::vector<std::uint32_t> slices(40'000); // three batches, the last not full
    for (std::size_t i = 0; i < slices.size(); ++i) slices[i] = static_cast<std::uint32_t>(i * 7 % data.count());
    for (const auto where : {residency_kind::device, residency_kind::stream}) {
        const resident_store resident{data, gpu, where};
        const augmenter source{p, data, resident, 1};
        learner<> student{p, gpu, 1, 20};
        validation_pass played{p, data, student, source, slices}, issued{p, data, student, source, slices};
        issued.record(false);
        double last = 0;
        for (int round = 0; round < 3; ++round) {
            const auto x = played(0.25 * round), y = issued(0.25 * round);
            CHECK(x.loss == Approx(y.loss).epsilon(1e-6));
            CHECK(x.loss != last); // the recording reads the weights of now
            CHECK(total_of(x.by_level).negative == total_of(y.by_level).negative);
            CHECK(total_of(x.by_level).positive == total_of(y.by_level).positive);
            last = x.loss;
            (void)training_step(student, source, {0, 1, 7, 11}, 0);
        }
        CHECK(played.recorded());
        CHECK_FALSE(issued.recorded());
    }
}
