#pragma once

// unit: facet::evaluation<>
// library: engine

#include <facet/evaluate/evaluation.hpp>

#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <facet/data/labels.hpp>
#include <facet/evaluate/bootstrap.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/exact.hpp>
#include <facet/evaluate/sections.hpp>
#include <facet/evaluate/statement.hpp>
#include <facet/evaluate/table.hpp>
#include <facet/evaluate/values.hpp>
#include <facet/io/or_null.hpp>
#include <facet/metric/dice.hpp>
#include <facet/metric/f1.hpp>
#include <facet/metric/iou.hpp>
#include <facet/metric/precision.hpp>
#include <facet/metric/recall.hpp>
#include <facet/metric/specificity.hpp>

namespace facet::detail {

inline std::span<const named_metric> standard_metrics() {
    static constexpr auto of = []<class M>(M) { return +[](const confusion& c) { return M{}(c); }; };
    static const std::array<named_metric, 6> all{{{"dice", of(metric::dice{})}, {"iou", of(metric::iou{})}, {"precision", of(metric::precision{})},
                                                  {"recall", of(metric::recall{})}, {"f1", of(metric::f1{})}, {"specificity", of(metric::specificity{})}}};
    return all;
}

/// The standard metrics and the experiment's own, each once; of the same name the experiment's.
inline std::vector<named_metric> metrics_of(const evaluation_request& request) {
    std::vector<named_metric> all(standard_metrics().begin(), standard_metrics().end());
    for (const auto& m : request.metrics) {
        if (m.value == nullptr) continue;
        const auto known = std::ranges::find(all, m.name, &named_metric::name);
        if (known == all.end()) all.push_back(m);
        else *known = m;
    }
    return all;
}

/// Pixel counts of a vertebra at the pixel threshold.
inline confusion confusion_of(const vertebra_score& v, std::size_t bin) {
    confusion c;
    for (const auto& e : v.pixels.entries()) {
        (e.bin >= bin ? c.tp : c.fn) += e.positive;
        (e.bin >= bin ? c.fp : c.tn) += e.negative;
    }
    return c;
}

/// One judgement in the making.
class judge {
public:
    explicit judge(const evaluation_request& request)
        : request_{request}, network_{*request.network}, metrics_{metrics_of(request)},
          bootstrap_{std::max<std::size_t>(1, network_.patients().size()), request.resamples, request.seed},
          bin_{score_histogram::bin_of_probability(request.pixel_threshold)} {
        if (network_.slices().empty()) throw bad_input{"there is no slice to judge in part '" + request.part + "'"};
        for (const auto& v : network_.vertebrae()) levels_.insert(v.level);
        if (!request_.training.empty()) score_trivially();
    }

    evaluation_result run() {
        json out;
        out["statement"] = statement_of(request_.data);
        if (request_.part == "validation")
            out["optimistic"] = "Validation chose the checkpoint and the thresholds, so these numbers are too good.";
        out["experiment"] = request_.experiment;
        out["data"] = request_.data;
        out["split"] = request_.part;
        out["checkpoint"] = request_.checkpoint;
        out["dataset_hash"] = request_.dataset_hash;
        out["n_patients"] = network_.patients().size();
        out["n_vertebrae"] = network_.vertebrae().size();
        out["n_slices"] = network_.slices().size();
        out["bootstrap"] = {{"unit", "patient"}, {"resamples", request_.resamples}, {"seed", request_.seed}, {"coverage", 0.95}};
        out["threshold"] = {{"value", request_.pixel_threshold},
                            {"objective", request_.pixel_objective},
                            {"objective_value", or_null(request_.pixel_objective_value)},
                            {"fitted_on", request_.pixel_fitted_on},
                            {"at_edge", request_.pixel_at_edge}};
        out["prevalence"] = prevalences();
        out["pixel"] = pixel();
        out["slice"] = items_report(judged_items::slices(network_), request_.points.slice);
        out["vertebra"] = vertebra();
        out["patient"] = items_report(judged_items::patients(network_), request_.points.patient);
        out["calibration"] = calibration_section(network_, bootstrap_);
        findings(out);
        out["trivial"] = trivial_report();
        out["comparison"] = comparison(out);
        out["demo"] = demo(out);
        for (const int level : levels_) out["by_level"]["V" + std::to_string(level)] = by_level(level);

        return {.json = out.dump(1) + "\n", .line = out.dump(), .table = evaluation_table(out), .scores_csv = csv(), .curves = curves(out).dump() + "\n"};
    }

private:
    /// What needs whole vertebrae, at the final masks.
    void findings(json& out) const {
        const auto* f = request_.findings;
        out["surface"] = f ? surface_section(*f, request_.metrics, bootstrap_) : json(nullptr);
        out["lesion"] = f ? lesion_section(*f, request_.metrics, bootstrap_) : json(nullptr);
        out["postprocessed"] = f && request_.postprocess ? postprocessed_section(*f, *request_.postprocess, request_.pixel_objective, metrics_, bootstrap_) : json(nullptr);
    }

    static constexpr std::size_t trivials = trivial::scorers::names.size();

    void score_trivially() {
        const trivial::scorers scorers{request_.stack, request_.training};
        std::vector<float> logits(request_.stack.size * request_.stack.size);
        for (std::size_t k = 0; k < trivials; ++k) {
            for (const auto s : request_.judged) {
                scorers.score(k, request_.stack.slices[s], request_.stack.image(s), logits);
                trivial_[k].add(request_.stack.slices[s], logits, request_.stack.mask(s));
            }
            trivial_[k].finish();
        }
        for (const int level : levels_) level_scores_[level] = scorers.level_score(level);
    }

    // Shares of fracture pixels: all slices and positive slices, as stored and in the crops at the scan's own resolution.
    json prevalences() const {
        std::int64_t stored = 0, stored_fracture = 0, stored_positive = 0, native = 0, native_fracture = 0, native_positive = 0;
        std::int64_t n = 0, positive_slices = 0, native_slices = 0;
        for (const auto& one : network_.slices()) {
            const auto& s = request_.stack.slices[one.index];
            const auto valid = static_cast<std::int64_t>(request_.stack.size * request_.stack.size) - s.ignored_pixels;
            ++n, stored += valid, stored_fracture += s.fracture_pixels;
            native += s.native_pixels, native_fracture += s.native_fracture_pixels;
            if (s.fracture_pixels > 0) ++positive_slices, stored_positive += valid;
            if (s.native_fracture_pixels > 0) ++native_slices, native_positive += s.native_pixels;
        }
        const auto share = [](std::int64_t part, std::int64_t whole) { return value_of(metric::ratio(part, whole), whole); };
        return {{"slices", share(positive_slices, n)},
                {"stored", {{"all_slices", share(stored_fracture, stored)}, {"positive_slices", share(stored_fracture, stored_positive)}}},
                {"native", {{"slices", share(native_slices, n)}, {"all_slices", share(native_fracture, native)}, {"positive_slices", share(native_fracture, native_positive)}}}};
    }

    json pixel_ranking(const scores& judged) {
        const auto h = judged.pixels();
        const auto counts = clustered_counts::pixels(judged);
        json out;
        const auto total = count_classes(h).total();
        out["pr_auc"] = value_of(average_precision(h), total, bootstrap_.of([&](auto w) { return counts.average_precision(w); }));
        out["pr_auc"]["chance"] = or_null(prevalence(h));
        out["roc_auc"] = value_of(roc_auc(h), total, bootstrap_.of([&](auto w) { return counts.roc_auc(w); }));
        return out;
    }

    json pixel() {
        const auto h = network_.pixels();
        clustered_confusion counts;
        counts.per_patient.resize(network_.patients().size());
        for (const auto& v : network_.vertebrae()) counts.per_patient[v.patient_place] += confusion_of(v, bin_);
        json out;
        const auto total = count_classes(h).total();
        out["prevalence"] = value_of(prevalence(h), total, bootstrap_.of([&](auto w) {
            const auto c = counts.total(w);
            return metric::ratio(c.positives(), c.total());
        }));
        out.update(pixel_ranking(network_));
        const auto at_threshold = confusion_at(h, bin_);
        for (const auto& m : request_.metrics)
            if (m.of_scores != nullptr && !out.contains(m.name)) out[m.name] = value_of(m.of_scores(h), total);
        for (const auto& m : metrics_)
            out[m.name] = value_of(m.value(at_threshold), total, bootstrap_.of([&](auto w) { return m.value(counts.total(w)); }));
        out["counts"] = counts_json(at_threshold);
        return out;
    }

    static json counts_json(const confusion& c) { return {{"tp", c.tp}, {"fp", c.fp}, {"fn", c.fn}, {"tn", c.tn}}; }

    json items_ranking(const judged_items& items) const {
        const auto n = static_cast<std::int64_t>(items.score.size());
        const auto counts = clustered_counts::items(items.score, items.truth, items.patient);
        const std::span<const double> score{items.score};
        const auto positives = std::ranges::count(items.truth, std::uint8_t{1});
        json out;
        out["roc_auc"] = value_of(exact::roc_auc(score, items.truth), n, bootstrap_.of([&](auto w) { return counts.roc_auc(w); }));
        out["pr_auc"] = value_of(exact::average_precision(score, items.truth), n, bootstrap_.of([&](auto w) { return counts.average_precision(w); }));
        out["pr_auc"]["chance"] = or_null(metric::ratio(positives, n));
        return out;
    }

    // Ranking, then sensitivity and specificity at the operating point that validation gave for this level of judgement.
    json items_report(const judged_items& items, const std::optional<fitted_point>& point) const {
        const auto n = static_cast<std::int64_t>(items.score.size());
        const auto positives = std::ranges::count(items.truth, std::uint8_t{1});
        json out;
        out["n"] = n;
        out["positive"] = positives;
        out["without_score"] = items.undefined;
        out["prevalence"] = value_of(metric::ratio(positives, n), n);
        out.update(items_ranking(items));
        out["threshold"] = {{"value", point ? json(point->value) : json(nullptr)},
                            {"objective", request_.point_objective},
                            {"objective_value", point && point->objective ? json(*point->objective) : json(nullptr)},
                            {"fitted_on", "validation"},
                            {"at_edge", point ? json(point->at_edge) : json(nullptr)}};
        if (!point) out["threshold"]["why"] = "validation has no positive or no negative case";
        clustered_confusion counts;
        counts.per_patient.resize(network_.patients().size());
        for (std::size_t i = 0; point && i < items.score.size(); ++i) {
            const bool called = items.score[i] >= point->value;
            auto& c = counts.per_patient[items.patient[i]];
            ++(items.truth[i] ? (called ? c.tp : c.fn) : (called ? c.fp : c.tn));
        }
        confusion all;
        for (const auto& c : counts.per_patient) all += c;
        const auto rate = [&](const char* name, auto m, std::int64_t used) {
            out[name] = value_of(m(all), used, bootstrap_.of([&](auto w) { return m(counts.total(w)); }));
        };
        rate("sensitivity", metric::recall{}, positives);
        rate("specificity", metric::specificity{}, n - positives);
        rate("precision", metric::precision{}, all.tp + all.fp);
        rate("f1", metric::f1{}, n);
        if (point) out["counts"] = counts_json(all);
        return out;
    }

    // Pairs of a broken and a whole vertebra of the same level only: what is left when knowing the level is worth nothing.
    json within_level(const judged_items& items) const {
        std::vector<clustered_counts> levels;
        for (const int level : levels_) {
            const auto some = items.at_level(level);
            levels.push_back(clustered_counts::items(some.score, some.truth, some.patient));
        }
        const auto auc = [&](patient_weights w) {
            exact::pair_count sum;
            for (const auto& one : levels) sum += one.pairs(w);
            return sum.auc();
        };
        const std::vector<std::uint32_t> once(network_.patients().size(), 1);
        return value_of(auc(once), static_cast<std::int64_t>(items.score.size()), bootstrap_.of(auc));
    }

    json vertebra() {
        const auto items = judged_items::vertebrae(network_);
        json out = items_report(items, request_.points.vertebra);
        out["within_level_roc_auc"] = within_level(items);
        auto by_rate = items;
        for (std::size_t i = 0; i < by_rate.score.size(); ++i) by_rate.score[i] = level_scores_.empty() ? 0 : level_scores_.at(by_rate.level[i]);
        out["level_only_roc_auc"] = level_scores_.empty() ? value_of(std::nullopt, 0, std::nullopt) : items_ranking(by_rate)["roc_auc"];
        out["dice"] = vertebra_dice();
        return out;
    }

    // The mean Dice of positive vertebrae; healthy ones have none to average and are counted as undefined.
    json vertebra_dice() const {
        std::vector<std::optional<double>> dice;
        std::vector<double> sum(network_.patients().size());
        std::vector<std::int64_t> n(sum.size());
        for (const auto& v : network_.vertebrae()) {
            dice.push_back(v.truth ? metric::dice{}(confusion_of(v, bin_)) : std::nullopt);
            if (dice.back()) sum[v.patient_place] += *dice.back(), ++n[v.patient_place];
        }
        return mean_of(dice, bootstrap_.of([&](patient_weights w) {
            double total = 0;
            std::int64_t count = 0;
            for (std::size_t p = 0; p < sum.size(); ++p) total += w[p] * sum[p], count += w[p] * n[p];
            return metric::ratio(total, static_cast<double>(count));
        }));
    }

    json trivial_report() {
        json out;
        for (std::size_t k = 0; k < trivials; ++k) {
            auto& one = out[std::string{trivial::scorers::names[k]}];
            if (request_.training.empty()) {
                one["pr_auc"] = value_of(std::nullopt, 0, std::nullopt);
                continue;
            }
            one = pixel_ranking(trivial_[k]);
            one["slice"] = items_ranking(judged_items::slices(trivial_[k]));
            const auto vertebrae = judged_items::vertebrae(trivial_[k]);
            one["vertebra"] = items_ranking(vertebrae);
            one["vertebra"]["within_level_roc_auc"] = within_level(vertebrae);
            one["patient"] = items_ranking(judged_items::patients(trivial_[k]));
        }
        return out;
    }

    // Network beside trivial scorers on the same resamples. The best trivial scorer is chosen anew in every resample.
    json comparison(const json& out) {
        json result;
        if (request_.training.empty()) return nullptr;
        const auto replicate = [&](const scores& s) {
            const auto counts = clustered_counts::pixels(s);
            return bootstrap_.replicate([&](auto w) { return counts.average_precision(w); });
        };
        const auto network = replicate(network_);
        const auto network_ap = out["pixel"]["pr_auc"]["value"];
        std::vector<std::optional<double>> best(network.size());
        std::string best_name;
        double best_ap = -1;
        const auto n = static_cast<std::int64_t>(network_.patients().size());
        const auto compare = [&](const json& other_ap, const std::vector<std::optional<double>>& other) {
            const auto measure = [&](auto f) {
                const bool defined = !network_ap.is_null() && !other_ap.is_null();
                const auto value = defined ? f(network_ap.get<double>(), other_ap.get<double>()) : std::nullopt;
                const auto several = n >= 2 ? patient_bootstrap::percentiles(paired(network, other, f)) : std::nullopt;
                return value_of(value, n, several);
            };
            return json{{"ratio", measure([](double a, double b) { return metric::ratio(a, b); })},
                        {"difference", measure([](double a, double b) { return std::optional{a - b}; })},
                        {"difference_to_twice", measure([](double a, double b) { return std::optional{a - 2 * b}; })}};
        };
        for (std::size_t k = 0; k < trivials; ++k) {
            const auto name = std::string{trivial::scorers::names[k]};
            const auto other = replicate(trivial_[k]);
            const auto& ap = out["trivial"][name]["pr_auc"]["value"];
            result[name] = compare(ap, other);
            for (std::size_t r = 0; r < best.size(); ++r)
                if (other[r] && (!best[r] || *other[r] > *best[r])) best[r] = other[r];
            if (!ap.is_null() && ap.get<double>() > best_ap) best_ap = ap.get<double>(), best_name = name;
        }
        result["best_trivial"] = best_name.empty() ? json(nullptr) : json(best_name);
        result["best"] = compare(best_name.empty() ? json(nullptr) : json(best_ap), best);
        return result;
    }

    // What the demo promises: pixel AP at least twice the best trivial scorer's, the interval of the difference above 0, vertebra AUROC >= 0.90.
    static json demo(const json& out) {
        if (out["comparison"].is_null()) return nullptr;
        const auto& best = out["comparison"]["best"];
        const auto& difference = best["difference_to_twice"];
        const auto& auc = out["vertebra"]["roc_auc"];
        const bool ratio_met = !best["ratio"]["value"].is_null() && best["ratio"]["value"].get<double>() >= 2;
        const bool interval_met = !difference["interval"].is_null() && difference["interval"]["low"].get<double>() > 0;
        const bool auc_met = !auc["value"].is_null() && auc["value"].get<double>() >= 0.9;
        return {{"pixel_ap_ratio_to_best_trivial", best["ratio"]},
                {"best_trivial", out["comparison"]["best_trivial"]},
                {"pixel_ap_minus_twice_best_trivial", difference},
                {"vertebra_roc_auc", auc},
                {"met", ratio_met && interval_met && auc_met}};
    }

    json by_level(int level) {
        json out;
        std::int64_t slices = 0, positive_slices = 0, vertebrae = 0, positive_vertebrae = 0;
        confusion c;
        for (const auto& v : network_.vertebrae()) {
            if (v.level != level) continue;
            slices += v.slices, positive_slices += v.positive_slices;
            ++vertebrae, positive_vertebrae += v.truth;
            c += confusion_of(v, bin_);
        }
        const auto h = network_.pixels(level);
        out["name"] = vertebra_name(vertebra_id{level});
        out["vertebrae"] = vertebrae;
        out["positive_vertebrae"] = positive_vertebrae;
        out["slices"] = slices;
        out["positive_slices"] = positive_slices;
        auto& pixel = out["pixel"];
        pixel["prevalence"] = value_of(prevalence(h), c.total());
        pixel["pr_auc"] = value_of(average_precision(h), c.total());
        pixel["pr_auc"]["chance"] = or_null(prevalence(h));
        pixel["roc_auc"] = value_of(roc_auc(h), c.total());
        for (const auto& m : metrics_) pixel[m.name] = value_of(m.value(c), c.total());
        out["slice"] = level_items(judged_items::slices(network_).at_level(level), request_.points.slice);
        out["vertebra"] = level_items(judged_items::vertebrae(network_).at_level(level), request_.points.vertebra);
        for (std::size_t k = 0; k < trivials && !request_.training.empty(); ++k) {
            const auto t = trivial_[k].pixels(level);
            out["trivial"][std::string{trivial::scorers::names[k]}]["pr_auc"] = value_of(average_precision(t), c.total());
        }
        return out;
    }

    static json level_items(const judged_items& items, const std::optional<fitted_point>& point) {
        const auto n = static_cast<std::int64_t>(items.score.size());
        const std::span<const double> score{items.score};
        const auto positives = std::ranges::count(items.truth, std::uint8_t{1});
        const auto c = point ? exact::confusion_at(score, items.truth, point->value) : confusion{};
        return {{"roc_auc", value_of(exact::roc_auc(score, items.truth), n)},
                {"pr_auc", value_of(exact::average_precision(score, items.truth), n)},
                {"sensitivity", value_of(metric::recall{}(c), positives)},
                {"specificity", value_of(metric::specificity{}(c), n - positives)}};
    }

    // What a report draws: curves, and the distribution of logits of positive and negative pixels in steps of a quarter.
    json curves(const json& evaluation) {
        const auto pr = [](const scores& s) {
            json points = json::array();
            for (const auto& p : pr_curve(s.pixels())) points.push_back({p.threshold, p.precision, p.recall});
            return points;
        };
        json out;
        out["statement"] = evaluation["statement"];
        out["split"] = evaluation["split"];
        out["columns"] = {"threshold", "precision", "recall"};
        out["pixel_pr"]["network"] = pr(network_);
        for (std::size_t k = 0; k < trivials && !request_.training.empty(); ++k) out["pixel_pr"][std::string{trivial::scorers::names[k]}] = pr(trivial_[k]);
        constexpr std::size_t coarse = 128, each = score_histogram::inner_bins / coarse;
        std::array<std::int64_t, coarse> positive{}, negative{};
        const auto h = network_.pixels();
        for (std::size_t b = 0; b < score_histogram::bins; ++b) {
            const auto place = std::min(coarse - 1, (std::max<std::size_t>(1, b) - 1) / each);
            positive[place] += h.positive[b], negative[place] += h.negative[b];
        }
        out["logits"] = {{"low", score_histogram::low}, {"high", score_histogram::high}, {"positive", positive}, {"negative", negative}};
        return out;
    }

    std::string csv() const {
        std::string out = "level,patient,vertebra,slice,score,truth\n";
        const auto row = [&](const char* level, const std::string& patient, int vertebra, const std::string& slice, const top_scores& top, bool truth) {
            const auto s = top.score();
            out += std::string{level} + ',' + patient + ',' + (vertebra > 0 ? std::to_string(vertebra) : "") + ',' + slice + ',' + (s ? json(*s).dump() : "")
                   + ',' + (truth ? '1' : '0') + '\n';
        };
        for (const auto& p : network_.patients()) row("patient", p.patient, 0, "", p.top, p.truth);
        for (const auto& v : network_.vertebrae()) row("vertebra", v.patient, v.level, "", v.top, v.truth);
        for (const auto& s : network_.slices()) {
            const auto& v = network_.vertebrae()[s.vertebra];
            row("slice", v.patient, v.level, std::to_string(s.index), s.top, s.truth);
        }
        return out;
    }

    const evaluation_request& request_;
    const scores& network_;
    std::vector<named_metric> metrics_;
    patient_bootstrap bootstrap_;
    std::size_t bin_;
    std::set<int> levels_;
    std::array<scores, trivials> trivial_;
    std::map<int, double> level_scores_;
};

inline std::optional<fitted_point> stored_point(const json& threshold) {
    if (threshold.at("value").is_null()) return std::nullopt;
    const auto& objective = threshold.at("objective_value");
    return fitted_point{.value = threshold.at("value").get<double>(), .objective = objective.is_null() ? std::nullopt : std::optional{objective.get<double>()},
                        .at_edge = threshold.at("at_edge").get<bool>()};
}

} // namespace facet::detail

namespace facet {

template <class T> evaluation_result evaluation<T>::judge(const evaluation_request& request) { return detail::judge{request}.run(); }

template <class T> postprocess_choice evaluation<T>::stored_postprocess(const std::string& text, const std::string& origin, const postprocess::steps& steps) {
    const auto again = "; run `evaluate` on the run's own store first";
    try {
        const auto all = detail::json::parse(text);
        if (!all.contains("postprocessed") || all["postprocessed"].is_null()) throw bad_input{"'" + origin + "' holds no postprocess, and the experiment has one" + again};
        const auto& stored = all["postprocessed"];
        postprocess_choice choice;
        choice.alternative = stored.at("alternative").get<std::size_t>();
        if (choice.alternative >= steps.alternatives || detail::json::parse(steps.describe(choice.alternative)) != stored.at("policy"))
            throw bad_input{"'" + origin + "' holds another postprocess than the experiment has now" + again};
        choice.policy = steps.describe(choice.alternative);
        choice.at_edge = steps.edges(choice.alternative);
        const auto& t = stored.at("threshold");
        choice.threshold = {.value = t.at("value").get<double>(), .objective = {}, .at_edge = t.at("at_edge").get<bool>()};
        if (!t.at("objective_value").is_null()) choice.threshold.objective = t["objective_value"].get<double>();
        if (!t.at("objective_value_without").is_null()) choice.objective_without = t["objective_value_without"].get<double>();
        return choice;
    } catch (const detail::json::exception&) {
        throw bad_input{"'" + origin + "' is damaged: its postprocess cannot be read" + again};
    }
}

template <class T> fitted_points evaluation<T>::stored_points(const std::string& text, const std::string& origin, const std::string& checkpoint) {
    try {
        const auto all = detail::json::parse(text);
        if (const auto judged = all.at("checkpoint").get<std::string>(); judged != checkpoint)
            throw bad_input{"the thresholds in '" + origin + "' are those of " + judged + ", and the best checkpoint is now " + checkpoint + "; run `evaluate` on the run's own store again"};
        return {.slice = detail::stored_point(all.at("slice").at("threshold")),
                .vertebra = detail::stored_point(all.at("vertebra").at("threshold")),
                .patient = detail::stored_point(all.at("patient").at("threshold"))};
    } catch (const detail::json::exception&) {
        throw bad_input{"'" + origin + "' holds no thresholds of slices, vertebrae and patients; run `evaluate` on the run's own store first"};
    }
}

} // namespace facet
