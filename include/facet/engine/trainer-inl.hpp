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
#include <ctime>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>
#include <torch/version.h>

#include <facet/core/error.hpp>
#include <facet/core/evenly_spaced.hpp>
#include <facet/core/version.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/split.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/progress.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/engine/signals.hpp>
#include <facet/engine/training_step.hpp>
#include <facet/engine/validation.hpp>
#include <facet/engine/weights.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/io/events.hpp>

namespace facet {

namespace detail::training {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

inline double seconds_since(clock::time_point begin) { return std::chrono::duration<double>(clock::now() - begin).count(); }
inline double unix_seconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

inline json number(std::optional<double> value) { return value && std::isfinite(*value) ? json(*value) : json(nullptr); }
/// A metric of pooled pixels: its value, how many pixels it is of, and whether it is undefined.
inline json metric(std::optional<double> value, std::int64_t pixels) {
    const bool defined = value && std::isfinite(*value);
    return {{"value", number(value)}, {"n", defined ? pixels : 0}, {"undefined", defined ? 0 : 1}};
}

inline double peak_memory_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// The commit of the repository the program is started in; null outside of one.
inline json git_commit() {
    std::string text;
    if (std::FILE* pipe = ::popen("git rev-parse HEAD 2>/dev/null", "r")) {
        char line[128];
        while (std::fgets(line, sizeof line, pipe) != nullptr) text += line;
        ::pclose(pipe);
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? json(nullptr) : json(text);
}

inline std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

/// `n` of these slices for a quick trial, half of them with fracture where there are enough, evenly spread.
inline std::vector<std::uint32_t> some_of(const store& data, const std::vector<std::uint32_t>& slices, std::size_t n) {
    if (n >= slices.size()) return slices;
    std::vector<std::uint32_t> with, without;
    for (const auto s : slices) (data.slices()[s].fracture_pixels > 0 ? with : without).push_back(s);
    const auto positives = std::min(with.size(), std::max(n / 2, n - std::min(n, without.size())));
    auto out = evenly_spaced(with, positives);
    std::ranges::copy(evenly_spaced(without, n - positives), std::back_inserter(out));
    std::ranges::sort(out);
    return out;
}

/// Probabilities at some quantiles of one class, by name: {"q50": ...}.
inline json quantiles(std::span<const std::int64_t> counts) {
    json out = json::object();
    for (const int percent : {1, 5, 25, 50, 75, 95, 99}) {
        const auto logit = quantile(counts, percent / 100.0);
        out["q" + std::to_string(percent)] = logit ? json(1 / (1 + std::exp(-*logit))) : json(nullptr);
    }
    return out;
}

/// One training run from its first step, or the step it was stopped at, to its last.
class run {
public:
    run(const plan& p, const store& data, const train_options& options)
        : p_{p}, data_{data}, options_{options}, parts_{checked_parts()}, steps_{options.steps.value_or(p.steps)}, device_{devices<>::open(options.where)},
          directory_{options.out, options.resume}, order_{p, data, parts_.train, p.batch, options.seed, steps_}, learner_{p, device_, options.seed, steps_},
          resident_{data, device_, p.residency}, augment_{p, data, resident_, options.seed}, loss_sum_{at::zeros({}, at::TensorOptions{device_}.dtype(at::kDouble))} {
        steps_per_epoch_ = std::clamp(order_.steps_per_pass(), std::max<std::int64_t>(1, (steps_ + 199) / 200), std::max<std::int64_t>(1, (steps_ + 9) / 10));
        learner_.record(!options.where.eager);
        make_feedback();
        if (options.resume) resume();
        else begin();
    }

    train_result operator()() {
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
        while (learner_.steps_done() < steps_) {
            if (stop.requested()) return interrupted(first, begin);
            step();
            if (learner_.steps_done() % steps_per_epoch_ == 0 || learner_.steps_done() == steps_) end_epoch();
            else if (seconds_since(saved) < 600) continue;
            save_state();
            saved = clock::now();
        }
        return result(first, begin);
    }

private:
    static constexpr std::int64_t look_every = 20;        ///< steps between looks at the loss: a look waits for the device
    static constexpr std::int64_t failures_allowed = 10;  ///< steps in a row that are not finite

    slice_parts checked_parts() const {
        if (options_.steps && *options_.steps < 1) throw bad_input{"--steps must be at least 1"};
        if (options_.limit && *options_.limit < static_cast<std::size_t>(p_.batch))
            throw bad_input{"--limit " + std::to_string(*options_.limit) + " is less than a batch of " + std::to_string(p_.batch) + " slices"};
        auto parts = parts_for(p_, data_, options_.fold);
        if (options_.limit) {
            parts.train = some_of(data_, parts.train, *options_.limit);
            parts.validation = evenly_spaced(parts.validation, *options_.limit); // at its natural prevalence
        }
        return parts;
    }

    [[nodiscard]] run_identity identity() const { return identity_of(p_, data_, split_, options_, parts_.train.size()); }

    void begin() {
        json about;
        about["experiment"] = p_.name;
        about["data"] = data_.data_statement();
        about["dataset_hash"] = data_.content_hash();
        about["split"] = split_;
        about["store"] = std::filesystem::absolute(data_.folder()).lexically_normal().filename().string();
        about["description"] = json::parse(p_.describe());
        about["versions"] = {{"facet", version}, {"libtorch", TORCH_VERSION}, {"compiler", __VERSION__}};
        about["git"] = git_commit();
        about["seed"] = options_.seed;
        about["fold"] = options_.fold;
        about["steps"] = steps_;
        about["batch"] = p_.batch;
        about["limit"] = options_.limit ? json(*options_.limit) : json(nullptr);
        about["steps_per_epoch"] = steps_per_epoch_;
        about["training_slices"] = parts_.train.size();
        about["training_slices_with_fracture"] = order_.positives();
        about["validation_slices"] = parts_.validation.size();
        about["device"] = device_.str();
        about["threads"] = at::get_num_threads();
        about["bf16"] = p_.bf16 && devices<>::computes_bf16(device_);
        about["started"] = utc_now();
        about["command"] = options_.command;
        write_atomically(directory_.path() / "run.json", about.dump(1) + "\n");
        write_atomically(directory_.path() / "dataset.json", data_.dataset_json());
    }

    void resume() {
        if (run_directory::holds_state(directory_.path())) directory_.load_state([&](const safetensors::contents& state) { restore(state); }, [&](const std::string& text) { warn(text); });
        else begin_again();
        directory_.keep_metrics(epoch_);
        std::error_code ignored;
        for (const auto& c : checkpoints()) // of epochs that will be made again
            if (c.epoch > epoch_) std::filesystem::remove(c.path, ignored);
    }
    /// The run was killed before it saved anything.
    void begin_again() {
        if (std::filesystem::exists(directory_.path() / "run.json")) require_same(identity_in_run_json(directory_.path()));
        begin();
    }
    void require_same(const run_identity& found) const {
        if (const auto what = difference(identity(), found); !what.empty()) throw bad_input{"'" + directory_.path().string() + "' cannot be resumed: it was started with " + what};
    }

    /// Every warning once.
    void warn(const std::string& text) const {
        if (!warned_.insert(text).second) return;
        if (bar_ != nullptr && !options_.quiet) bar_->line("warning: " + text);
        else std::fprintf(stderr, "warning: %s\n", text.c_str());
    }
    [[nodiscard]] std::vector<checkpoint_info> checkpoints() const {
        return run_directory::checkpoints(directory_.path(), [&](const std::string& text) { warn(text); });
    }

    void restore(const safetensors::contents& state) {
        const auto origin = (directory_.path() / "last.state").string();
        require_same(state.metadata);
        weights::copy_into(state_tensors(), state, origin);
        learner_.resume_at(static_cast<std::int64_t>(number_in(state.metadata, "step").value_or(0)));
        epoch_ = static_cast<std::int64_t>(number_in(state.metadata, "epoch").value_or(0));
        epoch_steps_ = static_cast<std::int64_t>(number_in(state.metadata, "epoch_steps").value_or(0));
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
        if (slice_scores_.defined()) all.emplace_back("slice_scores", slice_scores_), all.emplace_back("observed_slice_scores", observed_);
        if (monitor_scores_.defined()) all.emplace_back("monitor_scores", monitor_scores_);
        return all;
    }

    /// What samplers and schedules that learn from the run may look at: saved with it, so that it resumes with the same bits.
    void make_feedback() {
        const auto slices = static_cast<std::int64_t>(parts_.train.size()), epochs = (steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
        if (p_.watches_slices) {
            observed_ = at::full({slices}, NAN, at::kFloat);
            slice_scores_ = observed_.to(device_, false, true);
        }
        if (p_.factor_after != nullptr) monitor_scores_ = at::full({epochs}, NAN, at::kDouble);
    }
    /// After a validation.
    void learn_from(std::optional<double> score) {
        if (observed_.defined()) observed_.copy_(slice_scores_);
        if (monitor_scores_.defined()) monitor_scores_[epoch_ - 1] = score.value_or(NAN);
        follow();
    }
    /// Hands on what was observed last: all that a sampler or schedule depends on besides the step.
    void follow() {
        if (observed_.defined()) order_.observe({observed_.data_ptr<float>(), parts_.train.size()});
        if (monitor_scores_.defined()) learner_.scale_learning_rate(p_.factor_after({monitor_scores_.data_ptr<double>(), static_cast<std::size_t>(epoch_)}));
    }
    void note_slice_scores(std::int64_t step) {
        if (!slice_scores_.defined()) return;
        const auto places = at::tensor(order_.positions(step), at::kLong).to(device_, true);
        // A slice may stand twice in a batch: both places get the higher score, so that the order of writing does not matter.
        const auto scores = learner_.slice_scores(), same = places.unsqueeze(1).eq(places.unsqueeze(0));
        slice_scores_.index_copy_(0, places, scores.unsqueeze(0).expand(same.sizes()).masked_fill(same.logical_not(), -1).amax(1));
    }

    void save_state() {
        auto metadata = identity();
        metadata["step"] = std::to_string(learner_.steps_done());
        metadata["epoch"] = std::to_string(epoch_);
        metadata["epoch_steps"] = std::to_string(epoch_steps_);
        metadata["device"] = device_.is_cpu() ? "cpu" : "cuda";
        metadata["threads"] = std::to_string(at::get_num_threads());
        try {
            write_checkpoints(); // first: a state never runs ahead of the checkpoints, so a resumed run makes those again that were lost
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
        note_slice_scores(learner_.steps_done() - 1);
        ++epoch_steps_;
        ++steps_here_;
        if (learner_.steps_done() % look_every != 0) return;
        learner_.check_finite(failures_allowed);
        bar_->show(learner_.steps_done(), loss_sum_.item<double>() / static_cast<double>(epoch_steps_), images_per_second());
    }

    [[nodiscard]] double images_per_second() const { return static_cast<double>(steps_here_ * p_.batch) / std::max(1e-9, seconds_since(epoch_begin_)); }

    struct validated {
        double loss = 0;
        std::map<int, score_histogram> by_level;
        score_histogram total;
        threshold::choice threshold;
        std::optional<double> score;
        double logit_shift = 0;
    };

    validated validate() {
        validated v;
        v.logit_shift = order_.logit_shift(learner_.steps_done());
        score_counter counter{data_};
        const c10::InferenceMode no_grad;
        const auto n = parts_.validation.size();
        const std::size_t most = static_cast<std::size_t>(std::max<std::int64_t>(p_.batch, (device_.is_cpu() ? 4 : 64) * 65'536 / (p_.size * p_.size)));
        for (std::size_t first = 0; first < n; first += most) {
            const auto last = std::min(n, first + most);
            const auto batch = augment_.plain({parts_.validation.begin() + static_cast<std::ptrdiff_t>(first), parts_.validation.begin() + static_cast<std::ptrdiff_t>(last)});
            const auto logits = learner_.logits(batch.channels);
            const auto seen = supervise(logits, batch.masks);
            v.loss += p_.loss(seen.logits, seen.target).item<double>() * static_cast<double>(last - first) / static_cast<double>(n);
            counter.add(batch.slices, logits.add(v.logit_shift), batch.masks);
        }
        v.by_level = counter.by_level();
        v.total = counter.total();
        v.threshold = p_.choose_threshold(v.total);
        v.score = p_.monitor(v.total, v.threshold);
        if (v.score && !std::isfinite(*v.score)) v.score.reset();
        return v;
    }

    void end_epoch() {
        const double seconds = seconds_since(epoch_begin_), speed = images_per_second();
        learner_.check_finite(failures_allowed);
        ++epoch_;
        const auto begin = clock::now();
        const auto v = validate();
        report(v, seconds, speed, seconds_since(begin));
        keep_checkpoint(v);
        learn_from(v.score);
        trained_seconds_ += seconds;
        trained_images_ += steps_here_ * p_.batch;
        loss_sum_.zero_();
        epoch_steps_ = steps_here_ = 0;
        data_seconds_ = 0;
        epoch_begin_ = clock::now();
    }

    [[nodiscard]] double last_learning_rate() const {
        const double before = p_.factor_after == nullptr ? 1 : p_.factor_after({monitor_scores_.data_ptr<double>(), static_cast<std::size_t>(epoch_ - 1)});
        return p_.peak_learning_rate * p_.learning_rate_factor(learner_.steps_done() - 1, steps_) * before;
    }

    void report(const validated& v, double seconds, double speed, double validation_seconds) {
        const auto classes = count_classes(v.total);
        const double train_loss = loss_sum_.item<double>() / static_cast<double>(std::max<std::int64_t>(1, epoch_steps_));
        const double rate = last_learning_rate();
        json line;
        line["epoch"] = epoch_;
        line["step"] = learner_.steps_done();
        line["passes"] = static_cast<double>(learner_.steps_done() * p_.batch) / static_cast<double>(parts_.train.size());
        line["train_loss"] = number(train_loss);
        line["val_loss"] = number(v.loss);
        line["learning_rate"] = rate;
        line["logit_shift"] = v.logit_shift;
        line["prevalence"] = number(prevalence(v.total));
        const auto counts = confusion_at(v.total, score_histogram::bin_of_probability(v.threshold.value));
        std::vector<events::scalar> curves{{"train/loss", static_cast<float>(train_loss)}, {"val/loss", static_cast<float>(v.loss)}, {"learning_rate", static_cast<float>(rate)}};
        for (const auto& m : p_.metrics) {
            if (m.of_counts == nullptr && m.of_ranking == nullptr) continue; // surfaces and lesions need whole vertebrae: `evaluate`
            const auto value = m.of_counts != nullptr ? m.of_counts(counts) : m.of_ranking(v.total);
            line[std::string{m.name}] = metric(value, classes.total());
            if (value) curves.push_back({"val/" + std::string{m.name}, static_cast<float>(*value)});
        }
        line["monitor"] = {{"name", p_.monitor_name}, {"value", number(v.score)}};
        line["threshold"] = {{"value", v.threshold.value}, {"objective", p_.threshold_objective}, {"objective_value", number(v.threshold.objective)}, {"at_edge", v.threshold.at_edge},
                             {"plateau", {v.threshold.plateau_low, v.threshold.plateau_high}}};
        line["probability"] = {{"positive", quantiles(v.total.positive)}, {"negative", quantiles(v.total.negative)}};
        for (const auto& [level, h] : v.by_level)
            line["by_level"]["V" + std::to_string(level)] = {{"name", vertebra_name(vertebra_id{level})}, {"prevalence", number(prevalence(h))}, {"pr_auc", metric(average_precision(h), count_classes(h).total())}};
        line["images_per_second"] = speed;
        line["data_wait_share"] = data_seconds_ / std::max(1e-9, seconds);
        line["train_seconds"] = seconds;
        line["validation_seconds"] = validation_seconds;
        line["peak_ram_mib"] = peak_memory_mib();
        curves.push_back({"images_per_second", static_cast<float>(speed)});
        if (!directory_.append_metrics(line.dump())) bar_->line("warning: cannot write '" + (directory_.path() / "metrics.jsonl").string() + "'");
        if (!curves_->add(unix_seconds(), learner_.steps_done(), curves) && !std::exchange(curves_failed_, true)) bar_->line("warning: cannot write TensorBoard's file");
        bar_->line("epoch " + std::to_string(epoch_) + ", step " + std::to_string(learner_.steps_done()) + "/" + std::to_string(steps_) + ": loss " + fixed(train_loss, 4) + ", validation loss " + fixed(v.loss, 4)
                   + (v.score ? ", " + std::string{p_.monitor_name} + " " + fixed(*v.score, 4) : "") + chance_note(v) + ", threshold " + fixed(v.threshold.value, 4)
                   + (v.threshold.at_edge ? " (at the edge of its search)" : "") + ", " + fixed(speed, 0) + " images/s, " + bar_->left(learner_.steps_done()) + " left");
    }

    [[nodiscard]] static std::string chance_note(const validated& v) {
        const auto chance = prevalence(v.total);
        return chance ? " (chance " + fixed(*chance, 4) + ")" : "";
    }

    [[nodiscard]] std::size_t most_checkpoints() const { return static_cast<std::size_t>(std::max(1, p_.keep_checkpoints)); }

    /// Serialises the weights where they are among the best few; save_state() writes them.
    void keep_checkpoint(const validated& v) {
        checkpoint_info c{.path = {}, .experiment = std::string{p_.name}, .description = p_.describe(), .epoch = epoch_, .step = learner_.steps_done(), .score = v.score, .threshold = v.threshold,
                          .threshold_objective = std::string{p_.threshold_objective}, .logit_shift = v.logit_shift, .dataset_hash = data_.content_hash(), .split = split_, .data_statement = data_.data_statement(), .patients = patients_,
                          .fold = options_.fold, .seed = options_.seed};
        auto rivals = checkpoints();
        for (const auto& one : unwritten_) rivals.push_back(one.info);
        std::ranges::sort(rivals, is_better);
        const auto most = most_checkpoints();
        if (rivals.size() >= most && !is_better(c, rivals[most - 1])) return;
        c.path = directory_.path() / "checkpoints" / run_directory::checkpoint_name(epoch_, p_.monitor_name, v.score);
        unwritten_.push_back({c, weights::serialise(learner_.weights(), metadata_of(c))});
        std::ranges::sort(unwritten_, is_better, &unwritten_checkpoint::info);
        if (unwritten_.size() > most) unwritten_.resize(most);
    }
    /// The files in the folder are the list of the best few. Throws io_error; what was not written is tried again next time.
    void write_checkpoints() {
        while (!unwritten_.empty()) {
            const auto& next = unwritten_.back();
            write_atomically(next.info.path, next.bytes);
            unwritten_.pop_back();
            auto kept = checkpoints();
            std::ranges::sort(kept, is_better);
            std::error_code ignored;
            for (std::size_t i = most_checkpoints(); i < kept.size(); ++i) std::filesystem::remove(kept[i].path, ignored);
        }
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
        r.seconds = seconds_since(begin);
        r.images_per_second = trained_seconds_ > 0 ? static_cast<double>(trained_images_) / trained_seconds_ : static_cast<double>((learner_.steps_done() - first) * p_.batch) / std::max(1e-9, r.seconds);
        const auto kept = checkpoints();
        if (!kept.empty()) {
            const auto best = std::ranges::min_element(kept, is_better);
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
    std::int64_t steps_, steps_per_epoch_ = 1;
    at::Device device_;
    run_directory directory_;
    batch_plan order_;
    learner<> learner_;
    resident_store resident_;                ///< after the network, whose memory it must leave room for
    augmenter augment_;
    at::Tensor loss_sum_;                    ///< of this epoch, on the device
    at::Tensor slice_scores_;                ///< of training slices when they were last trained on, on the device; NaN: not yet
    at::Tensor observed_;                    ///< the same at the last validation, on the CPU: what the sampler was told
    at::Tensor monitor_scores_;              ///< one per epoch of the run, NaN where undefined or to come
    std::int64_t epoch_ = 0, epoch_steps_ = 0;
    std::int64_t steps_here_ = 0;            ///< of this epoch, by this process
    double data_seconds_ = 0, trained_seconds_ = 0;
    std::int64_t trained_images_ = 0;
    clock::time_point epoch_begin_{};
    struct unwritten_checkpoint {
        checkpoint_info info;
        std::vector<std::byte> bytes;
    };
    std::vector<unwritten_checkpoint> unwritten_; ///< best first
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
