#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/probability_text.hpp>
#include <facet/data/labels.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/values.hpp>
#include <facet/io/events.hpp>
#include <facet/io/or_null.hpp>

/// What is recorded of each epoch of a run: for programs (metrics.jsonl), for TensorBoard, and for whoever watches.
namespace facet {

/// What the weights at the end of an epoch make of the validation slices.
struct validated {
    double loss = 0;
    std::map<int, score_histogram> by_level; ///< by vertebra number
    score_histogram total;
    threshold::choice threshold;
    std::optional<double> score;             ///< of the monitor, where it is a number
    double logit_shift = 0;                  ///< by prior correction
};

/// A metric of the experiment that pooled pixels alone give.
struct pixel_metric {
    std::string_view name;
    std::optional<double> value;
};

struct epoch_record {
    std::int64_t epoch = 0, step = 0;        ///< the last of each, counted from 1
    double passes = 0;                       ///< over the training slices, since the run began
    double train_loss = 0;                   ///< mean of its steps
    double learning_rate = 0;                ///< of its last step
    validated validation;
    std::vector<pixel_metric> metrics;       ///< of the validation pixels, at the epoch's own threshold
    double images_per_second = 0;
    double data_wait_share = 0;              ///< of the training's time, in which a step waited for its batch
    double train_seconds = 0, validation_seconds = 0;
    double peak_ram_mib = 0;
    std::optional<double> peak_device_mib; ///< nothing on a CPU
};

[[nodiscard]] inline std::vector<pixel_metric> pixel_metrics(const plan& p, const validated& v) {
    std::vector<pixel_metric> out;
    const auto counts = confusion_at(v.total, score_histogram::bin_of_probability(v.threshold.value));
    for (const auto& m : p.metrics) {
        if (m.of_counts == nullptr && m.of_ranking == nullptr) continue; // surfaces and lesions need whole vertebrae: `evaluate`
        out.push_back({m.name, m.of_counts != nullptr ? m.of_counts(counts) : m.of_ranking(v.total)});
    }
    return out;
}

namespace detail {

inline std::optional<double> finite(std::optional<double> value) { return value && std::isfinite(*value) ? value : std::nullopt; }

/// Probabilities at some quantiles of one class, by name: {"q50": ...}.
inline json quantiles(std::span<const std::int64_t> counts) {
    json out = json::object();
    for (const int percent : {1, 5, 25, 50, 75, 95, 99}) {
        const auto logit = quantile(counts, percent / 100.0);
        out["q" + std::to_string(percent)] = logit ? json(1 / (1 + std::exp(-*logit))) : json(nullptr);
    }
    return out;
}

} // namespace detail

/// One line of metrics.jsonl.
[[nodiscard]] inline nlohmann::ordered_json line_of(const plan& p, const epoch_record& e) {
    using detail::finite;
    const auto& v = e.validation;
    const auto pixels = count_classes(v.total).total();
    nlohmann::ordered_json line;
    line["epoch"] = e.epoch;
    line["step"] = e.step;
    line["passes"] = e.passes;
    line["train_loss"] = or_null(finite(e.train_loss));
    line["val_loss"] = or_null(finite(v.loss));
    line["learning_rate"] = e.learning_rate;
    line["logit_shift"] = v.logit_shift;
    line["prevalence"] = or_null(prevalence(v.total));
    for (const auto& m : e.metrics) line[std::string{m.name}] = detail::value_of(finite(m.value), pixels);
    line["monitor"] = {{"name", p.monitor_name}, {"value", or_null(v.score)}};
    line["threshold"] = {{"value", v.threshold.value}, {"objective", p.threshold_objective}, {"objective_value", or_null(finite(v.threshold.objective))}, {"at_edge", v.threshold.at_edge},
                         {"plateau", {v.threshold.plateau_low, v.threshold.plateau_high}}};
    line["probability"] = {{"positive", detail::quantiles(v.total.positive)}, {"negative", detail::quantiles(v.total.negative)}};
    for (const auto& [level, h] : v.by_level)
        line["by_level"]["V" + std::to_string(level)] = {{"name", vertebra_name(vertebra_id{level})}, {"prevalence", or_null(prevalence(h))}, {"pr_auc", detail::value_of(average_precision(h), count_classes(h).total())}};
    line["images_per_second"] = e.images_per_second;
    line["data_wait_share"] = e.data_wait_share;
    line["train_seconds"] = e.train_seconds;
    line["validation_seconds"] = e.validation_seconds;
    line["peak_ram_mib"] = e.peak_ram_mib;
    line["peak_device_mib"] = or_null(e.peak_device_mib);
    return line;
}

/// TensorBoard's curves.
[[nodiscard]] inline std::vector<events::scalar> curves_of(const epoch_record& e) {
    std::vector<events::scalar> curves{{"train/loss", static_cast<float>(e.train_loss)}, {"val/loss", static_cast<float>(e.validation.loss)}, {"learning_rate", static_cast<float>(e.learning_rate)}};
    for (const auto& m : e.metrics)
        if (m.value) curves.push_back({"val/" + std::string{m.name}, static_cast<float>(*m.value)});
    curves.push_back({"images_per_second", static_cast<float>(e.images_per_second)});
    return curves;
}

/// A line for whoever watches a run of so many steps.
[[nodiscard]] inline std::string sentence_of(const plan& p, const epoch_record& e, std::int64_t steps) {
    using detail::fixed;
    const auto& v = e.validation;
    const auto chance = prevalence(v.total);
    return "epoch " + std::to_string(e.epoch) + ", step " + std::to_string(e.step) + "/" + std::to_string(steps) + ": loss " + fixed(e.train_loss, 4) + ", validation loss " + fixed(v.loss, 4)
           + (v.score ? ", " + std::string{p.monitor_name} + " " + fixed(*v.score, 4) : "") + (chance ? " (chance " + fixed(*chance, 4) + ")" : "") + ", threshold " + probability_text(v.threshold.value)
           + (v.threshold.at_edge ? " (at the edge of its search)" : "") + ", " + fixed(e.images_per_second, 0) + " images/s";
}

} // namespace facet
