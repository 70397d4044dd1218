#pragma once
// unit: facet::application<>
// library: engine

#include <facet/engine/plan.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <c10/util/Exception.h>
#include <nlohmann/json.hpp>

#include <facet/app/command_words.hpp>
#include <facet/app/comparison.hpp>
#include <facet/core/error.hpp>
#include <facet/engine/inference.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/trainer.hpp>
#include <facet/evaluate/evaluator.hpp>
#include <facet/io/or_null.hpp>
#include <facet/predict/predictor.hpp>
#include <facet/report/doctor.hpp>
#include <facet/report/inspector.hpp>
#include <facet/report/rate_finder.hpp>
#include <facet/report/reporter.hpp>

namespace facet {

namespace detail::app {

using json = nlohmann::ordered_json;

/// What can stand on the command line of an experiment.
struct arguments {
    std::filesystem::path data, run, out, ct, vertebrae, checkpoint;
    std::string split = "test", labels, thresholds = "fit";
    std::optional<std::size_t> fold, limit;
    std::optional<std::uint64_t> seed;
    std::optional<std::int64_t> steps;
    std::vector<std::uint64_t> seeds;
    std::vector<std::string> folds, only;
    std::string reference;
    std::int64_t step = 0;
    double seconds = 110, low = 1e-6, high = 10;
    device_options where;
    bool resume = false, json = false, quiet = false, list = false;
    std::vector<std::string> command;
};

/// The last line of the output is for programs where they asked for it, otherwise people get a sentence.
inline void answer(const arguments& a, const json& result, const std::string& sentence) {
    if (!sentence.empty()) (a.json ? std::cerr : std::cout) << sentence << '\n';
    if (a.json) std::cout << result.dump() << std::endl;
    std::cout.flush();
}

/// What a resumed run was started with, where the command line says nothing.
inline void take_from_run(arguments& a) {
    std::ifstream file{a.out / "run.json"};
    if (!a.resume || !file) return;
    try {
        const auto about = json::parse(file);
        if (!a.fold) a.fold = about.at("fold").get<std::size_t>();
        if (!a.seed) a.seed = about.at("seed").get<std::uint64_t>();
        if (!a.steps) a.steps = about.at("steps").get<std::int64_t>();
        if (!a.limit && !about.at("limit").is_null()) a.limit = about.at("limit").get<std::size_t>();
        if (a.where.device == "auto") a.where.device = about.at("device").get<std::string>().starts_with("cuda") ? "cuda" : "cpu";
        if (a.where.threads == 0 && about.at("device") == "cpu") a.where.threads = about.at("threads").get<int>();
    } catch (const json::exception&) {
        throw bad_input{"'" + (a.out / "run.json").string() + "' is damaged: it does not describe a run"};
    }
}

inline train_options training_of(const arguments& a) {
    return {.out = a.out, .fold = a.fold.value_or(0), .seed = a.seed.value_or(1), .steps = a.steps, .limit = a.limit, .resume = a.resume, .quiet = a.quiet,
            .where = a.where, .command = a.command};
}

inline int train(const plan& p, arguments a) {
    take_from_run(a);
    const store data{a.data};
    const auto r = trainer<>::train(p, data, training_of(a));
    reporter<>::write(a.out);
    const json result{{"command", "train"}, {"experiment", p.name}, {"run", a.out.string()}, {"steps", r.steps}, {"epochs", r.epochs}, {"seconds", r.seconds}, {"images_per_second", r.images_per_second},
                      {"interrupted", r.interrupted}, {"stopped_early", r.stopped_early}, {"best", r.best.empty() ? json(nullptr) : json(r.best.filename().string())}, {"score", or_null(r.best_score)}};
    answer(a, result, r.interrupted ? "stopped after step " + std::to_string(r.steps) + "; the same command with --resume continues" : "trained " + std::to_string(r.steps) + " steps; the best checkpoint is " + r.best.string());
    return static_cast<int>(r.interrupted ? exit_code::interrupted : exit_code::ok);
}

/// Scores for the pictures of a report.
inline slice_logits scorer(const plan& p, const arguments& a, const store& data) {
    const auto network = std::make_shared<const inference<>>(p, inference<>::checkpoints(p, a.run).front(), a.where);
    return [network, &data](std::span<const std::uint32_t> slices) {
        std::vector<std::vector<float>> out;
        const auto pixels = data.size() * data.size();
        network->score(data, slices, [&](std::span<const std::uint32_t> some, const float* logits) {
            for (std::size_t i = 0; i < some.size(); ++i) out.emplace_back(logits + i * pixels, logits + (i + 1) * pixels);
        });
        return out;
    };
}

inline int report(const plan& p, const arguments& a) {
    if (a.data.empty()) {
        reporter<>::write(a.run);
    } else {
        const store data{a.data};
        reporter<>::write(a.run, &data, scorer(p, a, data));
    }
    answer(a, {{"command", "report"}, {"report", (a.run / "report.html").string()}}, "the report is " + (a.run / "report.html").string());
    return 0;
}

inline int evaluate(const plan& p, const arguments& a) {
    if (a.thresholds != "fit" && a.thresholds != "stored") throw bad_input{"--thresholds takes fit or stored, not '" + a.thresholds + "'"};
    const auto s = evaluator<>::evaluate(p, {.run = a.run, .data = a.data, .split = a.split, .stored_thresholds = a.thresholds == "stored", .out = a.out, .where = a.where});
    if (a.split == "test" && std::filesystem::equivalent(s.file.parent_path(), a.run)) {
        const store data{a.data};
        reporter<>::write(a.run, &data, scorer(p, a, data));
    }
    answer(a, json::parse(s.line), s.table);
    return 0;
}

inline int predict(const plan& p, const arguments& a) {
    const auto s = predictor<>::predict(p, {.run = a.run, .ct = a.ct, .vertebrae = a.vertebrae, .out = a.out, .labels = a.labels, .where = a.where});
    answer(a, json::parse(s.line), s.table);
    return 0;
}

inline int inspect(const plan& p, const arguments& a) {
    const store data{a.data};
    const auto out = a.out.empty() ? std::filesystem::path{std::string{p.name} + "_batch.png"} : a.out;
    inspector<>::write(p, data, {.out = out, .fold = a.fold.value_or(0), .seed = a.seed.value_or(1), .step = a.step});
    answer(a, {{"command", "inspect"}, {"picture", out.string()}}, "the picture is " + out.string());
    return 0;
}

inline int find_rate(const plan& p, const arguments& a) {
    const store data{a.data};
    const auto s = rate_finder<>::find(p, data, {.out = a.out.empty() ? "." : a.out, .fold = a.fold.value_or(0), .seed = a.seed.value_or(1), .steps = a.steps.value_or(200), .low = a.low,
                                                 .high = a.high, .where = a.where});
    answer(a, json::parse(s.line), s.sentence);
    return 0;
}

inline int examine(const plan& p, const arguments& a) {
    const store data{a.data};
    return static_cast<int>(doctor<>::run(p, data, {.fold = a.fold.value_or(0), .seed = a.seed.value_or(1), .where = a.where, .seconds = a.seconds}, a.json));
}

inline int describe(const plan& p, const arguments& a) {
    std::cout << (a.json ? p.describe() : json::parse(p.describe()).dump(2)) << std::endl;
    return 0;
}

/// The weights of a run as one file: a copy of its best checkpoint, verified.
inline int export_weights(const plan& p, const arguments& a) {
    const auto best = inference<>::checkpoints(p, a.run).front();
    const mapped_file file{best.path};
    if (!safetensors::parse(file.bytes(), best.path.string()).checked) throw bad_input{"'" + best.path.string() + "' is damaged: it has no checksum"};
    write_atomically(a.out, file.bytes());
    answer(a, {{"command", "export"}, {"weights", a.out.string()}, {"epoch", best.epoch}, {"threshold", best.threshold.value}}, "the weights of " + best.path.filename().string() + " are in " + a.out.string());
    return 0;
}

inline void add_device(CLI::App& command, arguments& a) {
    command.add_option("--device", a.where.device, "auto, cpu or cuda")->capture_default_str();
    command.add_option("--threads", a.where.threads, "threads of the CPU; 0: all")->capture_default_str();
    command.add_flag("--eager", a.where.eager, "on a GPU, issue every kernel instead of playing a recorded graph");
}
inline void add_training(CLI::App& command, arguments& a) {
    command.add_option("--data", a.data, "store to train on");
    command.add_option("--out", a.out, "folder of the run");
    command.add_option("--steps", a.steps, "instead of the experiment's budget");
    command.add_option("--limit", a.limit, "train on this many slices only, for a quick trial");
    command.add_flag("--quiet", a.quiet, "no progress");
    add_device(command, a);
}

/// Options that a command cannot do without; checked after unknown ones, so that a misspelt option is called by its name.
using needs = std::vector<std::pair<const char*, std::filesystem::path arguments::*>>;

inline void check(const std::string& command, const arguments& a, const needs& needed) {
    for (const auto& [option, value] : needed)
        if ((a.*value).empty()) throw bad_input{command + " needs " + option + "; see `" + command + " --help`"};
    if (a.where.threads < 0) throw bad_input{"--threads takes a number from 1 on, or 0 for all, not " + std::to_string(a.where.threads)};
    if (a.step < 0) throw bad_input{"--step takes a number from 0 on, not " + std::to_string(a.step)};
    if (!(a.seconds > 0)) throw bad_input{"--seconds takes a number above 0"};
}

inline std::vector<std::size_t> fold_numbers(const arguments& a) {
    std::vector<std::size_t> out;
    for (const auto& text : a.folds) {
        std::size_t fold = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), fold);
        if (failure != std::errc{} || end != text.data() + text.size()) throw bad_input{"--folds takes numbers of folds or all, not '" + text + "'"};
        out.push_back(fold);
    }
    return out;
}

inline int compare(std::span<const plan> variants, std::span<const std::string> labels, const arguments& a) {
    comparison_request request{.variants = variants, .labels = labels, .data = a.data, .folds = {}, .every_fold = a.folds == std::vector<std::string>{"all"}, .seeds = a.seeds, .only = a.only,
                               .reference = a.reference, .training = training_of(a)};
    if (!request.every_fold) request.folds = fold_numbers(a);
    const auto s = a.list ? comparison<>::list(request) : comparison<>::run(request);
    answer(a, json::parse(s.line), s.table);
    return static_cast<int>(s.interrupted ? exit_code::interrupted : s.diverged ? exit_code::diverged : exit_code::ok);
}

using action = std::function<int(const plan&, const arguments&)>;

/// One subcommand with its options, and what it does.
class command_line {
public:
    command_line(std::string description, std::string name) : app_{std::move(description), std::move(name)} {
        app_.require_subcommand(0, 1);
        app_.fallthrough();
        app_.add_flag("--json", arguments_.json, "print the result as one JSON object on the last line");
    }
    CLI::App& add(const std::string& name, const std::string& help, action act, needs needed = {}) {
        auto& command = *app_.add_subcommand(name, help);
        for (const auto& [option, value] : needed) required_.emplace_back(&command, option);
        command.callback([this, name, act = std::move(act), needed = std::move(needed)] {
            chosen_ = [=](const plan& p, const arguments& a) { return check(name, a, needed), act(p, a); };
        });
        return command;
    }
    [[nodiscard]] arguments& values() { return arguments_; }

    int operator()(const plan& p, int argc, char** argv) {
        arguments_.command.assign(argv, argv + argc);
        for (auto& [command, option] : required_) mark_required(*command, option);
        try {
            app_.parse(argc, argv);
        } catch (const CLI::CallForHelp&) {
            std::cout << (app_.get_subcommands().empty() ? app_.help() : app_.get_subcommands().front()->help());
            return 0;
        } catch (const CLI::ExtrasError&) {
            throw bad_input{command_words::not_known(app_, argc, argv) + "; see --help"};
        } catch (const CLI::ParseError& wrong) {
            throw bad_input{wrong.what() + std::string{"; see --help"}};
        }
        if (!chosen_) throw bad_input{"name a command: " + command_words::commands_of(app_)};
        return chosen_(p, arguments_);
    }

private:
    /// In the help only: CLI11 would call a missing option by its name before a misspelt one.
    static void mark_required(CLI::App& command, const std::string& option) {
        auto& o = *command.get_option(option);
        o.type_name(o.get_type_name() + " REQUIRED");
    }

    CLI::App app_;
    std::vector<std::pair<CLI::App*, std::string>> required_;
    arguments arguments_;
    action chosen_;
};

inline bool says_out_of_memory(const std::string& text) { return text.find("can't allocate memory") != text.npos || text.find("out of memory") != text.npos; }

/// Every error as one sentence on stderr and its exit code.
inline int guarded(const std::function<int()>& body) {
    const auto fail = [](exit_code code, const std::string& sentence) {
        std::cerr << "error: " << sentence << std::endl;
        return static_cast<int>(code);
    };
    const auto no_memory = "out of memory; use a smaller batch, a smaller model, or residency::stream{}";
    try {
        return body();
    } catch (const error& e) {
        return fail(e.code(), e.what());
    } catch (const c10::OutOfMemoryError&) {
        return fail(exit_code::out_of_memory, no_memory);
    } catch (const std::bad_alloc&) {
        return fail(exit_code::out_of_memory, no_memory);
    } catch (const std::filesystem::filesystem_error& e) {
        return fail(exit_code::io, e.what());
    } catch (const c10::Error& e) {
        const std::string first_line{e.what_without_backtrace(), std::string_view{e.what_without_backtrace()}.find_first_of('\n') == std::string_view::npos
                                                                     ? std::string_view{e.what_without_backtrace()}.size()
                                                                     : std::string_view{e.what_without_backtrace()}.find_first_of('\n')};
        if (says_out_of_memory(first_line)) return fail(exit_code::out_of_memory, no_memory);
        return fail(exit_code::io, "LibTorch: " + first_line);
    } catch (const std::exception& e) {
        return fail(exit_code::io, e.what());
    }
}

} // namespace detail::app

template <class T> int application<T>::run(const plan& p, int argc, char** argv) {
    namespace d = detail::app;
    return d::guarded([&] {
        d::command_line line{"Experiment " + std::string{p.name}, std::string{p.name}};
        auto& a = line.values();
        auto& train = line.add("train", "train on a store", d::train, {{"--data", &d::arguments::data}, {"--out", &d::arguments::out}});
        d::add_training(train, a);
        train.add_option("--fold", a.fold, "fold that validates, 0 unless given");
        train.add_option("--seed", a.seed, "of the weights, the batches and the augmentation; 1 unless given");
        train.add_flag("--resume", a.resume, "continue the run in --out");

        auto& evaluate = line.add("evaluate", "judge a run on held-out patients", d::evaluate, {{"--run", &d::arguments::run}, {"--data", &d::arguments::data}});
        evaluate.add_option("--run", a.run, "folder of the run");
        evaluate.add_option("--data", a.data, "store");
        evaluate.add_option("--split", a.split, "test, val, or all patients of another store")->capture_default_str();
        evaluate.add_option("--thresholds", a.thresholds, "fit on validation, or stored: those of RUN/evaluation.json")->capture_default_str();
        evaluate.add_option("--out", a.out, "folder of the results; the run's own unless given");
        d::add_device(evaluate, a);

        auto& predict = line.add("predict", "mask and probability on a scan's own grid", d::predict, {{"--run", &d::arguments::run}, {"--ct", &d::arguments::ct}, {"--vertebrae", &d::arguments::vertebrae}, {"--out", &d::arguments::out}});
        predict.add_option("--run", a.run, "folder of the run");
        predict.add_option("--ct", a.ct, "NIfTI, NRRD, MHA or a DICOM folder");
        predict.add_option("--vertebrae", a.vertebrae, "vertebra labels on the scan's grid");
        predict.add_option("--labels", a.labels, "totalsegmentator or verse; the dataset's own scheme unless given");
        predict.add_option("--out", a.out, "folder of the results");
        d::add_device(predict, a);

        auto& report = line.add("report", "write RUN/report.html", d::report, {{"--run", &d::arguments::run}});
        report.add_option("--run", a.run, "folder of the run");
        report.add_option("--data", a.data, "store, for pictures of slices");
        d::add_device(report, a);

        auto& inspect = line.add("inspect", "a picture of an augmented batch", d::inspect, {{"--data", &d::arguments::data}});
        inspect.add_option("--data", a.data, "store");
        inspect.add_option("--out", a.out, "the PNG; NAME_batch.png here unless given");
        inspect.add_option("--fold", a.fold, "fold that validates, 0 unless given");
        inspect.add_option("--seed", a.seed, "of batches and augmentation; 1 unless given");
        inspect.add_option("--step", a.step, "the step whose batch is shown")->capture_default_str();

        auto& rates = line.add("lr-find", "try rising learning rates and suggest one", d::find_rate, {{"--data", &d::arguments::data}});
        rates.add_option("--data", a.data, "store");
        rates.add_option("--out", a.out, "folder of the curve; the current one unless given");
        rates.add_option("--fold", a.fold, "fold that validates, and is left out here; 0 unless given");
        rates.add_option("--seed", a.seed, "of the weights, the batches and the augmentation; 1 unless given");
        rates.add_option("--steps", a.steps, "of the test, 200 unless given");
        rates.add_option("--low", a.low, "first learning rate")->capture_default_str();
        rates.add_option("--high", a.high, "last learning rate")->capture_default_str();
        d::add_device(rates, a);

        auto& doctor = line.add("doctor", "walk the checklist of what makes training fail", d::examine, {{"--data", &d::arguments::data}});
        doctor.add_option("--data", a.data, "store");
        doctor.add_option("--fold", a.fold, "fold that validates, 0 unless given");
        doctor.add_option("--seed", a.seed, "of its short trainings; 1 unless given");
        doctor.add_option("--seconds", a.seconds, "time for what trains")->capture_default_str();
        d::add_device(doctor, a);

        line.add("describe", "the experiment with every default, as JSON", d::describe);
        auto& weights = line.add("export", "the best weights as one safetensors file", d::export_weights, {{"--run", &d::arguments::run}, {"--out", &d::arguments::out}});
        weights.add_option("--run", a.run, "folder of the run");
        weights.add_option("--out", a.out, "the file");
        return line(p, argc, argv);
    });
}

template <class T> int application<T>::compare(std::span<const plan> variants, std::span<const std::string> labels, int argc, char** argv) {
    namespace d = detail::app;
    return d::guarded([&] {
        d::command_line line{"Comparison of " + std::to_string(variants.size()) + " variants", "compare"};
        auto& a = line.values();
        auto& compare = line.add("compare", "train and judge every variant alike, and tabulate their differences", [&](const plan&, const d::arguments& given) {
            return d::compare(variants, labels, given);
        }, {{"--data", &d::arguments::data}, {"--out", &d::arguments::out}});
        d::add_training(compare, a);
        compare.add_option("--folds", a.folds, "folds that validate, or all; 0 unless given")->delimiter(',');
        compare.add_option("--seeds,--seed", a.seeds, "each variant is trained with each; 1 unless given")->delimiter(',');
        compare.add_option("--only", a.only, "train these variants only: a label, or part of one such as loss=focal");
        compare.add_option("--reference", a.reference, "label of the variant the others are compared with; the first unless given");
        compare.add_flag("--list", a.list, "tell how far each run is, and do nothing");
        line.add("describe", "every variant with every default, as JSON", [&](const plan&, const d::arguments&) {
            d::json all = d::json::object();
            for (std::size_t i = 0; i < variants.size(); ++i) all[labels[i]] = d::json::parse(variants[i].describe());
            std::cout << all.dump(2) << std::endl;
            return 0;
        });
        return line(variants.front(), argc, argv);
    });
}

} // namespace facet
