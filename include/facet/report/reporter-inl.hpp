#pragma once

// unit: facet::reporter<>
// library: engine

#include <facet/report/reporter.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/labels.hpp>
#include <facet/evaluate/statement.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/report/figures.hpp>
#include <facet/report/html.hpp>
#include <facet/report/overlays.hpp>
#include <facet/report/pixel_section.hpp>
#include <facet/report/run_curves.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/run_page.hpp>
#include <facet/report/text.hpp>
#include <facet/report/vertebra_sections.hpp>

namespace facet::report {

/// One report in the making: sections append to the page, figures also become files.
class run_report {
public:
    explicit run_report(const std::filesystem::path& run) : run_{run}, page_{title(), run} {}

    void write(const store* data, const slice_logits& logits) {
        opening();
        if (!run_.evaluation.is_null()) {
            summary();
            rivals();
            pixel_section(page_, run_);
            vertebra_section(page_, run_);
            mask_section(page_, run_);
            level_section(page_, run_);
            if (data != nullptr && logits) examples(*data, logits);
        }
        training_section(page_, run_);
        recipe();
        provenance();
        write_atomically(run_.folder / "report.html", page_.html());
    }

private:
    [[nodiscard]] std::string title() const {
        const auto name = text_at(run_.evaluation, "experiment");
        return name.empty() ? text_at(run_.about, "experiment") : name;
    }

    void opening() {
        const auto statement = text_at(run_.evaluation, "statement");
        page_.statement(statement.empty() ? statement_of(text_at(run_.about, "data")) : statement);
        if (run_.evaluation.is_null()) {
            page_.paragraph("This run has been trained and not yet evaluated. Validation figures chose the checkpoint, so they are too good.");
            return;
        }
        const auto& slice = member(run_.evaluation, "slice");
        page_.paragraph("Judged on the " + text_at(run_.evaluation, "split") + " part: " + counted(run_.evaluation, "n_patients") + " patients, " + counted(run_.evaluation, "n_vertebrae") + " vertebrae ("
                        + counted(member(run_.evaluation, "vertebra"), "positive") + " fractured), " + counted(run_.evaluation, "n_slices") + " slices (" + counted(slice, "positive") + " with fracture). Intervals are 95 % and resample patients.");
        if (const auto warning = text_at(run_.evaluation, "optimistic"); !warning.empty()) page_.warning(warning);
        const auto patients = number_at(run_.evaluation, "n_patients"), fractured = number_at(member(run_.evaluation, "patient"), "positive");
        if (!patients) return;
        for (const auto& caution : cautions_of(std::llround(*patients), fractured ? std::optional<std::int64_t>{std::llround(*fractured)} : std::nullopt)) page_.warning(caution);
    }

    void summary() {
        const auto& pixel = member(run_.evaluation, "pixel");
        const auto& vertebra = member(run_.evaluation, "vertebra");
        const auto& best = member(member(run_.evaluation, "comparison"), "best");
        const auto with = [](std::string text, const std::string& range) { return range.empty() ? text : range + (text.empty() ? "" : "; ") + text; };
        const page::headline items[] = {
            {decimal(number_at(pixel, "pr_auc"), 3), "pixel PR-AUC", with("chance " + significant(number_at(pixel, "prevalence"), 2), interval_text(member(pixel, "pr_auc"), 3))},
            {decimal(number_at(best, "ratio"), 1) + "\u00d7", "the best scorer that knows no fractures",
             with("best: " + rival_name(text_at(member(run_.evaluation, "comparison"), "best_trivial")), interval_text(member(best, "ratio"), 1))},
            {decimal(number_at(vertebra, "roc_auc"), 3), "vertebra ROC-AUC", with("within level " + decimal(number_at(vertebra, "within_level_roc_auc"), 3) + "; chance 0.5", interval_text(member(vertebra, "roc_auc"), 3))},
            {decimal(number_at(vertebra, "dice"), 3), "Dice of fractured vertebrae", with("mean of " + counted(member(vertebra, "dice"), "n"), interval_text(member(vertebra, "dice"), 3))}};
        page_.headlines(items);
        for (const char* level : {"pixel", "slice", "vertebra", "patient"}) {
            const auto& t = std::string_view{level} == "pixel" ? member(run_.evaluation, "threshold") : member(member(run_.evaluation, level), "threshold");
            if (t.is_object() && t.contains("at_edge") && t["at_edge"].is_boolean() && t["at_edge"].get<bool>())
                page_.warning("The " + std::string{level} + " threshold " + probability(number_at(t, "value")) + " lies at the edge of what was searched on validation: the optimum may be beyond it. "
                              + (std::string_view{level} == "pixel" ? "Search wider, or exactly." : "Validation has too few cases to place it."));
        }
        levels_of_judgement();
    }

    void levels_of_judgement() {
        table t{.head = {"", "n", "with fracture", "PR\u2011AUC", "chance", "ROC\u2011AUC", "threshold", "sensitivity", "specificity", "precision"}, .rows = {}};
        const auto range = [](const json& of, const char* key) {
            const auto text = interval_text(member(of, key), 3);
            return decimal(number_at(of, key), 3) + (text.empty() ? "" : "\n" + text);
        };
        for (const char* level : {"pixel", "slice", "vertebra", "patient"}) {
            const auto& e = member(run_.evaluation, level);
            const bool pixel = std::string_view{level} == "pixel";
            const auto& c = member(e, "counts");
            const auto positive = number_at(c, "tp").value_or(0) + number_at(c, "fn").value_or(0);
            const auto total = positive + number_at(c, "fp").value_or(0) + number_at(c, "tn").value_or(0);
            t.rows.push_back({level, pixel ? whole(std::llround(total)) : counted(e, "n"), pixel ? whole(std::llround(positive)) : counted(e, "positive"), range(e, "pr_auc"),
                              significant(number_at(e, "prevalence"), 2), range(e, "roc_auc"), probability(number_at(pixel ? run_.evaluation : e, "threshold")), range(e, pixel ? "recall" : "sensitivity"),
                              range(e, "specificity"), range(e, "precision")});
        }
        page_.add(t);
        page_.note("A slice, vertebra or patient scores the mean of its twenty highest pixel probabilities. Every threshold was fitted on validation, at its own level, and frozen. " + std::string{undefined_sign}
                   + " means undefined, not zero.");
        for (const char* level : {"slice", "vertebra", "patient"})
            if (const auto why = text_at(member(member(run_.evaluation, level), "threshold"), "why"); !why.empty()) page_.note("There is no " + std::string{level} + " threshold: " + why + ".");
    }

    [[nodiscard]] static std::string rival_name(const std::string& key) {
        static const std::map<std::string, std::string> names{{"hu", "raw HU"}, {"position", "position \u00d7 level"}, {"both", "raw HU and position"}};
        const auto found = names.find(key);
        return found == names.end() ? key : found->second;
    }

    void rivals() {
        const auto& trivial = member(run_.evaluation, "trivial");
        if (member(run_.evaluation, "comparison").is_null()) return;
        page_.section("Against scorers that know no fractures");
        page_.paragraph("Fractures are not spread evenly over a crop, so even a scorer that sees no image beats chance by far. All were fitted on the training patients only. A network is worth something where it beats them.");
        const auto chance = number_at(run_.evaluation, "pixel.prevalence");
        std::vector<estimate> dots;
        table t{.head = {"scorer", "pixel PR\u2011AUC", "times chance", "vertebra ROC\u2011AUC", "within level"}, .rows = {}, .strong = {}};
        const auto add = [&](const std::string& name, const json& pixel, const json& vertebra, bool strong) {
            const auto& ap = member(pixel, "pr_auc");
            const auto value = number_at(ap, "value");
            if (value && *value > 0) dots.push_back({name, *value, number_at(ap, "interval.low"), number_at(ap, "interval.high"), strong});
            if (strong) t.strong.push_back(t.rows.size());
            const auto ranged = [](const json& metric, int decimals) {
                const auto range = interval_text(metric, decimals);
                return decimal(number_at(metric, "value"), decimals) + (range.empty() ? "" : "\n" + range);
            };
            t.rows.push_back({name, ranged(ap, 4), value && chance && *chance > 0 ? significant(*value / *chance, 3) : std::string{undefined_sign},
                              ranged(member(vertebra, "roc_auc"), 3), ranged(member(vertebra, "within_level_roc_auc"), 3)});
        };
        if (chance && *chance > 0) dots.push_back({"chance", *chance, std::nullopt, std::nullopt, false});
        t.rows.push_back({"chance", decimal(chance, 4), "1", "0.500", "0.500"});
        for (const auto& [key, scorer] : trivial.items()) add(rival_name(key), scorer, member(scorer, "vertebra"), false);
        add("network", member(run_.evaluation, "pixel"), member(run_.evaluation, "vertebra"), true);
        page_.figure("scorers", comparison("pixel PR-AUC", dots), "Pixel PR-AUC with 95 % intervals. \u201cPosition \u00d7 level\u201d knows only where in which vertebra a pixel lies.");
        page_.add(t);
    }

    void examples(const store& data, const slice_logits& logits) {
        const auto chosen = choose_examples(run_.scores, data.slices(), number_at(member(run_.evaluation, "vertebra"), "threshold"), 4);
        if (chosen.empty()) return;
        std::vector<std::uint32_t> slices;
        for (const auto& e : chosen) slices.push_back(e.slice);
        const auto scored = logits(slices);
        const double threshold = number_at(run_.evaluation, "threshold").value_or(0.5);
        page_.section("Slices to look at");
        page_.paragraph("Blue: the fracture as marked. Orange: what the network marks. Hatched: not judged, because it belongs to a neighbouring vertebra or was left open. Chosen by the vertebra\u2019s score, not by hand. Grey levels: " + whole(std::lround(bone_window.low)) + " to " + whole(std::lround(bone_window.high)) + " HU.");
        static const std::map<outcome, std::pair<std::string, std::string>> kinds{{outcome::hit, {"Surest hits", "hit"}},
                                                                                  {outcome::miss, {"Missed fractures, lowest scores first", "miss"}},
                                                                                  {outcome::false_alarm, {"False alarms, highest scores first", "false_alarm"}}};
        const auto pixels = data.size() * data.size();
        for (const auto& [kind, words] : kinds) {
            page_.subsection(words.first);
            const auto n = std::ranges::count(chosen, kind, &example::kind);
            if (n == 0) {
                page_.note("None.");
                continue;
            }
            page_.begin_row();
            int number = 0;
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                const auto& e = chosen[i];
                if (e.kind != kind) continue;
                const auto name = printed(vertebra_id{e.vertebra});
                const auto& slice = data.slices()[e.slice];
                const auto picture = overlay(data.images().subspan(e.slice * pixels, pixels), data.masks().subspan(e.slice * pixels, pixels), scored[i], data.size(), threshold, slice.spacing[1]);
                page_.picture(words.second + "_" + std::to_string(++number), picture.encode(), name + " without and with outlines", name + " of patient " + e.patient + ", slice " + std::to_string(slice.position) + ", score " + decimal(e.score, 3));
            }
            page_.end_row();
        }
    }

    /// Where the run had another length than its recipe says.
    [[nodiscard]] std::string other_length(const json& budget) const {
        const auto planned = number_at(budget, "steps"), done = number_at(run_.about, "steps");
        return planned && done && *planned != *done ? "; this run: " + whole(static_cast<std::int64_t>(*done)) + " steps" : "";
    }

    void recipe() {
        const auto& description = member(run_.about, "description");
        if (!description.is_object()) return;
        page_.section("What was run");
        std::vector<std::pair<std::string, std::string>> items;
        for (const auto& [role, policy] : description.items())
            if (role != "experiment") items.emplace_back(role, policy_text(policy, {role}) + (role == "budget" ? other_length(policy) : ""));
        page_.definitions(items);
    }

    void provenance() {
        page_.section("Where it comes from");
        std::vector<std::pair<std::string, std::string>> items;
        const auto add = [&](const char* name, std::string value) {
            if (!value.empty()) items.emplace_back(name, std::move(value));
        };
        const auto number = [&](const char* key) { return run_.about.is_object() && run_.about.contains(key) && run_.about[key].is_number() ? run_.about[key].dump() : std::string{}; };
        add("data", text_at(run_.about, "data"));
        add("store", text_at(run_.about, "store"));
        add("content hash", text_at(run_.evaluation, "dataset_hash").empty() ? text_at(run_.about, "dataset_hash") : text_at(run_.evaluation, "dataset_hash"));
        add("checkpoint", text_at(run_.evaluation, "checkpoint"));
        add("fold", number("fold"));
        add("seed", number("seed"));
        add("device", text_at(run_.about, "device"));
        add("threads", number("threads"));
        add("started", text_at(run_.about, "started"));
        for (const auto& [name, value] : member(run_.about, "versions").items()) add(name.c_str(), value.is_string() ? value.get<std::string>() : value.dump());
        add("commit", text_at(run_.about, "git"));
        page_.definitions(items);
    }

    run_contents run_;
    run_page page_;
};

} // namespace facet::report

namespace facet {

template <class T> void reporter<T>::write(const std::filesystem::path& run, const store* data, const slice_logits& logits) {
    try {
        report::run_report{run}.write(data, logits);
    } catch (const nlohmann::json::exception&) {
        throw bad_input{"'" + run.string() + "' holds a damaged run.json, metrics.jsonl, evaluation.json or curves.json; run `evaluate` again"};
    }
}

} // namespace facet
