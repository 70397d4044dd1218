#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/report/figures.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/run_page.hpp>
#include <facet/report/svg.hpp>
#include <facet/report/text.hpp>

/// What a report says and draws of metrics.jsonl: the course of the training.
namespace facet::report {

/// The epoch whose weights are judged: the best by the monitor, among equals the last, as run_directory keeps them.
[[nodiscard]] inline const json* best_epoch(const std::vector<json>& epochs) {
    const json* best = nullptr;
    for (const auto& e : epochs)
        if (best == nullptr || number_at(e, "monitor").value_or(-INFINITY) >= number_at(*best, "monitor").value_or(-INFINITY)) best = &e;
    return best;
}

namespace detail {

inline series progress_of(const std::vector<json>& epochs, const std::string& key, std::string name, std::string_view colour) {
    series s{std::move(name), colour, {}, {}};
    for (const auto& e : epochs) s.x.push_back(number_at(e, "epoch").value_or(static_cast<double>(s.x.size()))), s.y.push_back(number_at(e, key));
    return s;
}

/// Metrics of the experiment: the members of an epoch's line that are a value, or undefined.
inline std::vector<std::string> metric_names(const std::vector<json>& epochs) {
    std::vector<std::string> names;
    for (const auto& [key, value] : epochs.front().items())
        if (value.is_object() && value.contains("undefined")) names.push_back(key);
    return names;
}

inline void metric_curves(run_page& out, const std::vector<json>& epochs, std::optional<double> chance, std::optional<double> chosen) {
    static constexpr std::string_view colours[] = {ink::blue, ink::vermilion, ink::green, ink::purple, ink::sky, ink::grey};
    std::vector<series> ranking, at_threshold;
    for (const auto& name : metric_names(epochs)) {
        const bool of_ranking = name.ends_with("auc");
        if (name == "f1" && std::ranges::any_of(at_threshold, [](const series& s) { return s.name == "dice"; })) continue; // the same number
        auto& group = of_ranking ? ranking : at_threshold;
        if (group.size() < std::size(colours)) group.push_back(progress_of(epochs, name, name, colours[group.size()]));
    }
    if (!ranking.empty())
        out.figure("ranking", progress("Ranking metrics on validation over epochs", "epoch", ranking, true, chance, chosen),
                   "How well validation pixels are ranked, over all thresholds. Chance for PR-AUC is the share of fracture pixels, " + significant(chance, 2) + " (dashed).");
    if (!at_threshold.empty())
        out.figure("metrics", progress("Metrics on validation over epochs", "epoch", at_threshold, true, std::nullopt, chosen), "Validation pixels at each epoch\u2019s own best threshold.");
}

/// Quantiles of the predicted probability over the epochs, as a band and a median for each kind of pixel.
inline void probability_course(run_page& out, const std::vector<json>& epochs) {
    std::vector<double> x;
    struct band { std::vector<double> low, middle, high; } positive, negative;
    const auto logit = [](double p) { return std::log(std::clamp(p, 1e-7, 1 - 1e-7) / (1 - std::clamp(p, 1e-7, 1 - 1e-7))); };
    for (const auto& e : epochs) {
        const auto quantile = [&](const char* kind, const char* q) { return number_at(e, std::string{"probability."} + kind + "." + q); };
        if (!quantile("positive", "q50") || !quantile("negative", "q50")) continue;
        x.push_back(number_at(e, "epoch").value_or(0));
        for (auto [side, kind] : {std::pair{&positive, "positive"}, std::pair{&negative, "negative"}}) {
            side->low.push_back(logit(*quantile(kind, "q5")));
            side->middle.push_back(logit(*quantile(kind, "q50")));
            side->high.push_back(logit(*quantile(kind, "q95")));
        }
    }
    if (x.size() < 2) return;
    std::vector<double> all;
    for (const auto* side : {&positive, &negative}) all.insert(all.end(), side->low.begin(), side->low.end()), all.insert(all.end(), side->high.begin(), side->high.end());
    auto y = axis_for("probability", all);
    y.ticks = probability_ticks(y.low, y.high);
    chart c{axis_for("epoch", x), y, 440, 230};
    for (const auto& [side, colour] : {std::pair{&negative, ink::blue}, std::pair{&positive, ink::vermilion}}) {
        c.band(x, side->low, side->high, colour, 0.15);
        std::vector<point> line;
        for (std::size_t i = 0; i < x.size(); ++i) line.push_back({x[i], side->middle[i]});
        c.line(line, colour);
    }
    c.legend("fracture", ink::vermilion);
    c.legend("no fracture", ink::blue);
    out.figure("probability_course", c.svg("Predicted probability over epochs"), "Predicted probability on validation: median, and the band that holds 90 % of the pixels. The two should part.");
}

/// How fast it was, what it took, and what is left to say of the threshold.
inline void speed_note(run_page& out, const run_contents& run, const json& best) {
    double images = 0, wait = 0, seconds = 0, memory = 0, device_memory = 0;
    for (const auto& e : run.epochs) {
        const double s = number_at(e, "train_seconds").value_or(0);
        images += number_at(e, "images_per_second").value_or(0) * s, wait += number_at(e, "data_wait_share").value_or(0) * s, seconds += s;
        memory = std::max(memory, number_at(e, "peak_ram_mib").value_or(0)), device_memory = std::max(device_memory, number_at(e, "peak_device_mib").value_or(0));
    }
    if (seconds <= 0) return;
    const auto plateau = member(member(best, "threshold"), "plateau");
    std::string text = significant(images / seconds, 3) + " images a second, " + percent(wait / seconds) + " of the time spent preparing data, " + significant(memory / 1024, 2) + " GiB of memory at most" + (device_memory > 0 ? ", " + significant(device_memory / 1024, 2) + " GiB of the GPU's" : "") + ".";
    if (plateau.is_array() && plateau.size() == 2)
        text += " The threshold " + probability(number_at(best, "threshold")) + " maximised " + text_at(member(best, "threshold"), "objective") + " on validation; anything from " + significant(plateau[0].get<double>(), 2) + " to "
                + significant(plateau[1].get<double>(), 2) + " comes within 1 % of it.";
    out.note(text);
    if (run.evaluation.is_null() && member(member(best, "threshold"), "at_edge") == true)
        out.warning("The threshold lies at the edge of its search space: the optimum may be beyond it. Search wider, or exactly.");
}

} // namespace detail

/// How the training went, epoch by epoch; nothing where no epoch was finished.
inline void training_section(run_page& out, const run_contents& run) {
    if (run.epochs.empty()) return;
    out.section("Training");
    const auto& best = *best_epoch(run.epochs);
    const auto chosen = number_at(best, "epoch");
    const auto monitor = text_at(member(best, "monitor"), "name");
    out.paragraph(counted(run.about, "training_slices") + " training slices (" + counted(run.about, "training_slices_with_fracture") + " with fracture), " + counted(run.about, "validation_slices")
                  + " for validation. " + counted(run.epochs.back(), "step") + " of " + counted(run.about, "steps") + " steps. "
                  + (monitor.empty() ? "The last weights were kept." : "The weights of epoch " + decimal(chosen, 0) + " were kept: best " + monitor + ", " + decimal(number_at(best, "monitor"), 4) + " on validation."));
    const auto chance = number_at(best, "prevalence");
    out.begin_row();
    out.figure("loss", progress("Loss over epochs", "epoch", std::vector{detail::progress_of(run.epochs, "train_loss", "training loss", ink::blue), detail::progress_of(run.epochs, "val_loss", "validation loss", ink::vermilion)}, true, std::nullopt, chosen),
               "Loss per epoch; the dashed epoch was kept. Training may be balanced while validation keeps its natural share of fractures, so compare shapes, not heights.");
    out.figure("learning_rate", progress("Learning rate over epochs", "epoch", std::vector{detail::progress_of(run.epochs, "learning_rate", "learning rate", ink::green)}, true), "The learning rate at the end of each epoch.");
    detail::metric_curves(out, run.epochs, chance, chosen);
    detail::probability_course(out, run.epochs);
    out.end_row();
    detail::speed_note(out, run, best);
}

} // namespace facet::report
