#pragma once

// unit: facet::rate_finder<>
// library: engine

#include <facet/report/rate_finder.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <system_error>
#include <utility>

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/learner.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/engine/training_step.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/or_null.hpp>
#include <facet/report/svg.hpp>
#include <facet/report/text.hpp>

namespace facet {

namespace detail {

/// Exponential average over about 10 values; divided by the weight it has, so that it does not begin at 0.
inline std::vector<double> smoothed(std::span<const double> values) {
    constexpr double keep = 0.9;
    std::vector<double> out;
    double sum = 0, weight = 0;
    for (const double v : values) {
        sum = keep * sum + (1 - keep) * v;
        weight = keep * weight + (1 - keep);
        out.push_back(sum / weight);
    }
    return out;
}

inline std::string rate_picture(const rate_search& s, const plan& p, const store& data) {
    const double top = *std::ranges::max_element(s.losses), start = s.choice.smoothed.front(), bottom = *std::ranges::min_element(s.losses);
    report::axis y{.label = "loss", .low = bottom - 0.05 * (start - bottom), .high = std::min(top, bottom + 1.5 * std::max(start - bottom, 1e-6))};
    if (!(y.low < y.high)) y.high = y.low + 1;
    report::chart chart{report::axis_for("learning rate", s.rates, true), y, 640, 360};
    std::vector<report::point> line;
    for (std::size_t i = 0; i < s.rates.size(); ++i) {
        if (s.losses[i] <= y.high) chart.dot({s.rates[i], s.losses[i]}, report::ink::sky, 2, 0.6);
        line.push_back({s.rates[i], s.choice.smoothed[i]});
    }
    chart.line(line, report::ink::blue, 2);
    chart.legend("one step", report::ink::sky);
    chart.legend("smoothed", report::ink::blue);
    if (s.choice.suggestion) {
        chart.legend("suggested: " + report::significant(*s.choice.suggestion, 2), report::ink::vermilion);
        chart.vertical(*s.choice.suggestion, report::ink::vermilion);
    }
    return chart.svg("Learning-rate range test of " + std::string{p.name} + " on " + data.data_statement()) + "\n";
}

inline std::string rate_sentence(const rate_choice& c, const rate_finder_options& o) {
    if (!c.suggestion) return "the loss did not fall at any learning rate from " + report::significant(o.low, 2) + " to " + report::significant(o.high, 2) + "; walk the checklist of `doctor`";
    return "suggested learning rate " + report::significant(*c.suggestion, 2) + ": a tenth of " + report::significant(*c.lowest, 2) + ", where the smoothed loss is lowest; it falls fastest at "
           + report::significant(*c.steepest, 2) + (c.at_edge ? "; it still falls at the highest rate tried: raise --high" : "");
}

} // namespace detail

template <class T> rate_choice rate_finder<T>::choose(std::span<const double> rates, std::span<const double> losses) {
    rate_choice c;
    c.smoothed = detail::smoothed(losses);
    const auto& s = c.smoothed;
    constexpr std::size_t settle = 10; // steps until the average is one
    if (s.size() <= settle) return c;
    const auto lowest = static_cast<std::size_t>(std::min_element(s.begin() + settle, s.end()) - s.begin());
    if (!(s[lowest] < 0.95 * s[settle])) return c;
    c.lowest = rates[lowest];
    c.suggestion = rates[lowest] / 10;
    c.at_edge = lowest + 1 == s.size();
    double fastest = 0;
    for (std::size_t i = settle + 1; i <= lowest; ++i)
        if (const double fall = s[i - 1] - s[i]; fall > fastest) fastest = fall, c.steepest = rates[i];
    return c;
}

template <class T> rate_search rate_finder<T>::find(const plan& p, const store& data, const rate_finder_options& options) {
    if (!(0 < options.low && options.low < options.high)) throw bad_input{"lr-find needs 0 < --low < --high"};
    if (options.steps < 20) throw bad_input{"lr-find needs --steps of at least 20, not " + std::to_string(options.steps)};
    const auto parts = parts_for(p, data, options.fold);
    std::error_code failure;
    std::filesystem::create_directories(options.out, failure);
    if (failure) throw io_error{"cannot create the folder '" + options.out.string() + "': " + failure.message()};

    plan bare = p; // the schedule is ours
    bare.peak_learning_rate = 1;
    bare.learning_rate_factor = [](std::int64_t, std::int64_t) { return 1.0; };
    bare.ema_decay = 0;
    const auto device = devices<>::open(options.where);
    const batch_plan order{bare, data, parts.train, p.batch, options.seed, options.steps};
    learner<> student{bare, device, options.seed, options.steps};
    const resident_store resident{data, device, p.residency};
    const augmenter augment{bare, data, resident, options.seed};

    rate_search s;
    double lowest = INFINITY;
    for (std::int64_t step = 0; step < options.steps; ++step) {
        const double rate = options.low * std::pow(options.high / options.low, static_cast<double>(step) / static_cast<double>(options.steps - 1));
        student.scale_learning_rate(rate);
        const double loss = training_step(student, augment, order.slices(step), order.augmentation_epoch(step)).item<double>();
        if (!std::isfinite(loss)) break;
        s.rates.push_back(rate);
        s.losses.push_back(loss);
        const double now = detail::smoothed(s.losses).back();
        lowest = std::min(lowest, now);
        if (now > 4 * lowest) break;
    }
    if (s.losses.empty()) throw error{exit_code::diverged, "the loss of the untrained network is not a finite number; look at the loss on empty and full masks"};

    s.choice = choose(s.rates, s.losses);
    s.picture = options.out / (std::string{p.name} + "_lr_find.svg");
    s.file = options.out / (std::string{p.name} + "_lr_find.json");
    s.sentence = detail::rate_sentence(s.choice, options) + "; the curve is " + s.picture.string();
    using json = nlohmann::ordered_json;
    json result{{"command", "lr-find"}, {"experiment", p.name}, {"data", data.data_statement()}, {"suggestion", or_null(s.choice.suggestion)}, {"lowest", or_null(s.choice.lowest)},
                {"steepest", or_null(s.choice.steepest)}, {"at_edge", s.choice.at_edge}, {"steps", s.rates.size()}, {"picture", s.picture.string()}};
    s.line = result.dump();
    result.erase("picture");
    result["learning_rate"] = s.rates;
    result["loss"] = s.losses;
    result["smoothed_loss"] = s.choice.smoothed;
    write_atomically(s.picture, detail::rate_picture(s, p, data));
    write_atomically(s.file, result.dump(1) + "\n");
    return s;
}

} // namespace facet
