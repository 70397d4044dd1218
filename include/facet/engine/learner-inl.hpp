#pragma once
// unit: facet::learner<>
// library: engine

#include <facet/engine/learner.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
#include <torch/utils.h>

#include <facet/core/error.hpp>
#include <facet/engine/autocast.hpp>
#include <facet/engine/memory.hpp>
#include <facet/engine/recorded_function.hpp>
#include <facet/engine/supervision.hpp>
#include <facet/engine/weights.hpp>

namespace facet {

namespace detail {

/// Exponential moving average of weights and running statistics. The average begins short and grows to 1 / (1 - decay) steps, so that the
/// random weights of the start are soon forgotten.
class weight_average {
public:
    weight_average() = default;
    weight_average(const named_tensors& tensors, double decay) : decay_{decay} {
        for (const auto& [name, t] : tensors) {
            if (!t.is_floating_point()) continue;
            names_.push_back(name);
            sources_.push_back(t.detach());
            averages_.push_back(t.detach().clone());
        }
    }
    /// How far the averages move towards the weights after so many steps.
    [[nodiscard]] double pull(std::int64_t steps_done) const {
        const double n = static_cast<double>(steps_done);
        return 1 - std::min(decay_, (1 + n) / (10 + n));
    }
    /// `pull`: a scalar on the device.
    void update(const at::Tensor& pull) {
        if (pull.is_cpu()) return at::_foreach_lerp_(averages_, sources_, pull.item());
        auto way = at::_foreach_sub(sources_, averages_);
        at::_foreach_mul_(way, pull);
        at::_foreach_add_(averages_, way);
    }
    [[nodiscard]] named_tensors tensors() const {
        named_tensors out;
        for (std::size_t i = 0; i < names_.size(); ++i) out.emplace_back(names_[i], averages_[i]);
        return out;
    }
    /// Exchanges the averages with the network's own values; twice is nothing.
    void swap() {
        const at::NoGradGuard no_grad;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const auto kept = sources_[i].clone();
            sources_[i].copy_(averages_[i]);
            averages_[i].copy_(kept);
        }
    }

private:
    double decay_ = 0;
    std::vector<std::string> names_;
    std::vector<at::Tensor> sources_, averages_;
};

/// Running statistics as they were before a step, to be put back without asking the device whether they must be.
class statistics_guard {
public:
    explicit statistics_guard(const named_tensors& buffers) {
        for (const auto& [name, t] : buffers)
            if (t.is_floating_point()) buffers_.push_back(t.detach()), sizes_.push_back(t.numel());
    }
    void remember() { before_ = joined(); }
    [[nodiscard]] at::Tensor finite(const at::Tensor& others) const { return buffers_.empty() ? others : joined().isfinite().all().logical_and(others); }
    void restore_unless(const at::Tensor& finite) const {
        if (buffers_.empty()) return;
        const auto kept = at::where(finite, joined(), before_).split_with_sizes(sizes_);
        for (std::size_t i = 0; i < buffers_.size(); ++i) buffers_[i].copy_(kept[i].view_as(buffers_[i]));
    }

private:
    [[nodiscard]] at::Tensor joined() const {
        std::vector<at::Tensor> flat;
        for (const auto& b : buffers_) flat.push_back(b.reshape(-1));
        return flat.empty() ? at::Tensor{} : at::cat(flat);
    }
    std::vector<at::Tensor> buffers_;
    std::vector<std::int64_t> sizes_;
    at::Tensor before_;
};

/// The mean probability of the 20 pixels of each slice that score highest, as slices are scored in evaluation. [N]
inline at::Tensor top_scores_of(const at::Tensor& logits) {
    const auto flat = logits.detach().flatten(1);
    return std::get<0>(flat.topk(std::min<std::int64_t>(20, flat.size(1)), 1, true, false)).sigmoid().mean(1);
}

} // namespace detail

template <class T> struct learner<T>::body {
    const plan& p;
    at::Device device;
    std::uint64_t seed;
    std::int64_t steps, done = 0;
    bool bf16;
    std::shared_ptr<network> net;
    std::vector<at::Tensor> parameters;
    std::unique_ptr<optimizer::state> optimise;
    std::unique_ptr<detail::weight_average> average;
    std::unique_ptr<detail::statistics_guard> statistics;
    double factor = 1;        ///< on the schedule's learning rate
    at::Tensor slice_scores;  ///< [batch] on the device, where the plan watches slices
    at::Tensor failures;      ///< [3] int64 on the device: steps in a row that were not finite, the most so far, the first of those
    // Scalars on the device, so that a recorded step reads what is new.
    at::Tensor learning_rate; ///< fp32
    at::Tensor number;        ///< int64: of the step being made, from 1
    at::Tensor pull;          ///< fp32: how far the averages move
    recorded_function one_step;

    body(const plan& the_plan, at::Device where, std::uint64_t the_seed, std::int64_t total)
        : p{the_plan}, device{where}, seed{the_seed}, steps{total}, bf16{the_plan.bf16 && devices<>::computes_bf16(where)} {
        keep_freed_memory();
        torch::manual_seed(rng::key(seed, std::uint64_t{'w'}));
        net = p.make_network();
        net->to(device);
        net->train(true);
        for (const auto& [name, t] : net->parameters()) parameters.push_back(t);
        optimise = p.start_optimizer(parameters);
        statistics = std::make_unique<detail::statistics_guard>(net->buffers());
        if (p.watches_slices) slice_scores = at::zeros({p.batch}, at::TensorOptions{device}.dtype(at::kFloat));
        if (p.ema_decay > 0) average = std::make_unique<detail::weight_average>(weights::all_of(*net), p.ema_decay);
        failures = at::zeros({3}, at::TensorOptions{device}.dtype(at::kLong));
        learning_rate = at::zeros({}, at::TensorOptions{device}.dtype(at::kFloat));
        pull = at::zeros_like(learning_rate);
        number = at::zeros({}, at::TensorOptions{device}.dtype(at::kLong));
    }

    /// Scales all gradients so that their common norm is at most `clip_norm`. Returns the norm before that.
    at::Tensor clip(const std::vector<at::Tensor>& gradients) const {
        const auto norm = at::stack(at::_foreach_norm(gradients, 2)).norm();
        if (p.clip_norm <= 0) return norm;
        const auto factor = at::reciprocal(norm.add(1e-6)).mul(p.clip_norm).clamp_max(1);
        if (!factor.is_cpu() || factor.item<float>() != 1) at::_foreach_mul_(gradients, factor);
        return norm;
    }

    /// Where the step is not finite, gradients and learning rate become 0, and running statistics what they were. On a GPU nothing of it is asked
    /// for; a CPU knows already, and passes over nothing where all is well.
    void guard(const at::Tensor& finite, std::vector<at::Tensor>& gradients) {
        if (!finite.is_cpu() || !finite.item<bool>()) {
            statistics->restore_unless(finite);
            for (auto& g : gradients) g.nan_to_num_(0, 0, 0);
            at::_foreach_mul_(gradients, finite.to(at::kFloat));
            learning_rate.mul_(finite);
        }
        const auto bad = finite.logical_not().to(at::kLong);
        auto row = failures.select(0, 0), most = failures.select(0, 1), first = failures.select(0, 2);
        row.add_(1).mul_(bad);
        first.copy_(at::where(row.gt(most), number.sub(row).add(1), first));
        most.copy_(at::maximum(most, row));
    }

    /// What a step reads besides its batch: written by the host, never waited for.
    void prepare() {
        learning_rate.fill_(p.peak_learning_rate * p.learning_rate_factor(done, steps) * factor);
        number.fill_(done + 1);
        if (average) pull.fill_(average->pull(done + 1));
    }

    /// What a network draws in a step (dropout) is a function of seed and step alone, so that a resumed run draws the same.
    void seed_draws() const { torch::manual_seed(rng::key(seed, std::uint64_t{'n'}, static_cast<std::uint64_t>(done))); }

    at::Tensor step(const std::vector<at::Tensor>& order, const batch_maker& make) {
        prepare();
        const auto work = [&](const std::vector<at::Tensor>& inputs) {
            training_batch batch;
            {
                const at::NoGradGuard no_grad;
                batch = make(inputs);
            }
            return advance(batch.channels, batch.masks);
        };
        const auto loss = one_step(order, work, [this] { return changed(); }, [this] { seed_draws(); });
        ++done;
        return loss;
    }

    struct descent {
        at::Tensor loss;
        std::vector<at::Tensor> gradients; ///< in memory as the parameters are: the optimisers' kernels pair them element by element
        at::Tensor slice_scores;           ///< where the plan watches slices
    };
    /// Loss and gradients of some slices, divided by `parts`.
    descent descend(const at::Tensor& channels, const at::Tensor& masks, std::int64_t parts) {
        descent d;
        at::Tensor logits;
        {
            const autocast_bf16 half{device.type(), bf16};
            d.loss = training_loss(p, *net, channels, masks, &logits);
        }
        if (p.watches_slices) d.slice_scores = detail::top_scores_of(logits);
        if (parts > 1) d.loss = d.loss.div(parts);
        d.gradients = torch::autograd::grad({d.loss}, parameters, {}, std::nullopt, false, true);
        for (std::size_t i = 0; i < d.gradients.size(); ++i) {
            auto& g = d.gradients[i];
            if (!g.defined()) g = at::zeros_like(parameters[i]); // a parameter the loss does not reach
            else if (g.strides() != parameters[i].strides()) g = at::empty_like(parameters[i]).copy_(g);
        }
        d.loss = d.loss.detach();
        return d;
    }

    /// Every n-th slice is of one part, so that classes which a sampler keeps together are in all of them.
    descent descend_in_parts(const at::Tensor& channels, const at::Tensor& masks) {
        const auto n = channels.size(0), parts = std::min(p.accumulate, n);
        if (parts <= 1) return descend(channels, masks, 1);
        descent sum;
        at::Tensor scores;
        for (std::int64_t part = 0; part < parts; ++part) {
            auto d = descend(channels.slice(0, part, n, parts), masks.slice(0, part, n, parts), parts);
            if (p.watches_slices) {
                if (part == 0) scores = d.slice_scores.new_empty({n});
                scores.slice(0, part, n, parts).copy_(d.slice_scores);
            }
            if (part == 0) sum = std::move(d);
            else sum.loss.add_(d.loss), at::_foreach_add_(sum.gradients, d.gradients);
        }
        sum.slice_scores = scores;
        return sum;
    }

    /// One step on the device alone: nothing of it is decided on the host.
    at::Tensor advance(const at::Tensor& channels, const at::Tensor& masks) {
        statistics->remember();
        auto [loss, gradients, scores] = descend_in_parts(channels, masks);

        const at::NoGradGuard no_grad;
        if (p.watches_slices) {
            if (scores.sizes() == slice_scores.sizes()) slice_scores.copy_(scores); // a recorded step writes there
            else slice_scores = scores;
        }
        const auto norm = clip(gradients);
        guard(statistics->finite(norm.isfinite().logical_and(loss.isfinite())), gradients);
        optimise->step(gradients, learning_rate);
        if (average) average->update(pull);
        return loss;
    }

    /// All that a step writes.
    [[nodiscard]] std::vector<at::Tensor> changed() const {
        std::vector<at::Tensor> out{learning_rate};
        for (const auto& [name, t] : state()) out.push_back(t);
        return out;
    }

    /// Into evaluation mode, with the averaged weights if they are wanted; and out of it.
    void evaluating(bool on, bool averaged) {
        net->train(!on);
        if (averaged && average) average->swap();
    }

    [[nodiscard]] named_tensors state() const {
        auto out = weights::all_of(*net);
        if (average)
            for (auto& [name, t] : average->tensors()) out.emplace_back("average." + name, t);
        for (auto& [name, t] : optimise->tensors()) out.emplace_back("optimizer." + name, t);
        out.emplace_back("failures", failures);
        return out;
    }
};

template <class T> learner<T>::learner(const plan& p, at::Device device, std::uint64_t seed, std::int64_t steps)
    : body_{std::make_shared<body>(p, device, seed, steps)} {}

template <class T> at::Tensor learner<T>::step(const std::vector<at::Tensor>& order, const batch_maker& make) { return body_->step(order, make); }
template <class T> at::Tensor learner<T>::step(const at::Tensor& channels, const at::Tensor& masks) {
    return step({channels, masks}, [](const std::vector<at::Tensor>& batch) { return training_batch{{}, {}, batch[0], batch[1]}; });
}

template <class T> void learner<T>::evaluate(const std::function<void(const forward&)>& work, bool averaged) {
    const c10::InferenceMode no_grad;
    body_->evaluating(true, averaged);
    try {
        work([this](const at::Tensor& channels) {
            const autocast_bf16 half{body_->device.type(), body_->bf16};
            return body_->net->forward(channels).to(at::kFloat);
        });
    } catch (...) {
        try {
            body_->evaluating(false, averaged);
        } catch (const c10::Error&) { // what failed first is told
        }
        throw;
    }
    body_->evaluating(false, averaged);
}
template <class T> at::Tensor learner<T>::logits(const at::Tensor& channels, bool averaged) {
    at::Tensor out;
    evaluate([&](const forward& of) { out = of(channels); }, averaged);
    return out;
}

template <class T> void learner<T>::record(bool on) { body_->one_step.turn(on); }
template <class T> bool learner<T>::recorded() const { return body_->one_step.recorded(); }

template <class T> std::int64_t learner<T>::steps_done() const { return body_->done; }

template <class T> double learner<T>::learning_rate() const { return body_->p.peak_learning_rate * body_->p.learning_rate_factor(body_->done, body_->steps) * body_->factor; }

template <class T> void learner<T>::scale_learning_rate(double factor) { body_->factor = factor; }

template <class T> at::Tensor learner<T>::slice_scores() const { return body_->slice_scores; }

template <class T> void learner<T>::check_finite(std::int64_t limit) const {
    const auto failures = body_->failures.cpu();
    const auto* f = failures.template data_ptr<std::int64_t>();
    if (f[1] < limit) return;
    throw error{exit_code::diverged, "training diverged: from step " + std::to_string(f[2]) + " on, the loss or its gradient was not a finite number in " + std::to_string(f[1])
                                         + (f[2] <= 1 ? " steps in a row; it never was, so look at the loss and at the data first" : " steps in a row; lower the learning rate, or lengthen the warm-up")};
}

template <class T> named_tensors learner<T>::weights() const {
    auto out = weights::all_of(*body_->net);
    if (!body_->average) return out;
    std::map<std::string, at::Tensor> averages;
    for (auto& [name, t] : body_->average->tensors()) averages[name] = t;
    for (auto& [name, t] : out)
        if (const auto a = averages.find(name); a != averages.end()) t = a->second;
    return out;
}

template <class T> named_tensors learner<T>::state() const { return body_->state(); }
template <class T> void learner<T>::resume_at(std::int64_t steps_done) { body_->done = steps_done; }

} // namespace facet
