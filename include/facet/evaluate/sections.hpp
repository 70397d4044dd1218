#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/evaluate/bootstrap.hpp>
#include <facet/evaluate/calibration.hpp>
#include <facet/evaluate/findings.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/evaluate/froc.hpp>
#include <facet/evaluate/named_metric.hpp>
#include <facet/evaluate/postprocessing.hpp>
#include <facet/evaluate/scores.hpp>
#include <facet/evaluate/values.hpp>
#include <facet/io/or_null.hpp>
#include <facet/metric/assd.hpp>
#include <facet/metric/dice.hpp>
#include <facet/metric/ece.hpp>
#include <facet/metric/froc.hpp>
#include <facet/metric/hd.hpp>
#include <facet/metric/hd95.hpp>
#include <facet/metric/nsd.hpp>
#include <facet/metric/ratio.hpp>

/// The sections `calibration`, `surface`, `lesion` and `postprocessed` of evaluation.json.
namespace facet::detail {

/// Sums of one number per patient and how many there were: a mean over resampled patients.
struct patient_means {
    std::vector<double> sum, n;

    explicit patient_means(std::size_t patients) : sum(patients), n(patients) {}
    void add(std::size_t patient, double value, double count = 1) { sum[patient] += value, n[patient] += count; }
    [[nodiscard]] std::optional<double> operator()(patient_weights w) const {
        double total = 0, count = 0;
        for (std::size_t p = 0; p < sum.size(); ++p) total += w[p] * sum[p], count += w[p] * n[p];
        return metric::ratio(total, count);
    }
};

inline json calibration_section(const scores& network, const patient_bootstrap& bootstrap) {
    constexpr std::size_t steps = static_cast<std::size_t>(metric::ece{}.bins);
    const auto h = network.pixels();
    const auto pixels = count_classes(h).total();
    const auto patients = network.patients().size();
    patient_means brier{patients};
    std::vector<std::array<calibration_bin, steps>> by_patient(patients);
    for (const auto& v : network.vertebrae())
        for (const auto& e : v.pixels.entries()) {
            add_to_steps(by_patient[v.patient_place], e.bin, e.positive, e.negative);
            brier.add(v.patient_place, squared_error(e.bin, e.positive, e.negative), static_cast<double>(e.positive) + e.negative);
        }
    const auto ece = [&](patient_weights w) {
        std::array<calibration_bin, steps> sum{};
        for (std::size_t p = 0; p < patients; ++p)
            for (std::size_t s = 0; s < steps; ++s) {
                const auto& one = by_patient[p][s];
                sum[s] += {.predicted = w[p] * one.predicted, .n = w[p] * one.n, .positive = w[p] * one.positive};
            }
        return calibration_error(sum);
    };
    json out;
    out["brier"] = value_of(brier_score(h), pixels, bootstrap.of(brier));
    out["brier"]["chance"] = nullptr; // of a constant probability, the prevalence
    if (const auto p = prevalence(h)) out["brier"]["chance"] = *p * (1 - *p);
    out["ece"] = value_of(metric::ece{}(h), pixels, bootstrap.of(ece));
    out["ece"]["bins"] = steps;
    out["probability_bin_error"] = probability_bin_error;
    out["reliability"] = json::array();
    for (const auto& b : reliability_curve(h)) out["reliability"].push_back({{"predicted", b.mean_predicted()}, {"observed", b.observed()}, {"n", b.n}, {"positive", b.positive}});
    return out;
}

/// A surface metric, averaged over the fractured vertebrae.
inline json surface_mean(const mask_findings& findings, std::optional<double> (*metric)(const surface_distances&), const patient_bootstrap& bootstrap) {
    std::vector<std::optional<double>> values;
    patient_means means{findings.patients()};
    for (const auto& v : findings.vertebrae()) {
        if (!v.truth) continue;
        values.push_back(v.surfaces ? metric(*v.surfaces) : std::nullopt);
        if (values.back()) means.add(v.patient, *values.back());
    }
    auto out = mean_of(values, bootstrap.of(means));
    if (values.empty()) out["undefined"] = 1; // there was nothing to average
    out["worst"] = std::ranges::count_if(findings.vertebrae(), [](const auto& v) { return v.truth && v.surfaces && v.surfaces->one_empty(); });
    return out;
}

inline json surface_section(const mask_findings& findings, std::span<const named_metric> extra, const patient_bootstrap& bootstrap) {
    static constexpr auto of = []<class M>(M) { return +[](const surface_distances& d) { return M{}(d); }; };
    json out{{"of", "fractured vertebrae; a missed one counts as the worst value"}, {"unit", "mm"}, {"dimension", findings.dimension()}};
    std::vector<named_metric> all{{.name = "hd", .of_surface = of(metric::hd{})}, {.name = "hd95", .of_surface = of(metric::hd95{})},
                                  {.name = "assd", .of_surface = of(metric::assd{})}, {.name = "nsd", .of_surface = of(metric::nsd{})}};
    for (const auto& m : extra) {
        if (m.of_surface == nullptr) continue;
        const auto known = std::ranges::find(all, m.name, &named_metric::name);
        known == all.end() ? all.push_back(m) : void(*known = m); // as the experiment writes it, for example with its own tolerance
    }
    for (const auto& m : all) out[m.name] = surface_mean(findings, m.of_surface, bootstrap);
    return out;
}

/// The vertebrae of drawn patients; one drawn twice is two patients.
class resampled_lesions {
public:
    resampled_lesions(lesion_volumes volumes, std::size_t patients) : of_patient_(patients) {
        for (const auto& v : volumes) of_patient_[v.patient].push_back(v);
    }
    [[nodiscard]] std::vector<volume_lesions> operator()(patient_weights w) const {
        std::vector<volume_lesions> out;
        std::size_t number = 0;
        for (std::size_t p = 0; p < of_patient_.size(); ++p)
            for (std::uint32_t copy = 0; copy < w[p]; ++copy, ++number)
                for (const auto& v : of_patient_[p]) out.push_back(v), out.back().patient = number;
        return out;
    }

private:
    std::vector<std::vector<volume_lesions>> of_patient_;
};

inline json lesion_section(const mask_findings& findings, std::span<const named_metric> extra, const patient_bootstrap& bootstrap) {
    constexpr match::any_overlap rule{};
    const auto volumes = findings.lesions();
    patient_means found{findings.patients()}, wrong{findings.patients()}, wrong_patients{findings.patients()}, marked{findings.patients()};
    std::vector<bool> seen(findings.patients());
    for (const auto& v : findings.vertebrae()) {
        const auto n = count_lesions(v.lesions, rule);
        found.add(v.patient, static_cast<double>(n.found), static_cast<double>(n.lesions));
        wrong.add(v.patient, static_cast<double>(n.false_positives));
        wrong_patients.add(v.patient, static_cast<double>(n.false_positives), seen[v.patient] ? 0 : 1);
        seen[v.patient] = true;
        if (!v.truth) marked.add(v.patient, v.marked_mm3);
    }
    const std::vector<std::uint32_t> once(findings.patients(), 1);
    const auto n = count_lesions(volumes, rule);
    const auto vertebrae = static_cast<std::int64_t>(volumes.size());
    json out{{"match", "any_overlap"}, {"volume", "vertebra"}, {"dimension", findings.dimension()}, {"lesions", n.lesions}, {"found", n.found}, {"false_positives", n.false_positives}};
    out["sensitivity"] = value_of(found(once), n.lesions, bootstrap.of(found));
    out["false_positives_per_volume"] = value_of(wrong(once), vertebrae, bootstrap.of(wrong));
    out["false_positives_per_patient"] = value_of(wrong_patients(once), static_cast<std::int64_t>(findings.patients()), bootstrap.of(wrong_patients));
    const auto healthy = std::ranges::count_if(findings.vertebrae(), [](const auto& v) { return !v.truth; });
    out["marked_mm3_on_healthy"] = value_of(marked(once), healthy, bootstrap.of(marked));
    const resampled_lesions resampled{volumes, findings.patients()};
    const auto interval_of = [&](auto&& metric) { return bootstrap.of([&](patient_weights w) -> std::optional<double> { return metric(resampled(w)); }); };
    auto& froc = out["froc"];
    froc = value_of(metric::froc<>{}(volumes), n.lesions, interval_of(metric::froc<>{}));
    froc["rates"] = {0.25, 0.5, 1, 2, 4, 8};
    froc["columns"] = {"score", "false_positives_per_patient", "sensitivity"};
    froc["points"] = json::array();
    for (const auto& p : froc_curve(lesion_volumes{volumes}, rule)) froc["points"].push_back({p.score, p.false_positives_per_patient, p.sensitivity});
    for (const auto& m : extra)
        if (m.of_lesions != nullptr) out["metrics"][m.name] = value_of(m.of_lesions(volumes), vertebrae, interval_of(m.of_lesions));
    return out;
}

/// Pixel scores and vertebra Dice of the postprocessed masks, beside the choice that made them.
inline json postprocessed_section(const mask_findings& findings, const postprocess_choice& choice, const std::string& objective, std::span<const named_metric> metrics, const patient_bootstrap& bootstrap) {
    clustered_confusion counts;
    counts.per_patient.resize(findings.patients());
    confusion all;
    std::vector<std::optional<double>> dice;
    patient_means mean_dice{findings.patients()};
    for (const auto& v : findings.vertebrae()) {
        counts.per_patient[v.patient] += v.counts;
        all += v.counts;
        dice.push_back(v.truth ? metric::dice{}(v.counts) : std::nullopt);
        if (dice.back()) mean_dice.add(v.patient, *dice.back());
    }
    json out;
    out["policy"] = json::parse(choice.policy);
    out["alternative"] = choice.alternative;
    out["at_edge"] = choice.at_edge;
    out["threshold"] = {{"value", choice.threshold.value}, {"objective", objective}, {"objective_value", or_null(choice.threshold.objective)},
                        {"objective_value_without", or_null(choice.objective_without)}, {"fitted_on", "validation"}, {"at_edge", choice.threshold.at_edge}};
    for (const auto& m : metrics)
        if (m.value != nullptr) out["pixel"][m.name] = value_of(m.value(all), all.total(), bootstrap.of([&](auto w) { return m.value(counts.total(w)); }));
    out["pixel"]["counts"] = {{"tp", all.tp}, {"fp", all.fp}, {"fn", all.fn}, {"tn", all.tn}};
    out["vertebra"]["dice"] = mean_of(dice, bootstrap.of(mean_dice));
    return out;
}

} // namespace facet::detail
