// Seconds of one operation of an experiment, compiled or configured at run time. Usage: overhead compiled|configured WHAT SIZE BATCH
// WHAT: loss, looked_up_loss, augment, step, affine, threshold
#include <facet/facet.hpp>

#include <functional>
#include <numeric>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>

#include "configured.hpp"
#include "made_store.hpp"
#include "serve.hpp"

using namespace facet;

constexpr experiment e{"overhead",
                       input::windows{hu{0, 1800}, hu{200, 1200}, hu{-160, 240}},
                       input::size{64},
                       augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}, augment::scale{}, augment::flip{}},
                                      augment::per_slice{augment::gaussian_noise{.hu = 20}, augment::gamma{}}},
                       model::attention_unet{.features = 8, .depth = 4},
                       loss::focal_tversky{.fp_weight = 0.3, .fn_weight = 0.7, .exponent = 0.75},
                       budget{.steps = 1'000'000, .batch = 16}};

static double time_loss(at::Tensor (*loss)(const at::Tensor&, const at::Tensor&), std::int64_t size, std::int64_t batch) {
    const auto logits = at::randn({batch, 1, size, size}).set_requires_grad(true);
    const auto target = at::rand({batch, 1, size, size}).gt(0.99).to(at::kFloat);
    return median_seconds(50, [&] { (void)torch::autograd::grad({loss(logits, target)}, {logits}); });
}

static double time_augment(const plan& p, std::int64_t size, std::int64_t batch) {
    static const made_store made{128, static_cast<std::size_t>(size)};
    static const resident_store resident{made.data(), at::kCPU, residency_kind::automatic};
    const augmenter augment{p, made.data(), resident, 1};
    const at::NoGradGuard no_grad;
    std::uint64_t epoch = 0;
    return median_seconds(10, [&] {
        std::vector<std::uint32_t> slices(static_cast<std::size_t>(batch));
        std::iota(slices.begin(), slices.end(), 0u);
        (void)augment(std::move(slices), epoch++);
    });
}

static double time_affine(const plan& p) {
    constexpr int draws = 10'000;
    double sink = 0; // what is not used may be left out by the compiler
    const double time = median_seconds(10, [&] {
        for (std::uint64_t key = 0; key < draws; ++key) sink += p.draw_affine(key, 64).matrix[0];
    });
    return sink == 0 ? 0 : time / draws;
}

static double time_threshold(bool compiled) {
    static const auto scores = [] {
        score_histogram h;
        rng::stream draw{1};
        for (int i = 0; i < 1'000'000; ++i) h.add(static_cast<float>(draw.normal(-2, 4)), draw.happens(0.01));
        return h;
    }();
    constexpr threshold::exact<metric::f1> known{};
    const threshold::exact<configured::objective_by_name> named{{configured::made().objective.get()}};
    double sink = 0;
    const double time = median_seconds(10, [&] { sink += (compiled ? known(scores) : named(scores)).value; });
    return sink == 0 ? 0 : time;
}

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 4, "overhead compiled|configured WHAT SIZE BATCH");
    at::set_num_threads(threads());
    const bool compiled = a[0] == "compiled";
    const auto size = std::stol(a[2]), batch = std::stol(a[3]);
    plan p = plan_of<e>;
    p.size = static_cast<int>(size);
    p.batch = batch;
    if (!compiled) p = configured::plan_like(p);
    if (!compiled && a[1] == "looked_up_loss") p.loss = [](const at::Tensor& logits, const at::Tensor& target) { return configured::made().looked_up(logits, target); };
    std::function<double()> round;
    if (a[1] == "augment") round = [&] { return time_augment(p, size, batch); };
    else if (a[1] == "affine") round = [&] { return time_affine(p); };
    else if (a[1] == "threshold") round = [&] { return time_threshold(compiled); };
    else if (a[1] == "step") {
        auto student = std::make_shared<learner<>>(p, at::kCPU, 1, p.steps);
        round = [=, channels = at::rand({batch, 3, size, size}), masks = at::rand({batch, 1, size, size}).gt(0.99).to(at::kByte)] {
            return median_seconds(10, [&] { student->step(channels, masks); });
        };
    } else round = [&] { return time_loss(p.loss, size, batch); };
    serve(round);
}
