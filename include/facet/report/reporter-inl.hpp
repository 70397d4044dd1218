#pragma once

// unit: facet::reporter<>
// library: engine

#include <facet/report/reporter.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <facet/evaluate/statement.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/report/figures.hpp>
#include <facet/report/html.hpp>
#include <facet/report/overlays.hpp>
#include <facet/report/run_files.hpp>

namespace facet::report {

/// One report in the making: sections append to the page, figures also become files.
class run_report {
public:
    explicit run_report(const std::filesystem::path& run)
        // In braces g++ takes JSON for a list of one JSON value.
        : run_{run}, about_(json_of(run / "run.json")), epochs_(lines_of(run / "metrics.jsonl")), evaluation_(json_of(run / "evaluation.json")),
          curves_(json_of(run / "curves.json")), scores_{scores_of(run / "scores.csv")}, page_{title()} {
        std::error_code failed;
        std::filesystem::create_directories(run / "figures", failed);
        if (failed) throw io_error{"cannot create the folder '" + (run / "figures").string() + "': " + failed.message()};
    }

    void write(const store* data, const slice_logits& logits) {
        opening();
        if (!evaluation_.is_null()) {
            summary();
            rivals();
            pixels();
            vertebrae();
            masks();
            by_level();
            if (data != nullptr && logits) examples(*data, logits);
        }
        training();
        recipe();
        provenance();
        write_atomically(run_ / "report.html", page_.html());
    }

private:
    [[nodiscard]] std::string title() const {
        const auto name = text_at(evaluation_, "experiment");
        return name.empty() ? text_at(about_, "experiment") : name;
    }
    void figure(const std::string& name, const std::string& svg, std::string_view caption) {
        page_.figure(svg, caption);
        write_atomically(run_ / "figures" / (name + ".svg"), svg);
    }
    [[nodiscard]] static std::string interval(const json& metric, int decimals) {
        if (!metric.is_object() || !metric.contains("interval") || !metric["interval"].is_object()) return {};
        return decimal(number_at(metric, "interval.low"), decimals) + " " + std::string{en_dash} + " " + decimal(number_at(metric, "interval.high"), decimals);
    }
    [[nodiscard]] static const json& member(const json& from, const std::string& key) {
        static const json nothing;
        return from.is_object() && from.contains(key) ? from[key] : nothing;
    }
    [[nodiscard]] static std::string counted(const json& from, const std::string& key) { return whole(static_cast<std::int64_t>(number_at(from, key).value_or(0))); }

    void opening() {
        const auto statement = text_at(evaluation_, "statement");
        page_.statement(statement.empty() ? statement_of(text_at(about_, "data")) : statement);
        if (evaluation_.is_null()) {
            page_.paragraph("This run has been trained and not yet evaluated. Validation figures chose the checkpoint, so they are too good.");
            return;
        }
        const auto& slice = member(evaluation_, "slice");
        page_.paragraph("Judged on the " + text_at(evaluation_, "split") + " part: " + counted(evaluation_, "n_patients") + " patients, " + counted(evaluation_, "n_vertebrae") + " vertebrae ("
                        + counted(member(evaluation_, "vertebra"), "positive") + " fractured), " + counted(evaluation_, "n_slices") + " slices (" + counted(slice, "positive") + " with fracture). Intervals are 95 % and resample patients.");
        if (const auto warning = text_at(evaluation_, "optimistic"); !warning.empty()) page_.warning(warning);
    }

    void summary() {
        const auto& pixel = member(evaluation_, "pixel");
        const auto& vertebra = member(evaluation_, "vertebra");
        const auto& best = member(member(evaluation_, "comparison"), "best");
        const auto with = [](std::string text, const std::string& range) { return range.empty() ? text : range + (text.empty() ? "" : "; ") + text; };
        const page::headline items[] = {
            {decimal(number_at(pixel, "pr_auc"), 3), "pixel PR-AUC", with("chance " + significant(number_at(pixel, "prevalence"), 2), interval(member(pixel, "pr_auc"), 3))},
            {decimal(number_at(best, "ratio"), 1) + "\u00d7", "the best scorer that knows no fractures",
             with("best: " + rival_name(text_at(member(evaluation_, "comparison"), "best_trivial")), interval(member(best, "ratio"), 1))},
            {decimal(number_at(vertebra, "roc_auc"), 3), "vertebra ROC-AUC", with("within level " + decimal(number_at(vertebra, "within_level_roc_auc"), 3) + "; chance 0.5", interval(member(vertebra, "roc_auc"), 3))},
            {decimal(number_at(vertebra, "dice"), 3), "Dice of fractured vertebrae", with("mean of " + counted(member(vertebra, "dice"), "n"), interval(member(vertebra, "dice"), 3))}};
        page_.headlines(items);
        for (const char* level : {"pixel", "slice", "vertebra", "patient"}) {
            const auto& t = std::string_view{level} == "pixel" ? member(evaluation_, "threshold") : member(member(evaluation_, level), "threshold");
            if (t.is_object() && t.contains("at_edge") && t["at_edge"].is_boolean() && t["at_edge"].get<bool>())
                page_.warning("The " + std::string{level} + " threshold " + significant(number_at(t, "value")) + " lies at the edge of what was searched on validation: the optimum may be beyond it. "
                              + (std::string_view{level} == "pixel" ? "Search wider, or exactly." : "Validation has too few cases to place it."));
        }
        levels_of_judgement();
    }

    void levels_of_judgement() {
        table t{.head = {"", "n", "with fracture", "PR\u2011AUC", "chance", "ROC\u2011AUC", "threshold", "sensitivity", "specificity", "precision"}, .rows = {}};
        const auto range = [](const json& of, const char* key) {
            const auto text = interval(member(of, key), 2);
            return decimal(number_at(of, key), 3) + (text.empty() ? "" : "\n" + text);
        };
        for (const char* level : {"pixel", "slice", "vertebra", "patient"}) {
            const auto& e = member(evaluation_, level);
            const bool pixel = std::string_view{level} == "pixel";
            const auto& c = member(e, "counts");
            const auto positive = number_at(c, "tp").value_or(0) + number_at(c, "fn").value_or(0);
            const auto total = positive + number_at(c, "fp").value_or(0) + number_at(c, "tn").value_or(0);
            t.rows.push_back({level, pixel ? whole(std::llround(total)) : counted(e, "n"), pixel ? whole(std::llround(positive)) : counted(e, "positive"), range(e, "pr_auc"),
                              significant(number_at(e, "prevalence"), 2), range(e, "roc_auc"), significant(number_at(pixel ? evaluation_ : e, "threshold"), 3), range(e, pixel ? "recall" : "sensitivity"),
                              range(e, "specificity"), range(e, "precision")});
        }
        page_.add(t);
        page_.note("A slice, vertebra or patient scores the mean of its twenty highest pixel probabilities. Every threshold was fitted on validation, at its own level, and frozen. " + std::string{undefined_sign}
                   + " means undefined, not zero.");
        for (const char* level : {"slice", "vertebra", "patient"})
            if (const auto why = text_at(member(member(evaluation_, level), "threshold"), "why"); !why.empty()) page_.note("There is no " + std::string{level} + " threshold: " + why + ".");
    }

    [[nodiscard]] static std::string rival_name(const std::string& key) {
        static const std::map<std::string, std::string> names{{"hu", "raw HU"}, {"position", "position \u00d7 level"}, {"both", "raw HU and position"}};
        const auto found = names.find(key);
        return found == names.end() ? key : found->second;
    }

    void rivals() {
        const auto& trivial = member(evaluation_, "trivial");
        if (member(evaluation_, "comparison").is_null()) return;
        page_.section("Against scorers that know no fractures");
        page_.paragraph("Fractures are not spread evenly over a crop, so even a scorer that sees no image beats chance by far. All were fitted on the training patients only. A network is worth something where it beats them.");
        const auto chance = number_at(evaluation_, "pixel.prevalence");
        std::vector<estimate> dots;
        table t{.head = {"scorer", "pixel PR\u2011AUC", "times chance", "vertebra ROC\u2011AUC", "within level"}, .rows = {}, .strong = {}};
        const auto add = [&](const std::string& name, const json& pixel, const json& vertebra, bool strong) {
            const auto& ap = member(pixel, "pr_auc");
            const auto value = number_at(ap, "value");
            if (value && *value > 0) dots.push_back({name, *value, number_at(ap, "interval.low"), number_at(ap, "interval.high"), strong});
            if (strong) t.strong.push_back(t.rows.size());
            const auto ranged = [](const json& metric, int decimals) {
                const auto range = interval(metric, decimals);
                return decimal(number_at(metric, "value"), decimals) + (range.empty() ? "" : "\n" + range);
            };
            t.rows.push_back({name, ranged(ap, 4), value && chance && *chance > 0 ? significant(*value / *chance, 3) : std::string{undefined_sign},
                              ranged(member(vertebra, "roc_auc"), 3), ranged(member(vertebra, "within_level_roc_auc"), 3)});
        };
        if (chance && *chance > 0) dots.push_back({"chance", *chance, std::nullopt, std::nullopt, false});
        t.rows.push_back({"chance", decimal(chance, 4), "1", "0.500", "0.500"});
        for (const auto& [key, scorer] : trivial.items()) add(rival_name(key), scorer, member(scorer, "vertebra"), false);
        add("network", member(evaluation_, "pixel"), member(evaluation_, "vertebra"), true);
        figure("scorers", comparison("pixel PR-AUC", dots), "Pixel PR-AUC with 95 % intervals. \u201cPosition \u00d7 level\u201d knows only where in which vertebra a pixel lies.");
        page_.add(t);
    }

    [[nodiscard]] std::vector<point> pr_points() const {
        std::vector<point> out;
        for (const auto& p : member(member(curves_, "pixel_pr"), "network")) out.push_back({p.at(2).get<double>(), p.at(1).get<double>()});
        return out;
    }
    [[nodiscard]] std::vector<point> f1_points() const {
        std::vector<point> out;
        for (const auto& p : member(member(curves_, "pixel_pr"), "network")) {
            const double precision = p.at(1).get<double>(), recall = p.at(2).get<double>();
            if (p.at(0).get<double>() > 0 && precision + recall > 0) out.push_back({p.at(0).get<double>(), 2 * precision * recall / (precision + recall)});
        }
        return out;
    }
    [[nodiscard]] probability_histogram logit_histogram() const {
        const auto& h = member(curves_, "logits");
        probability_histogram out{h.at("low").get<double>(), h.at("high").get<double>(), h.at("positive").get<std::vector<double>>(), h.at("negative").get<std::vector<double>>()};
        std::size_t first = 0, last = out.positive.size();
        const auto empty = [&](std::size_t b) { return out.positive[b] == 0 && out.negative[b] == 0; };
        while (last > first + 1 && empty(last - 1)) --last;
        while (first + 1 < last && empty(first)) ++first;
        const double width = (out.high - out.low) / static_cast<double>(out.positive.size());
        const auto cut = [&](std::vector<double>& side) { side = {side.begin() + static_cast<std::ptrdiff_t>(first), side.begin() + static_cast<std::ptrdiff_t>(last)}; };
        cut(out.positive), cut(out.negative);
        out.high = out.low + width * static_cast<double>(last);
        out.low += width * static_cast<double>(first);
        return out;
    }
    /// Predicted and observed share in steps of one logit, where at least a hundred pixels and one fracture pixel tell.
    [[nodiscard]] static std::vector<point> calibration(const probability_histogram& h) {
        constexpr std::size_t together = 4;
        const double width = (h.high - h.low) / static_cast<double>(h.positive.size());
        std::vector<point> out;
        for (std::size_t b = 0; b < h.positive.size(); b += together) {
            double positive = 0, all = 0, predicted = 0;
            for (std::size_t i = b; i < std::min(b + together, h.positive.size()); ++i) {
                const double n = h.positive[i] + h.negative[i], logit = h.low + width * (static_cast<double>(i) + 0.5);
                positive += h.positive[i], all += n, predicted += n / (1 + std::exp(-logit));
            }
            if (all >= 100 && positive > 0) out.push_back({predicted / all, positive / all});
        }
        return out;
    }

    [[nodiscard]] std::string calibration_note() const {
        const auto& c = member(evaluation_, "calibration");
        if (!number_at(c, "brier")) return {};
        const auto& brier = member(c, "brier");
        return " Brier score " + significant(number_at(c, "brier"), 3) + " (a constant: " + significant(number_at(brier, "chance"), 3) + "), expected calibration error " + significant(number_at(c, "ece"), 3) + ".";
    }

    void pixels() {
        if (curves_.is_null()) return;
        page_.section("Pixels");
        const auto threshold = number_at(evaluation_, "threshold");
        std::optional<operating_point> chosen;
        if (const auto precision = number_at(evaluation_, "pixel.precision"), recall = number_at(evaluation_, "pixel.recall"); precision && recall && threshold)
            chosen = operating_point{*precision, *recall, "threshold " + significant(*threshold, 3)};
        const auto histogram = logit_histogram();
        std::pair<double, double> plateau{0, 0};
        if (const auto* best = best_epoch())
            if (const auto& range = member(member(*best, "threshold"), "plateau"); range.is_array() && range.size() == 2 && number_at(*best, "threshold") == threshold) plateau = {range[0].get<double>(), range[1].get<double>()};
        page_.begin_row();
        figure("precision_recall", precision_recall(pr_points(), number_at(evaluation_, "pixel.prevalence").value_or(0), chosen),
               "Of the pixels marked as fracture, the share that is (precision), over the share of fracture pixels found (recall). The ring is the threshold chosen on validation.");
        figure("threshold", threshold_scan("F1 on these pixels", f1_points(), threshold.value_or(0.5), plateau.first, plateau.second),
               "F1 over every threshold. The dashed line was frozen on validation before these pixels were seen; there, the shaded range was within 1 % of the best.");
        figure("probabilities", probabilities(histogram, threshold),
               "How sure the network is: fracture pixels should lie to the right, all others to the left of the threshold (dashed). Counts are logarithmic.");
        figure("reliability", reliability(calibration(histogram)),
               "Where the network says 10 %, one pixel in ten should be fracture: a calibrated network follows the diagonal. Balanced sampling shifts it to overestimate." + calibration_note());
        page_.end_row();
    }

    [[nodiscard]] std::vector<scored_unit> scored(const std::string& unit) const {
        std::vector<scored_unit> out;
        for (const auto& row : scores_)
            if (row.unit == unit && row.score) out.push_back({vertebra_name({row.vertebra}), *row.score, row.truth});
        return out;
    }

    void vertebrae() {
        const auto units = scored("vertebra");
        if (units.empty()) return;
        page_.section("Vertebrae");
        std::set<int, std::greater<>> levels; // from the head down
        for (const auto& row : scores_)
            if (row.unit == "vertebra") levels.insert(row.vertebra);
        std::vector<std::string> groups;
        for (const int level : levels) groups.push_back(vertebra_name({level}));
        const auto threshold = number_at(member(evaluation_, "vertebra"), "threshold");
        figure("vertebra_scores", strips(units, groups, threshold), "Every vertebra by level. Fractured ones should lie above the threshold (dashed), the others below.");
        page_.begin_row();
        receiver_curve("vertebra", units);
        receiver_curve("slice", scored("slice"));
        page_.end_row();
    }
    void receiver_curve(const std::string& unit, const std::vector<scored_unit>& units) {
        if (std::ranges::none_of(units, &scored_unit::truth) || std::ranges::all_of(units, &scored_unit::truth)) return;
        figure(unit + "_roc", roc(unit + " sensitivity", units, number_at(member(evaluation_, unit), "threshold")),
               "Calling a " + unit + " fractured: sensitivity over one minus specificity. The ring is the threshold chosen on validation.");
    }

    /// What needs whole vertebrae: surfaces, lesions, the postprocess.
    void masks() {
        const auto &surface = member(evaluation_, "surface"), &lesion = member(evaluation_, "lesion"), &after = member(evaluation_, "postprocessed");
        if (!lesion.is_object()) return;
        page_.section("Masks and lesions");
        if (after.is_object()) {
            page_.paragraph("The masks are postprocessed: " + policy_text(member(after, "policy")) + ". Threshold " + significant(number_at(after, "threshold"), 3) + " and postprocess were chosen together on validation; pixel Dice here "
                            + decimal(number_at(after, "pixel.dice"), 3) + ", of fractured vertebrae " + decimal(number_at(after, "vertebra.dice"), 3) + ".");
            if (member(member(after, "threshold"), "at_edge") == true) page_.warning("The threshold of the postprocessed scores lies at the edge of what was searched on validation: the optimum may be beyond it.");
            for (const auto& field : member(after, "at_edge")) page_.warning("The best " + field.get<std::string>() + " on validation was the last value tried: the optimum may be beyond it.");
        }
        table t{.head = {"", "value", "95 %", "n", "undefined"}, .rows = {}};
        const auto row = [&](const std::string& name, const json& metric, int decimals) {
            const auto range = interval(metric, decimals);
            t.rows.push_back({name, decimal(number_at(metric, "value"), decimals), range.empty() ? std::string{undefined_sign} : range, counted(metric, "n"), counted(metric, "undefined")});
        };
        row("lesions found", member(lesion, "sensitivity"), 3);
        row("false positives per patient", member(lesion, "false_positives_per_patient"), 2);
        row("false positives per vertebra", member(lesion, "false_positives_per_volume"), 3);
        row("mm\u00b3 marked on a healthy vertebra", member(lesion, "marked_mm3_on_healthy"), 1);
        for (const auto& [key, name] : {std::pair{"hd", "Hausdorff distance, mm"}, {"hd95", "95 % Hausdorff distance, mm"}, {"assd", "average surface distance, mm"}, {"nsd", "normalised surface Dice"}})
            row(name, member(surface, key), std::string_view{key} == "nsd" ? 3 : 1);
        page_.add(t);
        page_.note("Lesions are connected pieces of the truth; one counts as found if a piece of the mask touches it. Surfaces are those of fractured vertebrae, in " + counted(surface, "dimension") + " dimensions; "
                   + counted(member(surface, "hd95"), "worst") + " without any marked voxel count with the worst value, the diagonal of the crop.");
        std::vector<point> points;
        for (const auto& p : member(member(lesion, "froc"), "points")) points.push_back({p.at(1).get<double>(), p.at(2).get<double>()});
        if (points.empty()) return;
        page_.begin_row();
        figure("free_response", free_response(points), "Lesions found over false positives per patient, when only the surest pieces of the final mask count. The curve ends at the mask itself.");
        page_.end_row();
    }

    void by_level() {
        const auto& levels = member(evaluation_, "by_level");
        if (!levels.is_object()) return;
        page_.section("By vertebra level");
        table t{.head = {"level", "vertebrae", "fractured", "slices", "with fracture", "pixel PR\u2011AUC", "chance", "pixel Dice", "vertebra ROC\u2011AUC", "sensitivity", "specificity"}, .rows = {}};
        std::map<int, std::string, std::greater<>> order;
        for (const auto& [key, value] : levels.items()) order[detail::field_as<int>(key.substr(1)).value_or(0)] = key;
        for (const auto& [number, key] : order) {
            const auto& l = levels[key];
            const auto& vertebra = member(l, "vertebra");
            const auto with_n = [&](const char* name) {
                const auto value = number_at(vertebra, name);
                return decimal(value, 2) + "\nn " + counted(member(vertebra, name), "n");
            };
            t.rows.push_back({printed(vertebra_id{number}), counted(l, "vertebrae"), counted(l, "positive_vertebrae"), counted(l, "slices"), counted(l, "positive_slices"), decimal(number_at(l, "pixel.pr_auc"), 3),
                              significant(number_at(l, "pixel.prevalence"), 2), decimal(number_at(l, "pixel.dice"), 3), decimal(number_at(vertebra, "roc_auc"), 3), with_n("sensitivity"), with_n("specificity")});
        }
        page_.add(t);
        page_.note("Levels by TotalSegmentator\u2019s numbers, from the head down. A level without a fracture has no sensitivity and no PR-AUC, but it has a specificity; its Dice is 0 as soon as one pixel is marked.");
    }

    void examples(const store& data, const slice_logits& logits) {
        const auto chosen = choose_examples(scores_, data.slices(), number_at(member(evaluation_, "vertebra"), "threshold"), 4);
        if (chosen.empty()) return;
        std::vector<std::uint32_t> slices;
        for (const auto& e : chosen) slices.push_back(e.slice);
        const auto scored = logits(slices);
        const double threshold = number_at(evaluation_, "threshold").value_or(0.5);
        page_.section("Slices to look at");
        page_.paragraph("Blue: the fracture as marked. Orange: what the network marks. Hatched: not judged, because it belongs to a neighbouring vertebra or was left open. Chosen by the vertebra\u2019s score, not by hand.");
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
                const auto picture = overlay(data.images().subspan(e.slice * pixels, pixels), data.masks().subspan(e.slice * pixels, pixels), scored[i], data.size(), threshold);
                const auto png = picture.encode();
                page_.picture(png, name + " without and with outlines", name + ", patient " + e.patient + ", score " + decimal(e.score, 3));
                write_atomically(run_ / "figures" / (words.second + "_" + std::to_string(++number) + ".png"), png);
            }
            page_.end_row();
        }
    }

    [[nodiscard]] series progress_of(const std::string& key, std::string name, std::string_view colour) const {
        series s{std::move(name), colour, {}, {}};
        for (const auto& e : epochs_) s.x.push_back(number_at(e, "epoch").value_or(static_cast<double>(s.x.size()))), s.y.push_back(number_at(e, key));
        return s;
    }

    /// The epoch whose weights are judged: the best by the monitor, among equals the last, as run_directory keeps them.
    [[nodiscard]] const json* best_epoch() const {
        const json* best = nullptr;
        for (const auto& e : epochs_)
            if (best == nullptr || number_at(e, "monitor").value_or(-INFINITY) >= number_at(*best, "monitor").value_or(-INFINITY)) best = &e;
        return best;
    }
    /// Metrics of the experiment: the members of an epoch's line that are a value, or undefined.
    [[nodiscard]] std::vector<std::string> metric_names() const {
        std::vector<std::string> names;
        for (const auto& [key, value] : epochs_.front().items())
            if (value.is_object() && value.contains("undefined")) names.push_back(key);
        return names;
    }

    void training() {
        if (epochs_.empty()) return;
        page_.section("Training");
        const auto& best = *best_epoch();
        const auto chosen = number_at(best, "epoch");
        const auto monitor = text_at(member(best, "monitor"), "name");
        page_.paragraph(counted(about_, "training_slices") + " training slices (" + counted(about_, "training_slices_with_fracture") + " with fracture), " + counted(about_, "validation_slices")
                        + " for validation. " + counted(epochs_.back(), "step") + " of " + counted(about_, "steps") + " steps. "
                        + (monitor.empty() ? "The last weights were kept." : "The weights of epoch " + decimal(chosen, 0) + " were kept: best " + monitor + ", " + decimal(number_at(best, "monitor"), 4) + " on validation."));
        const auto chance = number_at(best, "prevalence");
        page_.begin_row();
        figure("loss", progress("Loss over epochs", "epoch", std::vector{progress_of("train_loss", "training loss", ink::blue), progress_of("val_loss", "validation loss", ink::vermilion)}, true, std::nullopt, chosen),
               "Loss per epoch; the dashed epoch was kept. Training may be balanced while validation keeps its natural share of fractures, so compare shapes, not heights.");
        figure("learning_rate", progress("Learning rate over epochs", "epoch", std::vector{progress_of("learning_rate", "learning rate", ink::green)}, true), "The learning rate at the end of each epoch.");
        metric_curves(chance, chosen);
        probability_course();
        page_.end_row();
        speed(best);
    }

    void metric_curves(std::optional<double> chance, std::optional<double> chosen) {
        static constexpr std::string_view colours[] = {ink::blue, ink::vermilion, ink::green, ink::purple, ink::sky, ink::grey};
        std::vector<series> ranking, at_threshold;
        for (const auto& name : metric_names()) {
            const bool of_ranking = name.ends_with("auc");
            if (name == "f1" && std::ranges::any_of(at_threshold, [](const series& s) { return s.name == "dice"; })) continue; // the same number
            auto& group = of_ranking ? ranking : at_threshold;
            if (group.size() < std::size(colours)) group.push_back(progress_of(name, name, colours[group.size()]));
        }
        if (!ranking.empty())
            figure("ranking", progress("Ranking metrics on validation over epochs", "epoch", ranking, true, chance, chosen),
                   "How well validation pixels are ranked, over all thresholds. Chance for PR-AUC is the share of fracture pixels, " + significant(chance, 2) + " (dashed).");
        if (!at_threshold.empty())
            figure("metrics", progress("Metrics on validation over epochs", "epoch", at_threshold, true, std::nullopt, chosen), "Validation pixels at each epoch\u2019s own best threshold.");
    }

    /// Quantiles of the predicted probability over the epochs, as a band and a median for each kind of pixel.
    void probability_course() {
        std::vector<double> x;
        struct band { std::vector<double> low, middle, high; } positive, negative;
        const auto logit = [](double p) { return std::log(std::clamp(p, 1e-7, 1 - 1e-7) / (1 - std::clamp(p, 1e-7, 1 - 1e-7))); };
        for (const auto& e : epochs_) {
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
        figure("probability_course", c.svg("Predicted probability over epochs"), "Predicted probability on validation: median, and the band that holds 90 % of the pixels. The two should part.");
    }

    void speed(const json& best) {
        double images = 0, wait = 0, seconds = 0, memory = 0;
        for (const auto& e : epochs_) {
            const double s = number_at(e, "train_seconds").value_or(0);
            images += number_at(e, "images_per_second").value_or(0) * s, wait += number_at(e, "data_wait_share").value_or(0) * s, seconds += s;
            memory = std::max(memory, number_at(e, "peak_ram_mib").value_or(0));
        }
        if (seconds <= 0) return;
        const auto plateau = member(member(best, "threshold"), "plateau");
        std::string text = significant(images / seconds, 3) + " images a second, " + percent(wait / seconds) + " of the time spent preparing data, " + significant(memory / 1024, 2) + " GiB of memory at most.";
        if (plateau.is_array() && plateau.size() == 2)
            text += " The threshold " + significant(number_at(best, "threshold"), 3) + " maximised " + text_at(member(best, "threshold"), "objective") + " on validation; anything from " + significant(plateau[0].get<double>(), 2) + " to "
                    + significant(plateau[1].get<double>(), 2) + " comes within 1 % of it.";
        page_.note(text);
        if (evaluation_.is_null() && member(member(best, "threshold"), "at_edge") == true)
            page_.warning("The threshold lies at the edge of its search space: the optimum may be beyond it. Search wider, or exactly.");
    }

    void recipe() {
        const auto& description = member(about_, "description");
        if (!description.is_object()) return;
        page_.section("What was run");
        std::vector<std::pair<std::string, std::string>> items;
        for (const auto& [role, policy] : description.items())
            if (role != "experiment") items.emplace_back(role, policy_text(policy));
        page_.definitions(items);
    }

    void provenance() {
        page_.section("Where it comes from");
        std::vector<std::pair<std::string, std::string>> items;
        const auto add = [&](const char* name, std::string value) {
            if (!value.empty()) items.emplace_back(name, std::move(value));
        };
        const auto number = [&](const char* key) { return about_.is_object() && about_.contains(key) && about_[key].is_number() ? about_[key].dump() : std::string{}; };
        add("data", text_at(about_, "data"));
        add("store", text_at(about_, "store"));
        add("content hash", text_at(evaluation_, "dataset_hash").empty() ? text_at(about_, "dataset_hash") : text_at(evaluation_, "dataset_hash"));
        add("checkpoint", text_at(evaluation_, "checkpoint"));
        add("fold", number("fold"));
        add("seed", number("seed"));
        add("device", text_at(about_, "device"));
        add("threads", number("threads"));
        add("started", text_at(about_, "started"));
        for (const auto& [name, value] : member(about_, "versions").items()) add(name.c_str(), value.is_string() ? value.get<std::string>() : value.dump());
        add("commit", text_at(about_, "git"));
        page_.definitions(items);
    }

    std::filesystem::path run_;
    json about_;
    std::vector<json> epochs_;
    json evaluation_, curves_;
    std::vector<score_row> scores_;
    page page_;
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
