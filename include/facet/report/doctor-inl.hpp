#pragma once

// unit: facet::doctor<>
// library: engine

#include <facet/report/doctor.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>
#include <torch/csrc/autograd/autograd.h>

#include <facet/core/duration.hpp>
#include <facet/core/rng.hpp>
#include <facet/data/split.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/engine/supervision.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/trivial.hpp>
#include <facet/report/correspondence.hpp>
#include <facet/report/text.hpp>

namespace facet::report {

/// What a short training left behind on held-out slices.
struct short_training {
    std::int64_t steps = 0;
    score_histogram held_out;
    [[nodiscard]] double precision() const { return average_precision(held_out).value_or(0); }
};

/// The checklist, line by line. Trainings are short and use the experiment's own network, loss, optimiser and augmentation.
class examination {
public:
    examination(const plan& p, const store& data, const doctor_options& options)
        : plan_{p}, data_{data}, options_{options}, device_{devices<>::open(options.where)}, parts_{parts_for(p, data, options.fold)},
          resident_{data, device_, p.residency}, augmenter_{p, data, resident_, options.seed}, judged_{evenly_spaced(parts_.validation, 800)} {}

    finding correspondence() const { return check_correspondence(stack()); }

    /// A weight without gradient never changes: a branch of the network is cut off, or the loss does not see it.
    finding gradients() {
        finding line{.name = "every weight receives a gradient"};
        const auto batch = augmenter_.plain(hardest());
        const auto network = plan_.make_network();
        network->to(device_);
        network->train(true);
        const auto named = network->parameters();
        std::vector<at::Tensor> parameters;
        for (const auto& [name, tensor] : named) {
            const at::NoGradGuard no_grad;
            if (name.ends_with(".weight") && tensor.eq(0).all().item<bool>()) tensor.fill_(0.1); // a block that begins as the identity hides its weights
            parameters.push_back(tensor);
        }
        std::vector<at::Tensor> losses; // of every head, whether it is trained or not
        for (const auto& logits : network->forward_heads(batch.channels)) {
            const auto seen = supervise(logits, thinned(batch.masks, logits.size(-1)));
            losses.push_back(plan_.loss(seen.logits, seen.target));
        }
        const auto loss = at::stack(losses).mean();
        const auto found = torch::autograd::grad({loss}, parameters, {}, std::nullopt, false, true);
        std::vector<std::string> silent;
        for (std::size_t i = 0; i < found.size(); ++i)
            if (!found[i].defined() || found[i].abs().max().item<double>() == 0) silent.push_back(named[i].first);
        const double value = loss.item<double>();
        line.evidence = std::to_string(found.size() - silent.size()) + " of " + std::to_string(found.size()) + " tensors do; the loss of the untrained network is " + significant(value);
        if (!std::isfinite(value)) {
            line.result = verdict::fail;
            line.evidence = "the loss of the untrained network is not finite";
            line.advice = "look at the loss on empty and full masks, and at its exponent";
        } else if (!silent.empty()) {
            line.result = verdict::fail;
            line.evidence += "; none reaches " + silent.front();
            line.advice = "that part of the network is cut off from the loss, or its activation is stuck at zero";
        }
        return line;
    }

    /// A network and a loss that cannot learn sixteen pictures by heart cannot learn at all.
    finding overfits() {
        finding line{.name = "one batch can be learned by heart (Dice > 0.99)"};
        const auto batch = augmenter_.plain(hardest());
        if (batch.masks.eq(1).sum().item<std::int64_t>() == 0) return skipped(line, "no training slice has a fracture");
        constexpr std::int64_t most = 1'200, interval = 25;
        learner<> student{plan_, device_, options_.seed, most};
        const auto begin = std::chrono::steady_clock::now();
        double dice = 0, loss = 0;
        std::int64_t steps = 0;
        while (steps < most && dice <= 0.99) {
            loss = student.step(batch.channels, batch.masks).item<double>();
            if (++steps == 1) first_loss_ = loss;
            if (steps % interval == 0) dice = hard_dice(student.logits(batch.channels, false), batch.masks);
            if (seconds_since(begin) > options_.seconds / 3) break;
        }
        seconds_per_step_ = seconds_since(begin) / static_cast<double>(steps);
        line.evidence = "Dice " + decimal(dice, 3) + " after " + std::to_string(steps) + " steps on " + std::to_string(batch.slices.size()) + " slices; loss " + significant(first_loss_) + " to " + significant(loss);
        if (dice > 0.99) return line;
        if (steps < 600) return skipped(line, line.evidence + "; too few steps to tell, give it more --seconds");
        line.result = verdict::fail;
        line.advice = std::isfinite(loss) ? "raise or lower the learning rate tenfold; then try loss::dice_bce{}: what learns there and not here is the loss"
                                          : "the loss is not finite: lower the learning rate";
        return line;
    }

    /// Trains twice, with real and with shuffled labels, for the following lines.
    void train_both() {
        const double each = options_.seconds / 3;
        const auto steps = static_cast<std::int64_t>(std::clamp(each / std::max(seconds_per_step_ * 1.3, 1e-6), 0.0, 600.0));
        const bool positive = std::ranges::any_of(judged_, [&](auto i) { return data_.slices()[i].fracture_pixels > 0; });
        if (steps < 60 || !positive) return;
        try {
            real_ = train(steps, false);
            shuffled_ = train(steps, true);
        } catch (const error& e) {
            if (e.code() != exit_code::diverged) throw;
            real_.reset();
            shuffled_.reset();
            diverged_ = e.what();
        }
        fit_rivals();
    }

    /// With labels of other slices nothing about fractures can be learned; a score above the trivial scorers would come from a leak.
    finding shuffled_labels() const {
        finding line{.name = "with shuffled labels nothing is learned"};
        if (!shuffled_) return skipped(line, untrained());
        const double ap = shuffled_->precision(), bound = 1.5 * std::max(rival_, chance());
        line.evidence = "held-out PR-AUC " + significant(ap) + " after " + std::to_string(shuffled_->steps) + " steps; chance " + significant(chance()) + ", the best trivial scorer " + significant(rival_);
        if (ap <= bound) return line;
        line.result = verdict::fail;
        line.advice = "the held-out score does not come from the labels: look for slices or patients that are in training and validation";
        return line;
    }

    /// The same training with real labels must be better: otherwise the images do not reach the network, or it cannot learn from them.
    finding real_labels() const {
        finding line{.name = "with real labels something is learned"};
        if (!diverged_.empty()) {
            line.result = verdict::fail;
            line.evidence = diverged_;
            return line;
        }
        if (!real_) return skipped(line, untrained());
        const double ap = real_->precision(), other = shuffled_->precision();
        line.evidence = "held-out PR-AUC " + significant(ap) + " after " + std::to_string(real_->steps) + " steps, " + significant(other) + " with shuffled labels; chance " + significant(chance());
        if (ap > 1.5 * other && ap > 1.5 * chance()) return line;
        if (real_->steps < 300) return skipped(line, line.evidence + "; too few steps to tell, give it more --seconds");
        line.result = verdict::fail;
        line.advice = "in this order: learning rate, loss parameters, windows, weaker augmentation; then train longer";
        return line;
    }

    finding threshold_inside() const {
        finding line{.name = "the threshold lies inside its search space"};
        if (!real_) return skipped(line, untrained());
        const auto choice = plan_.choose_threshold(real_->held_out);
        if (!choice.objective && plan_.threshold_objective != "fixed") return skipped(line, "the objective is undefined on the held-out slices");
        line.evidence = std::string{plan_.threshold_objective} + " is best at " + probability(choice.value) + ", within 1 % of that from " + probability(choice.plateau_low) + " to " + probability(choice.plateau_high);
        if (!choice.at_edge) return line;
        line.result = verdict::fail;
        line.evidence += ", at the edge of what is searched";
        line.advice = "search every threshold with threshold::exact{}, or down to small ones with threshold::log_grid{}";
        return line;
    }

private:
    static finding skipped(finding line, const std::string& why) {
        line.result = verdict::skipped;
        line.evidence = why;
        return line;
    }
    [[nodiscard]] std::string untrained() const {
        return diverged_.empty() ? "a short training does not fit into the time here: give it more --seconds" : "the short training diverged";
    }
    [[nodiscard]] slice_stack stack() const { return {data_.size(), data_.slices(), data_.images(), data_.masks()}; }
    [[nodiscard]] double chance() const { return prevalence(real_->held_out).value_or(0); }

    /// A batch of the training slices with the largest fractures, half of it healthy where there are such.
    [[nodiscard]] std::vector<std::uint32_t> hardest() const {
        auto slices = parts_.train;
        std::ranges::sort(slices, [&](auto a, auto b) { return std::pair{data_.slices()[b].fracture_pixels, a} < std::pair{data_.slices()[a].fracture_pixels, b}; });
        const auto size = std::min(slices.size(), static_cast<std::size_t>(std::min<std::int64_t>(plan_.batch, 16)));
        std::vector<std::uint32_t> batch{slices.begin(), slices.begin() + static_cast<std::ptrdiff_t>(size - size / 2)};
        batch.insert(batch.end(), slices.end() - static_cast<std::ptrdiff_t>(size / 2), slices.end());
        return batch;
    }
    static double hard_dice(const at::Tensor& logits, const at::Tensor& masks) {
        const auto counted = masks.ne(ignore_label), truth = masks.eq(1), called = logits.ge(0).logical_and(counted);
        const double both = called.logical_and(truth).sum().item<double>();
        return 2 * both / std::max(1.0, called.sum().item<double>() + truth.sum().item<double>());
    }

    short_training train(std::int64_t steps, bool shuffled) {
        learner<> student{plan_, device_, options_.seed, steps};
        const batch_plan order{plan_, data_, parts_.train, plan_.batch, options_.seed};
        const rng::permutation other{parts_.train.size(), rng::key(options_.seed, std::uint64_t{'d'})};
        for (std::int64_t step = 0; step < steps; ++step) {
            auto labels = order.slices(step);
            const auto epoch = order.augmentation_epoch(step);
            auto batch = augmenter_(labels, epoch);
            if (shuffled) { // the sampler still chooses labels, so that the balance is the same; each comes with the image of another slice
                for (auto& slice : labels) slice = parts_.train[other(place_in_training(slice))];
                batch.channels = augmenter_(std::move(labels), epoch).channels;
            }
            student.step(batch.channels, batch.masks);
        }
        student.check_finite(10);
        short_training result{.steps = steps, .held_out = {}};
        for_held_out(student, result.held_out);
        return result;
    }
    [[nodiscard]] std::size_t place_in_training(std::uint32_t slice) const {
        return static_cast<std::size_t>(std::ranges::lower_bound(parts_.train, slice) - parts_.train.begin()); // parts are sorted
    }
    void for_held_out(learner<>& student, score_histogram& scores) {
        constexpr std::size_t together = 32;
        const auto pixels = static_cast<std::int64_t>(data_.size() * data_.size());
        for (std::size_t first = 0; first < judged_.size(); first += together) {
            const std::vector<std::uint32_t> some{judged_.begin() + static_cast<std::ptrdiff_t>(first), judged_.begin() + static_cast<std::ptrdiff_t>(std::min(first + together, judged_.size()))};
            const auto batch = augmenter_.plain(some);
            const auto logits = student.logits(batch.channels).cpu().contiguous();
            const auto masks = batch.masks.cpu().contiguous();
            const auto* z = logits.data_ptr<float>();
            const auto* m = masks.data_ptr<std::uint8_t>();
            for (std::int64_t i = 0; i < static_cast<std::int64_t>(some.size()) * pixels; ++i)
                if (m[i] != ignore_label) scores.add(z[i], m[i] == 1);
        }
    }
    void fit_rivals() {
        const auto all = stack();
        const trivial::scorers scorers{all, parts_.train};
        std::vector<float> logits(data_.size() * data_.size());
        for (std::size_t k = 0; k < trivial::scorers::names.size(); ++k) {
            score_histogram h;
            for (const auto s : judged_) {
                scorers.score(k, all.slices[s], all.image(s), logits);
                for (std::size_t i = 0; i < logits.size(); ++i)
                    if (all.mask(s)[i] != ignore_label) h.add(logits[i], all.mask(s)[i] == 1);
            }
            rival_ = std::max(rival_, average_precision(h).value_or(0));
        }
    }

    const plan& plan_;
    const store& data_;
    doctor_options options_;
    at::Device device_;
    slice_parts parts_;
    resident_store resident_;
    augmenter augmenter_;
    std::vector<std::uint32_t> judged_;
    double seconds_per_step_ = 0, first_loss_ = 0, rival_ = 0;
    std::optional<short_training> real_, shuffled_;
    std::string diverged_; ///< what the short training said when it did
};

[[nodiscard]] inline const char* word_for(verdict v) { return v == verdict::pass ? "pass" : v == verdict::fail ? "fail" : "skipped"; }

inline void print(const finding& line) {
    const auto* mark = line.result == verdict::pass ? "pass " : line.result == verdict::fail ? "FAIL " : "  -  ";
    std::printf("%s %s\n      %s\n", mark, line.name.c_str(), line.evidence.c_str());
    if (!line.advice.empty()) std::printf("      -> %s\n", line.advice.c_str());
    std::fflush(stdout);
}

} // namespace facet::report

namespace facet {

template <class T>
std::vector<report::finding> doctor<T>::examine(const plan& p, const store& data, const doctor_options& options, const std::function<void(const report::finding&)>& done) {
    std::vector<report::finding> lines;
    const auto note = [&](report::finding line) {
        if (done) done(line);
        lines.push_back(std::move(line));
    };
    report::examination e{p, data, options};
    note(e.correspondence());
    note(e.gradients());
    note(e.overfits());
    e.train_both();
    note(e.shuffled_labels());
    note(e.real_labels());
    note(e.threshold_inside());
    return lines;
}

template <class T> exit_code doctor<T>::run(const plan& p, const store& data, const doctor_options& options, bool json) {
    const auto lines = examine(p, data, options, report::print);
    const auto failed = std::ranges::count(lines, report::verdict::fail, &report::finding::result);
    const auto skipped = std::ranges::count(lines, report::verdict::skipped, &report::finding::result);
    std::printf("%td of %zu lines pass, %td fail, %td could not be told\n", static_cast<std::ptrdiff_t>(lines.size()) - failed - skipped, lines.size(), failed, skipped);
    if (json) {
        nlohmann::ordered_json out{{"experiment", std::string{p.name}}, {"passed", failed == 0}, {"failed", failed}, {"skipped", skipped}, {"lines", nlohmann::ordered_json::array()}};
        for (const auto& line : lines)
            out["lines"].push_back({{"name", line.name}, {"result", report::word_for(line.result)}, {"evidence", line.evidence}, {"advice", line.advice}});
        std::printf("%s\n", out.dump().c_str());
    }
    return failed == 0 ? exit_code::ok : exit_code::bad_input;
}

} // namespace facet
