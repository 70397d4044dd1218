#include <facet/facet.hpp>

#include "support/test.hpp"

#include <cmath>

#include <string>

using namespace facet;

namespace mine {

/// A loss as a user writes it, in a namespace of the user's own.
struct squared_error {
    using role = facet::role::loss;
    double weight = 1;
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const { return logits.sigmoid().sub(target).square().mean().mul(weight); }
};

} // namespace mine

namespace {

constexpr experiment in_order{"one", sampler::natural{}, model::attention_unet{.features = 8}, loss::focal{.exponent = 3}};
constexpr experiment shuffled{"one", loss::focal{.exponent = 3}, model::attention_unet{.features = 8}, sampler::natural{}};
constexpr experiment own{"own", model::attention_unet{.features = 8}, mine::squared_error{.weight = 2}};
constexpr experiment losses_base{"base", model::attention_unet{.features = 8}, loss::bce{}};
constexpr auto changed = with(losses_base, loss::tversky{.fn_weight = 0.9}, budget{.steps = 10});
constexpr auto grid = variants(losses_base, one_of(loss::focal{}, loss::tversky{.fn_weight = 0.8}, loss::tversky{}), one_of(sampler::natural{}, sampler::balanced{}));
constexpr experiment full{
    "full",
    input::windows{hu{0, 1800}, hu{-160, 240}},
    input::size{64},
    augment::chain{augment::per_vertebra{augment::rotate{.degrees = 15}}, augment::per_slice{augment::gamma{}}},
    model::attention_unet{.features = 8, .depth = 3},
    metric::set{metric::f1{}, metric::pr_auc{}},
    monitor::best{metric::f1{}},
    threshold::grid{metric::f_beta{.beta = 3}},
    optimizer::sgd{.learning_rate = 0.2, .clip_norm = 5, .ema_decay = 0.9},
    schedule::poly{},
    precision::fp32{},
    split::patients{.folds = 4},
    residency::stream{},
    budget{.steps = 7, .batch = 4},
};

constexpr auto on_the_device = with(full, residency::device{}, target::masks{}, operating_point{threshold::sensitivity_at_least{.value = 0.5}});
constexpr auto where_it_fits = with(full, residency::automatic{});

} // namespace

TEST_CASE("policies may stand in any order", "[core]") {
    CHECK(describe<in_order>() == describe<shuffled>());
    CHECK(get<role::loss>(shuffled).exponent == 3);
}

TEST_CASE("a role that is not mentioned takes its default", "[core]") {
    CHECK(get<role::size>(in_order).pixels == 256);
    CHECK(get<role::budget>(in_order).steps == 80'000);
    CHECK(get<role::budget>(in_order).batch == 32);
    CHECK(get<role::input>(in_order).channel_count == 3);
}

TEST_CASE("with() replaces a role or adds it, and leaves the rest", "[core]") {
    CHECK(get<role::loss>(changed).fn_weight == 0.9);
    CHECK(get<role::budget>(changed).steps == 10);
    CHECK(get<role::model>(changed).features == 8);
    CHECK(changed.name == "base");
    CHECK(rename(changed, "other").name == "other");
}

TEST_CASE("variants are the product of their axes, with labels derived from what differs", "[core]") {
    CHECK(variant_count<grid> == 6);
    const auto labels = variant_labels<grid>();
    CHECK(labels == std::vector<std::string>{"sampler=natural loss=focal", "sampler=balanced loss=focal", "sampler=natural loss=tversky{fn_weight=0.8}",
                                             "sampler=balanced loss=tversky{fn_weight=0.8}", "sampler=natural loss=tversky", "sampler=balanced loss=tversky"});
}

TEST_CASE("a variant on one axis is named by that axis alone", "[core]") {
    static constexpr auto one_axis = variants(losses_base, one_of(loss::dice_bce{}, loss::tversky{.fn_weight = 0.8}));
    CHECK(variant_labels<one_axis>() == std::vector<std::string>{"loss=dice_bce", "loss=tversky{fn_weight=0.8}"});
}

TEST_CASE("a label tells a policy inside a policy", "[core]") {
    static constexpr auto nested = variants(losses_base, one_of(loss::dice{}, loss::dice{.over = per::sample{}}, loss::weighted{loss::dice{}, 2}, loss::weighted{loss::bce{}, 2}));
    CHECK(variant_labels<nested>() == std::vector<std::string>{"loss=dice", "loss=dice{over=sample}", "loss=weighted{loss=dice,weight=2}", "loss=weighted{loss=bce,weight=2}"});
}

TEST_CASE("callbacks are optional and many, and with() adds one", "[core]") {
    constexpr static auto watched = with(with(full, callback::early_stopping{.patience = 3}), callback::early_stopping{.patience = 5, .min_delta = 0.5});
    static_assert(check<watched>());
    CHECK(plan_of<full>.callbacks.empty());
    CHECK(describe<full>().find("\"callback\"") == std::string::npos);
    REQUIRE(plan_of<watched>.callbacks.size() == 2);
    CHECK_THAT(describe<watched>(), Catch::EndsWith(R"(,"callback":[{"policy":"callback::early_stopping","patience":3,"min_delta":0},{"policy":"callback::early_stopping","patience":5,"min_delta":0.5}]})"));
    std::vector<callback::epoch> epochs(5); // without a score, at one loss
    const std::filesystem::path run{"run"};
    const callback::progress now{.epochs = epochs, .steps = 10, .run = run};
    CHECK(plan_of<watched>.callbacks[0](now) == callback::decision::stop);
    CHECK(plan_of<watched>.callbacks[1](now) == callback::decision::go_on);
}

TEST_CASE("describe prints every field of every policy", "[core]") {
    CHECK(describe_policy(loss::tversky{.fn_weight = 0.8}) == R"({"policy":"loss::tversky","fp_weight":0.3,"fn_weight":0.8,"smooth":1e-05,"over":{"policy":"per::batch"}})");
    CHECK(describe_policy(mine::squared_error{}) == R"({"policy":"mine::squared_error","weight":1})");
    CHECK(describe_policy(input::windows{hu{0, 1800}}) == R"({"policy":"input::windows","channels":[{"low":0,"high":1800}]})");
    CHECK(describe_policy(augment::chain{augment::per_slice{augment::gaussian_noise{.hu = 5}}})
          == R"({"policy":"augment::chain","items":[{"policy":"augment::per_slice","items":[{"policy":"augment::gaussian_noise","hu":5,"probability":1}]}]})");
    CHECK_THAT(describe<full>(), Catch::StartsWith(R"({"experiment":"full","input":{)"));
    CHECK_THAT(describe<full>(), Catch::Contains(R"("schedule":{"policy":"schedule::poly","exponent":0.9,"warmup_steps":0})"));
}

TEST_CASE("a loss of the user's own works like a shipped one", "[core]") {
    STATIC_REQUIRE(check<own>());
    const auto& p = plan_of<own>;
    // sigmoid(0) = 0.5, so the squared error is 0.25, times 2
    CHECK(p.loss(torch::zeros({1, 1, 2, 2}), torch::ones({1, 1, 2, 2})).item<double>() == Approx(0.5));
    CHECK_THAT(p.describe(), Catch::Contains(R"("loss":{"policy":"mine::squared_error","weight":2})"));
}

TEST_CASE("the plan carries every number of the experiment", "[core]") {
    const auto& p = plan_of<full>;
    CHECK(p.name == "full");
    REQUIRE(p.windows.size() == 2);
    CHECK(p.windows[1].low == -160);
    CHECK(p.size == 64);
    CHECK(p.residency == residency_kind::stream);
    CHECK(p.folds == 4);
    CHECK(p.test_patients == 0);
    CHECK(p.augments_geometry);
    CHECK(p.peak_learning_rate == 0.2);
    CHECK(p.clip_norm == 5);
    CHECK(p.ema_decay == 0.9);
    CHECK(p.learning_rate_factor(0, 7) == 1);
    CHECK_FALSE(p.bf16);
    CHECK(p.steps == 7);
    CHECK(p.batch == 4);
    REQUIRE(p.metrics.size() == 2);
    CHECK(p.metrics[0].name == "f1");
    CHECK(p.metrics[0].of_counts(confusion{.tp = 1, .fp = 1, .fn = 1, .tn = 0}).value() == 0.5);
    CHECK(p.metrics[0].of_ranking == nullptr);
    CHECK(p.metrics[1].name == "pr_auc");
    CHECK(p.metrics[1].of_counts == nullptr);
    CHECK(p.monitor_name == "f1");
    CHECK(p.keep_checkpoints == 3);
    CHECK(p.threshold_objective == "f_beta");
    CHECK(p.to_channels(torch::zeros({1, 1, 2, 2})).size(1) == 2);
    CHECK(plan_of<in_order>.monitor_name == "prauc");
    CHECK(plan_of<on_the_device>.residency == residency_kind::device);
    CHECK(plan_of<where_it_fits>.residency == residency_kind::automatic);
    CHECK(p.point_objective == "youden");
    CHECK(plan_of<on_the_device>.point_objective == "sensitivity_at_least");
    score_histogram two; // positives at logits 1 and 3: half of them are found from 3 on
    for (const float logit : {1.0f, 3.0f}) two.add(logit, true);
    for (const float logit : {-2.0f, 2.0f}) two.add(logit, false);
    CHECK(plan_of<on_the_device>.choose_point(two).value == Approx(1 / (1 + std::exp(-3.0))).epsilon(1e-3));
    CHECK(plan_of<in_order>.bf16);
    CHECK_FALSE(plan_of<in_order>.augments_geometry);
}

TEST_CASE("the plan's sampler is the experiment's", "[core]") {
    std::vector<slice_info> slices(10);
    for (std::size_t i = 0; i < 3; ++i) slices[i].fracture_pixels = 5;
    const sampler::context context{.slices = slices, .batch = 4, .seed = 1};
    const auto sample = plan_of<full>.start_sampler(context);
    std::vector<std::int64_t> batch(4);
    sample(0, batch);
    CHECK(std::ranges::count_if(batch, [](auto i) { return i < 3; }) == 2);
    CHECK(plan_of<full>.positive_rate(context) == 0.5);
    CHECK(plan_of<in_order>.positive_rate(context) == Approx(0.3));
}
