#pragma once
// unit: facet::trainer<>
// library: engine

#include <facet/engine/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>

#include <facet/callback/concept.hpp>
#include <facet/core/duration.hpp>
#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/checkpoint_keeper.hpp>
#include <facet/engine/epoch_record.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/memory.hpp>
#include <facet/engine/preemption.hpp>
#include <facet/engine/progress.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/run_feedback.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/engine/run_record.hpp>
#include <facet/engine/signals.hpp>
#include <facet/engine/training_parts.hpp>
#include <facet/engine/training_step.hpp>
#include <facet/engine/validation.hpp>
#include <facet/engine/weights.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/events.hpp>

namespace facet {

namespace detail::training {

using clock = std::chrono::steady_clock;

inline double unix_seconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// One training run from its first step, or the step it was stopped at, to its last.
class run {
public:
    run(const plan& p, const store& data, const train_options& options)
        : p_{p}, data_{data}, options_{options}, parts_{training_parts(p, data, options)}, steps_{options.steps.value_or(p.steps)}, device_{devices<>::open(options.where)},
          directory_{options.out, options.resume}, order_{p, data, parts_.train, p.batch, options.seed, steps_}, learner_{p, device_, options.seed, steps_},
          resident_{data, device_, p.residency}, augment_{p, data, resident_, options.seed}, loss_sum_{at::zeros({}, at::TensorOptions{device_}.dtype(at::kDouble))} {
        learner_.record(!options.where.eager);
        validation_.record(!options.where.eager);
        if (options.resume) resume();
        else begin();
    }

    train_result operator()() {
        try {
            return train();
        } catch (const bad_input&) { // a loss that cannot be computed shows in the first step
            if (steps_here_ == 0 && !options_.resume) directory_.withdraw();
            throw;
        }
    }

private:
    train_result train() {
        const stop_signals stop;
        progress_bar bar{learner_.steps_done(), steps_, options_.quiet};
        bar_ = &bar;
        announce();
        events::writer curves{directory_.path() / "tensorboard", unix_seconds()};
        curves_ = &curves;
        const auto begin = clock::now();
        const auto first = learner_.steps_done();
        auto saved = clock::now();
        epoch_begin_ = clock::now();
        while (learner_.steps_done() < steps_ && !stopped_early_) {
            if (stop.requested()) return interrupted(first, begin);
            step();
            if (learner_.steps_done() % steps_per_epoch_ == 0 || learner_.steps_done() == steps_) end_epoch();
            else if (seconds_since(saved) < 600) continue;
            save_state();
            saved = clock::now();
        }
        return result(first, begin);
    }

    static constexpr std::int64_t look_every = 20;        ///< steps between looks at the loss: a look waits for the device
    static constexpr std::int64_t failures_allowed = 10;  ///< steps in a row that are not finite

    [[nodiscard]] run_identity identity() const { return identity_of(p_, data_, split_, options_, parts_.train.size()); }

    void begin() {
        const run_facts facts{.split = split_, .steps = steps_, .steps_per_epoch = steps_per_epoch_, .training_slices = parts_.train.size(), .validation_slices = parts_.validation.size(),
                              .training_slices_with_fracture = order_.positives(), .device = device_};
        write_atomically(directory_.path() / "run.json", run_record(p_, data_, options_, facts).dump(1) + "\n");
        write_atomically(directory_.path() / "dataset.json", data_.dataset_json());
    }

    void resume() {
        if (run_directory::holds_state(directory_.path())) directory_.load_state([&](const safetensors::contents& state) { restore(state); }, [&](const std::string& text) { warn(text); });
        else begin_again();
        directory_.keep_metrics(epoch_);
        if (!p_.callbacks.empty()) history_ = epochs_recorded();
        checkpoints_.remove_after(epoch_);
    }
    /// The run was killed before it saved anything.
    void begin_again() {
        if (std::filesystem::exists(directory_.path() / "run.json")) require_same(identity_in_run_json(directory_.path()));
        begin();
    }
    void require_same(const run_identity& found) const {
        if (const auto what = difference(identity(), found); !what.empty()) throw bad_input{"'" + directory_.path().string() + "' cannot be resumed: it was started with " + what};
        if (const auto then = found.find("program"); then != found.end() && then->second != detail::program_hash())
            warn("this program is not the one that began the run (it was built again); if its loss or another part of it computes something else now, the run is of two kinds");
    }

    /// Every warning once.
    void warn(const std::string& text) const {
        if (!warned_.insert(text).second) return;
        if (bar_ != nullptr && !options_.quiet) bar_->line("warning: " + text);
        else std::fprintf(stderr, "warning: %s\n", text.c_str());
    }

    void restore(const safetensors::contents& state) {
        const auto origin = (directory_.path() / "last.state").string();
        require_same(state.metadata);
        weights::copy_into(state_tensors(), state, origin);
        learner_.resume_at(static_cast<std::int64_t>(number_in(state.metadata, "step").value_or(0)));
        epoch_ = static_cast<std::int64_t>(number_in(state.metadata, "epoch").value_or(0));
        epoch_steps_ = static_cast<std::int64_t>(number_in(state.metadata, "epoch_steps").value_or(0));
        stopped_early_ = number_in(state.metadata, "stopped_early").value_or(0) != 0;
        follow();
        const auto device = state.metadata.find("device");
        if (device != state.metadata.end() && device->second != (device_.is_cpu() ? "cpu" : "cuda"))
            std::fprintf(stderr, "warning: this run was started on another device (%s); on %s its weights will differ in their last bits, or more where that computes in another precision\n",
                         device->second.c_str(), device_.str().c_str());
        else if (const auto threads = number_in(state.metadata, "threads"); device_.is_cpu() && threads && static_cast<int>(*threads) != at::get_num_threads())
            std::fprintf(stderr, "warning: this run was started with %d threads; with %d its weights will differ in their last bits\n", static_cast<int>(*threads), at::get_num_threads());
    }

    [[nodiscard]] named_tensors state_tensors() const {
        auto all = learner_.state();
        all.emplace_back("loss_sum", loss_sum_);
        feedback_.add_to(all);
        return all;
    }

    /// Hands on what was observed last: all that a sampler or schedule depends on besides the step.
    void follow() {
        if (feedback_.watches_slices()) order_.observe(feedback_.slice_scores());
        learner_.scale_learning_rate(feedback_.learning_rate_factor(epoch_));
    }

    void save_state() {
        auto metadata = identity();
        metadata["step"] = std::to_string(learner_.steps_done());
        metadata["epoch"] = std::to_string(epoch_);
        metadata["epoch_steps"] = std::to_string(epoch_steps_);
        metadata["program"] = detail::program_hash();
        if (stopped_early_) metadata["stopped_early"] = "1";
        metadata["device"] = device_.is_cpu() ? "cpu" : "cuda";
        metadata["threads"] = std::to_string(at::get_num_threads());
        try {
            checkpoints_.write(); // first: a state never runs ahead of the checkpoints, so a resumed run makes those again that were lost
            directory_.save_state(weights::serialise(state_tensors(), metadata));
            unsaved_.clear();
        } catch (const io_error& failure) { // a full disk may be emptied before the next attempt
            unsaved_ = failure.what();
            bar_->line("warning: " + unsaved_ + "; training goes on and will try again");
        }
    }

    void step() {
        const auto done = learner_.steps_done();
        loss_sum_.add_(training_step(learner_, augment_, order_.slices(done), order_.augmentation_epoch(done), &data_seconds_));
        if (feedback_.watches_slices()) feedback_.note(order_.positions(done), learner_.slice_scores());
        ++epoch_steps_;
        ++steps_here_;
        if (learner_.steps_done() % look_every != 0) return;
        learner_.check_finite(failures_allowed);
        if (device_.is_cpu()) warn_of_other_programs();
        bar_->show(learner_.steps_done(), loss_sum_.item<double>() / static_cast<double>(epoch_steps_), images_per_second());
    }

    void warn_of_other_programs() {
        const int threads = at::get_num_threads();
        const auto rate = preemptions_.rate();
        if (threads < 2 || threads > processors_allowed() || !rate || *rate <= preemptions::many) return;
        warn("other programs take processors from the " + std::to_string(threads) + " threads of this training, and while one of them has none, all wait; end those programs, or train with --threads "
             + std::to_string(threads - 1) + (threads > 2 ? " or fewer" : ""));
    }

    [[nodiscard]] double images_per_second() const { return static_cast<double>(steps_here_ * p_.batch) / std::max(1e-9, seconds_since(epoch_begin_)); }

    validated validate() {
        validated v;
        v.logit_shift = order_.logit_shift(learner_.steps_done());
        auto found = validation_(v.logit_shift);
        v.loss = found.loss;
        v.total = total_of(found.by_level);
        v.by_level = std::move(found.by_level);
        v.threshold = p_.choose_threshold(v.total);
        v.score = p_.monitor(v.total, v.threshold);
        if (v.score && !std::isfinite(*v.score)) v.score.reset();
        return v;
    }

    void end_epoch() {
        epoch_record e;
        e.train_seconds = seconds_since(epoch_begin_);
        e.images_per_second = images_per_second();
        e.data_wait_share = data_seconds_ / std::max(1e-9, e.train_seconds);
        learner_.check_finite(std::min(failures_allowed, steps_)); // a run that never began to learn is none, however short
        e.epoch = ++epoch_;
        e.step = learner_.steps_done();
        e.passes = static_cast<double>(e.step * p_.batch) / static_cast<double>(parts_.train.size());
        e.train_loss = loss_sum_.item<double>() / static_cast<double>(std::max<std::int64_t>(1, epoch_steps_));
        e.learning_rate = p_.peak_learning_rate * p_.learning_rate_factor(e.step - 1, steps_) * feedback_.learning_rate_factor(epoch_ - 1);
        const auto begin = clock::now();
        e.validation = validate();
        e.validation_seconds = seconds_since(begin);
        e.metrics = pixel_metrics(p_, e.validation);
        e.peak_ram_mib = peak_memory_mib();
        e.peak_device_mib = devices<>::peak_memory_mib(device_);
        report(e);
        offer_checkpoint(e.validation);
        ask_callbacks(e);
        feedback_.close_epoch(epoch_, e.validation.score);
        follow();
        trained_seconds_ += e.train_seconds;
        trained_images_ += steps_here_ * p_.batch;
        loss_sum_.zero_();
        epoch_steps_ = steps_here_ = 0;
        data_seconds_ = 0;
        epoch_begin_ = clock::now();
    }

    void ask_callbacks(const epoch_record& e) {
        if (p_.callbacks.empty()) return;
        history_.push_back({.number = e.epoch, .step = e.step, .train_loss = e.train_loss, .validation_loss = e.validation.loss, .score = e.validation.score});
        for (const auto callback : p_.callbacks)
            if (callback({.epochs = history_, .steps = steps_, .run = directory_.path()}) == callback::decision::stop) stopped_early_ = true;
        if (stopped_early_ && e.step < steps_) bar_->line("stopped early, after step " + std::to_string(e.step) + " of " + std::to_string(steps_) + ": a callback decided so");
    }
    /// The epochs before --resume, from their lines of metrics.jsonl.
    [[nodiscard]] std::vector<callback::epoch> epochs_recorded() const {
        std::vector<callback::epoch> out;
        std::ifstream file{directory_.path() / "metrics.jsonl"};
        for (std::string line; std::getline(file, line);) {
            const auto e = nlohmann::json::parse(line);
            const auto number = [&](const nlohmann::json& value) { return value.is_number() ? std::optional{value.get<double>()} : std::nullopt; };
            out.push_back({.number = e.at("epoch").get<std::int64_t>(), .step = e.at("step").get<std::int64_t>(), .train_loss = number(e.at("train_loss")).value_or(std::numeric_limits<double>::quiet_NaN()),
                           .validation_loss = number(e.at("val_loss")).value_or(std::numeric_limits<double>::quiet_NaN()), .score = number(e.at("monitor").at("value"))});
        }
        return out;
    }

    void report(const epoch_record& e) {
        if (!directory_.append_metrics(line_of(p_, e).dump())) bar_->line("warning: cannot write '" + (directory_.path() / "metrics.jsonl").string() + "'");
        if (!curves_->add(unix_seconds(), e.step, curves_of(e)) && !std::exchange(curves_failed_, true)) bar_->line("warning: cannot write TensorBoard's file");
        bar_->line(sentence_of(p_, e, steps_) + ", " + bar_->left(e.step) + " left");
    }

    /// save_state() writes it, where it is among the best few.
    void offer_checkpoint(const validated& v) {
        checkpoints_.offer({.path = {}, .experiment = std::string{p_.name}, .description = p_.describe(), .epoch = epoch_, .step = learner_.steps_done(), .score = v.score, .threshold = v.threshold,
                            .threshold_objective = std::string{p_.threshold_objective}, .logit_shift = v.logit_shift, .dataset_hash = data_.content_hash(), .split = split_, .data_statement = data_.data_statement(),
                            .patients = patients_, .fold = options_.fold, .seed = options_.seed},
                           learner_.weights());
    }

    void announce() {
        if (options_.resume) bar_->line("resuming at step " + std::to_string(learner_.steps_done()) + " of " + std::to_string(steps_));
        bar_->line(std::string{p_.name} + ": " + std::to_string(parts_.train.size()) + " training slices (" + std::to_string(order_.positives()) + " with fracture), " + std::to_string(parts_.validation.size())
                   + " for validation; " + std::to_string(steps_) + " steps of " + std::to_string(p_.batch) + " on " + device_.str() + (device_.is_cpu() ? " with " + std::to_string(at::get_num_threads()) + " threads" : "")
                   + (p_.bf16 && devices<>::computes_bf16(device_) ? ", bf16" : ", fp32"));
    }

    train_result result(std::int64_t first, clock::time_point begin) const {
        train_result r;
        r.steps = learner_.steps_done();
        r.epochs = epoch_;
        r.stopped_early = stopped_early_;
        r.seconds = seconds_since(begin);
        r.images_per_second = trained_seconds_ > 0 ? static_cast<double>(trained_images_) / trained_seconds_ : static_cast<double>((learner_.steps_done() - first) * p_.batch) / std::max(1e-9, r.seconds);
        if (const auto best = checkpoints_.best()) {
            r.best = best->path;
            r.best_score = best->score;
        }
        if (!unsaved_.empty()) throw io_error{unsaved_};
        return r;
    }

    train_result interrupted(std::int64_t first, clock::time_point begin) {
        save_state();
        auto r = result(first, begin);
        r.interrupted = true;
        bar_->line("stopped at step " + std::to_string(r.steps) + ", saved; continue with --resume");
        return r;
    }

    const plan& p_;
    const store& data_;
    const train_options& options_;
    std::string split_ = fingerprint(patient_split::load(data_)); ///< of this run, whatever split.json becomes
    slice_parts parts_;
    std::string patients_ = fingerprints(data_, {parts_.train, parts_.validation}); ///< for the checkpoints
    std::int64_t steps_;
    at::Device device_;
    run_directory directory_;
    checkpoint_keeper checkpoints_{p_, directory_.path(), [this](const std::string& text) { warn(text); }};
    batch_plan order_;
    std::int64_t steps_per_epoch_ = std::clamp(order_.steps_per_pass(), std::max<std::int64_t>(1, (steps_ + 199) / 200), std::max<std::int64_t>(1, (steps_ + 9) / 10));
    learner<> learner_;
    resident_store resident_;                ///< after the network, whose memory it must leave room for
    augmenter augment_;
    validation_pass validation_{p_, data_, learner_, augment_, parts_.validation};
    at::Tensor loss_sum_;                    ///< of this epoch, on the device
    run_feedback feedback_{p_, static_cast<std::int64_t>(parts_.train.size()), (steps_ + steps_per_epoch_ - 1) / steps_per_epoch_, device_};
    std::int64_t epoch_ = 0, epoch_steps_ = 0;
    std::int64_t steps_here_ = 0;            ///< of this epoch, by this process
    preemptions preemptions_;
    std::vector<callback::epoch> history_;   ///< for callbacks
    bool stopped_early_ = false;             ///< by one of them
    double data_seconds_ = 0, trained_seconds_ = 0;
    std::int64_t trained_images_ = 0;
    clock::time_point epoch_begin_{};
    std::string unsaved_;                    ///< why the last save failed
    mutable std::set<std::string> warned_;
    bool curves_failed_ = false;
    progress_bar* bar_ = nullptr;
    events::writer* curves_ = nullptr;
};

} // namespace detail::training

template <class T> train_result trainer<T>::train(const plan& p, const store& data, const train_options& options) {
    return detail::training::run{p, data, options}();
}

} // namespace facet
