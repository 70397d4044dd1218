#pragma once
// unit: facet::comparison<>
// library: engine

#include <facet/app/comparison.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/app/cells.hpp>
#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/inference.hpp>
#include <facet/engine/trainer.hpp>
#include <facet/evaluate/evaluator.hpp>
#include <facet/evaluate/network_scores.hpp>
#include <facet/evaluate/paired.hpp>
#include <facet/evaluate/statement.hpp>
#include <facet/evaluate/trivial.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/or_null.hpp>
#include <facet/report/comparison_report.hpp>
#include <facet/report/reporter.hpp>
#include <facet/report/run_files.hpp>

namespace facet::detail {

/// One comparison in the making.
class compared {
public:
    using json = nlohmann::ordered_json;

    explicit compared(const comparison_request& request) : request_{request}, data_{request.data}, split_{patient_split::load(data_)}, plan_{request, split_} {}

    comparison_summary list() const {
        json cells = json::array();
        std::string table;
        for (const auto& c : plan_.to_train()) {
            const auto done = steps_of(request_, c, data_, split_);
            const auto state = !done ? std::string{"not begun"} : !trained(c, *done) ? "step " + std::to_string(*done) + " of " + std::to_string(steps(c)) : judged(c) ? "finished" : "trained, not judged";
            cells.push_back({{"label", request_.labels[c.variant]}, {"fold", c.fold}, {"seed", c.seed}, {"run", place_of(c)}, {"state", state}});
            table += place_of(c) + ": " + state + '\n';
        }
        return {.table = table, .line = json{{"command", "compare"}, {"cells", cells}}.dump()};
    }

    comparison_summary run() {
        const auto cells = plan_.to_train();
        for (const auto& c : cells) (void)steps_of(request_, c, data_, split_); // refuses before anything is trained
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (!finish(cells[i], "[" + std::to_string(i + 1) + "/" + std::to_string(cells.size()) + "] "))
                return {.interrupted = true, .table = "stopped in " + place_of(cells[i]) + "; the same command goes on from there", .line = json{{"command", "compare"}, {"interrupted", true}, {"run", place_of(cells[i])}}.dump()};
        return compare();
    }

private:
    struct part {
        const char* name;   ///< in comparison.json
        const char* option; ///< of `evaluate --split`
    };
    [[nodiscard]] std::vector<part> parts() const {
        if (split_.test.empty()) return {{"validation", "val"}};
        return {{"test", "test"}, {"validation", "val"}};
    }
    [[nodiscard]] const plan& plan_of_cell(const cell& c) const { return request_.variants[c.variant]; }
    [[nodiscard]] std::int64_t steps(const cell& c) const { return request_.training.steps.value_or(plan_of_cell(c).steps); }
    [[nodiscard]] std::string place_of(const cell& c) const { return c.folder.lexically_relative(request_.training.out).string(); }
    void say(const std::string& text) const {
        if (!request_.training.quiet) std::fprintf(stderr, "%s\n", text.c_str());
    }
    [[nodiscard]] static std::filesystem::path result_of(const cell& c, const part& of) { return c.folder / (std::string{of.option} == "test" ? "" : "validation") / "evaluation.json"; }

    /// Whether this part has been judged with the run's best checkpoint.
    [[nodiscard]] bool judged(const cell& c, const part& of) const {
        const auto result = report::json_of(result_of(c, of));
        return report::text_at(result, "dataset_hash") == data_.content_hash() && report::text_at(result, "checkpoint") == inference<>::checkpoints(plan_of_cell(c), c.folder).front().path.filename().string();
    }
    [[nodiscard]] bool judged(const cell& c) const {
        return std::ranges::all_of(parts(), [&](const part& one) { return judged(c, one); });
    }
    [[nodiscard]] bool trained(const cell& c, std::int64_t done) const { return done == steps(c) || run_directory::stopped_early(c.folder); }
    [[nodiscard]] bool finished(const cell& c) const {
        const auto done = steps_of(request_, c, data_, split_);
        return done && trained(c, *done) && judged(c);
    }

    /// Trains and judges what is missing; false where a signal stopped it.
    bool finish(const cell& c, const std::string& number) {
        const auto done = steps_of(request_, c, data_, split_);
        if (!done || !trained(c, *done)) {
            say(number + place_of(c) + (done ? ", from step " + std::to_string(*done) : ""));
            auto options = training_of(request_, c);
            options.resume = done.has_value();
            try {
                if (trainer<>::train(plan_of_cell(c), data_, options).interrupted) return false;
            } catch (const error& e) { // the others are compared without it
                if (e.code() != exit_code::diverged) throw;
                diverged_[place_of(c)] = e.what();
                say(number + place_of(c) + ": " + e.what());
                return true;
            }
        }
        bool anything = false;
        for (const auto& one : parts()) {
            if (judged(c, one)) continue;
            say(number + place_of(c) + ": judging on " + one.name);
            (void)evaluator<>::evaluate(plan_of_cell(c), {.run = c.folder, .data = request_.data, .split = one.option, .out = {}, .where = request_.training.where});
            anything = true;
        }
        if (anything) reporter<>::write(c.folder);
        else say(number + place_of(c) + ": finished before");
        return true;
    }

    /// What one variant did on one part, statistic by statistic and cell by cell.
    using replicates = std::map<measure, std::vector<replicated>>;

    replicates replicates_of(const std::vector<cell>& cells, const part& of) {
        replicates out;
        for (const auto& c : cells) {
            const auto best = inference<>::checkpoints(plan_of_cell(c), c.folder).front();
            const auto slices = parts_of(data_, split_, c.fold);
            const bool test = std::string{of.option} == "test";
            const judged_run run{network_scores(inference<>{plan_of_cell(c), best, request_.training.where}, data_, test ? slices.test : slices.validation), best.threshold.value};
            const auto& patients = patients_.try_emplace(std::pair{std::string{of.name}, c.fold}, run.patients().begin(), run.patients().end()).first->second;
            if (!std::ranges::equal(patients, run.patients())) throw bad_input{"'" + request_.data.string() + "' has changed during the comparison; run it again"};
            // Test: the same resamples for every cell. Validation: each fold has patients of its own and is resampled by itself.
            const std::uint64_t seed = test ? 1 : 1 + c.fold;
            for (const auto m : measures) out[m].push_back(replicate(run, m, request_.resamples, seed));
        }
        return out;
    }

    static json interval_json(const std::optional<interval>& i) {
        if (!i) return nullptr;
        return {{"low", i->low}, {"high", i->high}, {"resamples", i->resamples}, {"undefined", i->undefined}};
    }
    static json mean_json(const mean_of_runs& m) {
        return {{"value", or_null(m.value)}, {"n", m.n}, {"undefined", m.undefined}, {"interval", interval_json(m.value ? patient_bootstrap::percentiles(m.resamples) : std::nullopt)}, {"spread_of_runs", or_null(m.spread)}};
    }

    /// Fills in `variants[k][part]` for every variant that is there.
    void judge_part(json& variants, const std::vector<std::size_t>& there, const part& of) {
        std::vector<replicates> all;
        for (const auto v : there) all.push_back(replicates_of(plan_.of_variant(v), of));
        const auto reference = std::ranges::find(there, plan_.reference()) - there.begin();
        const bool has_reference = static_cast<std::size_t>(reference) < there.size();
        for (const auto m : measures) {
            std::vector<mean_of_runs> family; // the reference itself is not in it
            std::vector<std::size_t> place;
            for (std::size_t k = 0; k < there.size(); ++k) {
                auto& entry = variants[k][of.name][std::string{key_of(m)}];
                entry = mean_json(mean_over(all[k][m]));
                entry["difference"] = nullptr;
                if (!has_reference || static_cast<std::size_t>(reference) == k) continue;
                std::vector<replicated> differences;
                for (std::size_t c = 0; c < all[k][m].size(); ++c) differences.push_back(minus(all[k][m][c], all[static_cast<std::size_t>(reference)][m][c]));
                family.push_back(mean_over(differences));
                place.push_back(k);
            }
            const auto wide = simultaneous(family);
            for (std::size_t f = 0; f < family.size(); ++f) {
                auto& difference = variants[place[f]][of.name][std::string{key_of(m)}]["difference"];
                difference = mean_json(family[f]);
                difference["simultaneous_interval"] = interval_json(wide[f]);
                difference["runs_above_zero"] = family[f].above_zero;
            }
        }
    }

    /// What any network must beat, as mean over the cells: the same for every variant, because it depends on the patients only.
    json yardsticks_of(const std::vector<cell>& cells, const part& of) const {
        const auto mean = [&](const std::string& path) -> std::optional<double> {
            double sum = 0;
            std::size_t n = 0;
            for (const auto& c : cells)
                if (const auto value = report::number_at(report::json_of(result_of(c, of)), path)) sum += *value, ++n;
            return n > 0 ? std::optional{sum / static_cast<double>(n)} : std::nullopt;
        };
        const auto best = [&](const std::string& path) {
            json out;
            for (const auto name : trivial::scorers::names)
                if (const auto value = mean("trivial." + std::string{name} + "." + path); value && (out.is_null() || *value > out["value"].get<double>())) out = {{"name", name}, {"value", *value}};
            return out;
        };
        const auto chance = mean("pixel.prevalence");
        return {{"pixel_pr_auc", {{"chance", or_null(chance)}, {"best_trivial", best("pr_auc")}}},
                {"vertebra_roc_auc", {{"chance", 0.5}, {"best_trivial", best("vertebra.roc_auc")}}}};
    }

    comparison_summary compare() {
        std::vector<std::size_t> there;
        json missing = json::array(), variants = json::array();
        for (std::size_t v = 0; v < request_.variants.size(); ++v) {
            const auto cells = plan_.of_variant(v);
            if (!std::ranges::all_of(cells, [&](const cell& c) { return finished(c); })) {
                missing.push_back(request_.labels[v]);
                continue;
            }
            there.push_back(v);
            json runs = json::array();
            for (const auto& c : cells) {
                const auto best = inference<>::checkpoints(plan_of_cell(c), c.folder).front();
                runs.push_back({{"fold", c.fold}, {"seed", c.seed}, {"run", place_of(c)}, {"checkpoint", best.path.filename().string()}, {"threshold", best.threshold.value}});
            }
            variants.push_back({{"label", request_.labels[v]}, {"runs", runs}});
        }
        say("comparing " + std::to_string(there.size()) + " variants");
        json out{{"statement", statement_of(data_.data_statement())}, {"command", "compare"}, {"experiment", request_.variants.front().name}, {"data", data_.data_statement()}, {"dataset_hash", data_.content_hash()},
                 {"split", fingerprint(split_)}, {"folds", plan_.folds()}, {"seeds", plan_.seeds()}, {"steps", request_.training.steps.value_or(request_.variants.front().steps)}, {"batch", request_.variants.front().batch},
                 {"reference", request_.labels[plan_.reference()]}, {"missing", missing}, {"diverged", diverged_},
                 {"bootstrap", {{"unit", "patient"}, {"paired", true}, {"resamples", request_.resamples}, {"seed", 1}, {"coverage", 0.95}}}, {"multiplicity", multiplicity(there)}};
        json patients = json::object(), yardsticks = json::object();
        for (const auto& one : parts()) {
            judge_part(variants, there, one);
            std::size_t n = 0;
            for (const auto& [key, names] : patients_)
                if (key.first == one.name) n = std::string{one.option} == "test" ? names.size() : n + names.size();
            patients[one.name] = n;
            yardsticks[one.name] = there.empty() ? json::object() : yardsticks_of(plan_.of_variant(there.front()), one);
        }
        out["n_patients"] = patients;
        out["yardsticks"] = yardsticks;
        out["variants"] = variants;
        write_atomically(request_.training.out / "comparison.html", report::comparison_page(out));
        write_atomically(request_.training.out / "comparison.json", out.dump(1) + "\n"); // last: where it is, the page is
        return {.diverged = !diverged_.empty(), .table = report::comparison_table(out), .line = out.dump()};
    }

    /// How many chances there are to be fooled.
    [[nodiscard]] json multiplicity(const std::vector<std::size_t>& there) const {
        const auto others = std::ranges::count_if(there, [&](std::size_t v) { return v != plan_.reference(); });
        const bool compared = static_cast<std::size_t>(others) < there.size();
        return {{"comparisons", compared ? others : 0}, {"measures", measures.size()}, {"parts", parts().size()},
                {"simultaneous", "over the variants, for each measure and part by itself (single-step maxT)"}};
    }

    const comparison_request& request_;
    std::map<std::string, std::string> diverged_; ///< cell -> what its training said
    store data_;
    patient_split split_;
    cell_plan plan_;
    std::map<std::pair<std::string, std::size_t>, std::vector<std::string>> patients_; ///< judged, by part and fold
};

} // namespace facet::detail

namespace facet {

template <class T> comparison_summary comparison<T>::run(const comparison_request& request) { return detail::compared{request}.run(); }
template <class T> comparison_summary comparison<T>::list(const comparison_request& request) { return detail::compared{request}.list(); }

} // namespace facet
