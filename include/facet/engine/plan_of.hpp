#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/hana/length.hpp>

#include <facet/augment.hpp>
#include <facet/budget.hpp>
#include <facet/callback.hpp>
#include <facet/core/describe.hpp>
#include <facet/core/experiment.hpp>
#include <facet/engine/plan.hpp>
#include <facet/input.hpp>
#include <facet/loss.hpp>
#include <facet/loss/checked.hpp>
#include <facet/metric.hpp>
#include <facet/model.hpp>
#include <facet/monitor.hpp>
#include <facet/optimizer.hpp>
#include <facet/operating_point.hpp>
#include <facet/postprocess.hpp>
#include <facet/precision.hpp>
#include <facet/prior.hpp>
#include <facet/residency.hpp>
#include <facet/sampler.hpp>
#include <facet/schedule.hpp>
#include <facet/split.hpp>
#include <facet/target.hpp>
#include <facet/threshold.hpp>

namespace facet {

namespace detail {

// What the engine calls, role by role. Booleans decide, classes speak: see core/experiment.hpp.
template <class P> inline constexpr bool input_fits = requires(const P& p, const at::Tensor& images) {
    { p(images) } -> std::same_as<at::Tensor>;
    { P::channel_count } -> std::convertible_to<int>;
    { std::span<const hu>{p.channels} };
};

template <class P> struct input_signature {
    static_assert(input_fits<P>, "facet: an input must have `std::array<hu, N> channels`, `static constexpr int channel_count` and be callable as "
                                 "`at::Tensor operator()(const at::Tensor& hu_images) const`");
};
template <class P> struct sampler_signature {
    static_assert(sampler::policy<P>, "facet: a sampler must offer `auto start(const sampler::context&) const`, returning a callable `void(std::int64_t step, "
                                      "std::span<std::int64_t> batch)`, and `double positive_rate(const sampler::context&) const`");
};
template <class Sampler, class Model> inline constexpr bool order_fits = sampler::gives_sequences<Sampler> || !requires { requires Model::reads_sequences; };
template <class Sampler, class Model> struct slice_order {
    static_assert(order_fits<Sampler, Model>, "facet: this model reads sequences of slices, and this sampler shuffles slices; write sampler::sequences{.length = ...}");
};
template <class P> struct prior_signature {
    static_assert(prior::policy<P>, "facet: a prior correction must be callable as `double operator()(const prior::rates&) const`");
};
template <class P> struct augment_signature {
    static_assert(augment::policy<P>, "facet: an augmentation of an experiment is augment::chain{...}, or offers the same functions (augment::policy in facet/augment/chain.hpp)");
};
template <class P> struct model_signature {
    static_assert(model::policy<P>, "facet: a model must be callable as `std::shared_ptr<facet::network> operator()(int channels) const`");
};
template <class P> struct loss_signature {
    static_assert(loss::policy<P>, "facet: a loss must be callable as `at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const`, "
                                   "or with `const loss::distance_map&` as a third argument");
};
template <class Loss, class Target> inline constexpr bool supplied = !loss::needs_distances<Loss> || target::supplies_distances<Target>;
template <class Loss, class Target> struct supply {
    static_assert(supplied<Loss, Target>, "facet: this loss takes distance maps and nothing supplies them; add target::distance_maps{} to the experiment");
};
template <class P> struct monitor_signature {
    static_assert(monitor::policy<P>, "facet: a monitor must have `name`, `keep` and be callable as `std::optional<double> operator()(const score_histogram&, "
                                      "const threshold::choice&) const`");
};
template <class P> struct threshold_signature {
    static_assert(threshold::policy<P>, "facet: a threshold search must be callable as `threshold::choice operator()(const score_histogram&) const`");
};
template <class P> struct operating_point_signature {
    static_assert(is_operating_point<P>, "facet: the role operating_point is played by operating_point{...} around a threshold search, for example operating_point{threshold::youden{}}");
};
template <class P> inline constexpr bool postprocess_fits = postprocess::policy<P> || std::same_as<P, postprocess::none>;
template <class P> struct postprocess_signature {
    static_assert(postprocess_fits<P>, "facet: a postprocess must be callable as `void operator()(const postprocess::score_stack&) const` or as "
                                       "`void operator()(const postprocess::mask_stack&) const`");
};
template <class P> struct optimizer_signature {
    static_assert(optimizer::policy<P>, "facet: an optimizer must have `learning_rate` and offer `std::unique_ptr<optimizer::state> start(const "
                                        "std::vector<at::Tensor>& parameters) const`");
};
template <class P> struct schedule_signature {
    static_assert(schedule::policy<P>, "facet: a schedule must be callable as `double operator()(std::int64_t step, std::int64_t steps) const`");
};
template <class P> struct precision_signature {
    static_assert(precision::policy<P>, "facet: a precision must have `static constexpr bool uses_bf16`");
};
template <class P> struct split_signature {
    static_assert(split::policy<P>, "facet: a split must have `folds` and `test_patients`, the numbers that split.json must have (0: any)");
};
template <class P> struct residency_signature {
    static_assert(residency::policy<P>, "facet: a residency must have `static constexpr residency_kind kind`");
};

template <class P> struct callback_signature {
    static_assert(callback::policy<P>, "facet: a callback must be callable as `callback::decision operator()(const callback::progress&) const`, or return nothing");
};
template <class List> inline constexpr bool callbacks_fit = false;
template <class... P> inline constexpr bool callbacks_fit<hana::tuple<P...>> = (callback::policy<P> && ...);
template <class List> struct callback_signatures;
template <class... P> struct callback_signatures<hana::tuple<P...>> : callback_signature<P>... {};
template <const auto& e> using callbacks_t = std::remove_cvref_t<decltype(callbacks_of<e>)>;

template <const auto& e, class Role> using policy_t = std::remove_cvref_t<decltype(policy_of<e, Role>)>;

template <const auto& e>
inline constexpr bool signatures_fit =
    input_fits<policy_t<e, role::input>> && sampler::policy<policy_t<e, role::sampler>> && augment::policy<policy_t<e, role::augment>>
    && model::policy<policy_t<e, role::model>> && loss::policy<policy_t<e, role::loss>> && monitor::policy<policy_t<e, role::monitor>>
    && threshold::policy<policy_t<e, role::threshold>> && searches_point<policy_t<e, role::operating_point>> && postprocess_fits<policy_t<e, role::postprocess>> && optimizer::policy<policy_t<e, role::optimizer>>
    && schedule::policy<policy_t<e, role::schedule>> && precision::policy<policy_t<e, role::precision>>
    && split::policy<policy_t<e, role::split>> && residency::policy<policy_t<e, role::residency>>
    && supplied<policy_t<e, role::loss>, policy_t<e, role::target>>
    && prior::policy<policy_t<e, role::prior>> && callbacks_fit<callbacks_t<e>> && order_fits<policy_t<e, role::sampler>, policy_t<e, role::model>>;

template <const auto& e>
struct signatures : input_signature<policy_t<e, role::input>>,
                    sampler_signature<policy_t<e, role::sampler>>,
                    augment_signature<policy_t<e, role::augment>>,
                    model_signature<policy_t<e, role::model>>,
                    loss_signature<policy_t<e, role::loss>>,
                    monitor_signature<policy_t<e, role::monitor>>,
                    threshold_signature<policy_t<e, role::threshold>>,
                    operating_point_signature<policy_t<e, role::operating_point>>,
                    postprocess_signature<policy_t<e, role::postprocess>>,
                    optimizer_signature<policy_t<e, role::optimizer>>,
                    schedule_signature<policy_t<e, role::schedule>>,
                    precision_signature<policy_t<e, role::precision>>,
                    split_signature<policy_t<e, role::split>>,
                    residency_signature<policy_t<e, role::residency>>,
                    supply<policy_t<e, role::loss>, policy_t<e, role::target>>,
                    prior_signature<policy_t<e, role::prior>>,
                    callback_signatures<callbacks_t<e>>,
                    slice_order<policy_t<e, role::sampler>, policy_t<e, role::model>> {};

template <const auto& e> constexpr bool well_signed() {
    if constexpr (std::remove_cvref_t<decltype(e)>::well_formed && constant<e>) return signatures_fit<e>;
    else return true; // another sentence is due
}

template <const auto& m> consteval metric_entry metric_entry_of() {
    using M = std::remove_cvref_t<decltype(m)>;
    metric_entry entry{.name = short_name<M>};
    if constexpr (metric::of_counts<M>) entry.of_counts = [](const confusion& c) { return m(c); };
    else if constexpr (metric::of_ranking<M> || metric::of_calibration<M>) entry.of_ranking = [](const score_histogram& h) { return m(h); };
    else if constexpr (metric::of_surface<M>) entry.of_surface = [](const surface_distances& d) { return m(d); };
    else if constexpr (metric::of_lesions<M>) entry.of_lesions = [](lesion_volumes v) { return m(v); };
    return entry;
}

template <const auto& e> inline constexpr auto metric_items = items_of<policy_of<e, role::metrics>>;

template <const auto& e> inline constexpr auto metric_entries = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<metric_entry, sizeof...(I)>{metric_entry_of<element<metric_items<e>, I>>()...};
}(std::make_index_sequence<decltype(hana::length(metric_items<e>))::value>{});

using callback_entry = callback::decision (*)(const callback::progress&);
template <const auto& e> inline constexpr auto callback_entries = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<callback_entry, sizeof...(I)>{[](const callback::progress& now) { return callback::decision_of(element<callbacks_of<e>, I>, now); }...};
}(std::make_index_sequence<decltype(hana::length(callbacks_of<e>))::value>{});

template <const auto& e> constexpr auto head_weight_of() -> double (*)(int, int) {
    if constexpr (requires { policy_of<e, role::loss>.head_weight(0, 1); }) return [](int head, int heads) { return policy_of<e, role::loss>.head_weight(head, heads); };
    else return nullptr;
}

template <const auto& e> constexpr double clip_norm_of() {
    if constexpr (requires { policy_of<e, role::optimizer>.clip_norm; }) return policy_of<e, role::optimizer>.clip_norm;
    else return 0;
}
template <const auto& e> constexpr double ema_decay_of() {
    if constexpr (requires { policy_of<e, role::optimizer>.ema_decay; }) return policy_of<e, role::optimizer>.ema_decay;
    else return 0;
}

/// The loss with what the target policy supplies.
template <const auto& e> at::Tensor loss_value(const at::Tensor& logits, const at::Tensor& target) {
    if constexpr (loss::needs_distances<policy_t<e, role::loss>>) return policy_of<e, role::loss>(logits, target, policy_of<e, role::target>(target));
    else return policy_of<e, role::loss>(logits, target);
}

template <const auto& e> consteval postprocess::steps postprocess_of() {
    using P = policy_t<e, role::postprocess>;
    postprocess::steps s;
    if constexpr (!std::same_as<P, postprocess::none>) {
        using fixed = decltype(postprocess::alternative_of(policy_of<e, role::postprocess>, 0));
        s.alternatives = postprocess::alternatives_of(policy_of<e, role::postprocess>);
        s.describe = [](std::size_t i) { return describe_policy(postprocess::alternative_of(policy_of<e, role::postprocess>, i)); };
        s.edges = [](std::size_t i) { return postprocess::detail::edges_of(policy_of<e, role::postprocess>, i); };
        if constexpr (postprocess::of_scores<fixed>)
            s.change_scores = [](std::size_t i, const postprocess::score_stack& scores) { postprocess::alternative_of(policy_of<e, role::postprocess>, i)(scores); };
        if constexpr (postprocess::of_mask<fixed>)
            s.change_mask = [](std::size_t i, const postprocess::mask_stack& mask) { postprocess::alternative_of(policy_of<e, role::postprocess>, i)(mask); };
    }
    return s;
}

/// How often a slice holds a fracture in the batches at one step, and in truth.
template <const auto& e> prior::rates rates_at(const sampler::context& c, std::int64_t step) {
    double pixels = 0, positives = 0;
    for (const auto& s : c.slices) pixels += s.fracture_pixels, positives += s.fracture_pixels > 0;
    const double side = policy_of<e, role::size>.pixels;
    return {.training = sampler::positive_rate_at(policy_of<e, role::sampler>, c, step), .natural = sampler::natural_rate(c), .fracture_share = positives > 0 ? pixels / positives / (side * side) : 0};
}

template <const auto& e> inline constexpr double (*factor_after)(std::span<const double>) = [] {
    double (*f)(std::span<const double>) = nullptr;
    if constexpr (schedule::observant<policy_t<e, role::schedule>>) f = [](std::span<const double> scores) -> double { return policy_of<e, role::schedule>.after(scores); };
    return f;
}();

/// What a threshold search maximises: its objective's name, or the policy's own.
template <class Search> constexpr std::string_view objective_name() {
    if constexpr (requires(const Search& s) { s.objective; }) return short_name<std::remove_cvref_t<decltype(std::declval<const Search&>().objective)>>;
    else return short_name<Search>;
}

} // namespace detail

/// The experiment as the compiled engine sees it.
template <const auto& e> inline constexpr plan plan_of{
    .name = e.name,
    .describe = &describe<e>,
    .windows = policy_of<e, role::input>.channels,
    .to_channels = [](const at::Tensor& hu_images) { return policy_of<e, role::input>(hu_images); },
    .size = policy_of<e, role::size>.pixels,
    .start_sampler = [](const sampler::context& c) { return sampler::started{policy_of<e, role::sampler>.start(c)}; },
    .positive_rate = [](const sampler::context& c) -> double { return policy_of<e, role::sampler>.positive_rate(c); },
    .watches_slices = sampler::observant<decltype(policy_of<e, role::sampler>.start(std::declval<const sampler::context&>()))>,
    .logit_shift = [](const sampler::context& c, std::int64_t step) -> double { return policy_of<e, role::prior>(detail::rates_at<e>(c, step)); },
    .residency = policy_of<e, role::residency>.kind,
    .folds = policy_of<e, role::split>.folds,
    .test_patients = policy_of<e, role::split>.test_patients,
    .augments_geometry = policy_of<e, role::augment>.moves(),
    .draw_affine = [](std::uint64_t key, double size) { return policy_of<e, role::augment>.draw_affine(key, size); },
    .control_points = policy_of<e, role::augment>.control_points(),
    .draw_displacement = [](std::uint64_t key, double size, augment::displacement field) { policy_of<e, role::augment>.draw_displacement(key, size, field); },
    .augment_hu = [](at::Tensor images, augment::draws& per_vertebra, augment::draws& per_slice) {
        return policy_of<e, role::augment>.template apply<augment::domain::hu>(std::move(images), per_vertebra, per_slice);
    },
    .augmented_channels = [](const at::Tensor& hu_images, augment::draws& per_vertebra, augment::draws& per_slice) {
        return policy_of<e, role::augment>.channels(policy_of<e, role::input>, hu_images, per_vertebra, per_slice);
    },
    .augment_window = [](at::Tensor images, augment::draws& per_vertebra, augment::draws& per_slice) {
        return policy_of<e, role::augment>.template apply<augment::domain::window>(std::move(images), per_vertebra, per_slice);
    },
    .mixes_batch = policy_of<e, role::augment>.mixes(),
    .mix_batch = [](augment::mixture batch, augment::draws& per_slice) { return policy_of<e, role::augment>.mix(std::move(batch), per_slice); },
    .make_network = []() -> std::shared_ptr<network> { return policy_of<e, role::model>(policy_of<e, role::input>.channel_count); },
    .loss = [](const at::Tensor& logits, const at::Tensor& target) {
        return checked_loss<>::call(type_name<detail::policy_t<e, role::loss>>, &detail::loss_value<e>, logits, target);
    },
    .head_weight = detail::head_weight_of<e>(),
    .start_optimizer = [](const std::vector<at::Tensor>& parameters) { return policy_of<e, role::optimizer>.start(parameters); },
    .peak_learning_rate = policy_of<e, role::optimizer>.learning_rate,
    .clip_norm = detail::clip_norm_of<e>(),
    .ema_decay = detail::ema_decay_of<e>(),
    .learning_rate_factor = [](std::int64_t step, std::int64_t steps) -> double { return policy_of<e, role::schedule>(step, steps); },
    .factor_after = detail::factor_after<e>,
    .bf16 = policy_of<e, role::precision>.uses_bf16,
    .steps = policy_of<e, role::budget>.steps,
    .batch = policy_of<e, role::budget>.batch,
    .accumulate = policy_of<e, role::budget>.accumulate,
    .metrics = detail::metric_entries<e>,
    .monitor_name = policy_of<e, role::monitor>.name,
    .monitor = [](const score_histogram& h, const threshold::choice& t) { return policy_of<e, role::monitor>(h, t); },
    .keep_checkpoints = policy_of<e, role::monitor>.keep,
    .choose_threshold = [](const score_histogram& h) { return policy_of<e, role::threshold>(h); },
    .threshold_objective = detail::objective_name<detail::policy_t<e, role::threshold>>(),
    .choose_point = [](const score_histogram& h) { return policy_of<e, role::operating_point>.search(h); },
    .point_objective = detail::objective_name<decltype(policy_of<e, role::operating_point>.search)>(),
    .postprocess = detail::postprocess_of<e>(),
    .callbacks = detail::callback_entries<e>};

} // namespace facet
