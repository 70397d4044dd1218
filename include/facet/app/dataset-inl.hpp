#pragma once
// unit: facet::dataset_application<>
// library: dataset
// needs: itk

#include <facet/app/dataset.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <facet/app/command_words.hpp>
#include <facet/core/error.hpp>
#include <facet/data/cohort.hpp>
#include <facet/data/phantom.hpp>
#include <facet/data/prepare.hpp>
#include <facet/data/progress.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/io/text_file.hpp>
#include <facet/report/analysis.hpp>

namespace facet {

namespace detail::dataset_app {

using json = nlohmann::ordered_json;

inline std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "facet: the interrupt flag is set within a signal handler");

/// The first Ctrl-C asks the work to stop; a second one ends the process as usual.
inline void listen_for_interrupt() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

struct arguments {
    bool json = false;
    std::string out, cases, store, template_ct, template_vertebrae;
    int patients = 0;
    std::uint64_t seed = 1;
    bool null = false, sham = false;
    std::vector<double> spacing{1, 1, 2};
    unsigned threads = 0;
    double memory = 0;
    std::size_t folds = 5, test = 0;
    bool allow_shared_template = false;
};

inline std::string count(std::size_t n, const std::string& one, const std::string& many) { return std::to_string(n) + ' ' + (n == 1 ? one : many); }

/// One line for people, or with --json the result as the last line.
inline void report(const arguments& a, const json& result, const std::string& sentence) {
    if (a.json) std::cout << result.dump() << std::endl;
    else std::cout << sentence << std::endl;
}

/// What is left after Ctrl-C.
inline int stopped(const std::string& finished, const std::string& where) {
    std::cerr << "interrupted; finished " << finished << " are kept in '" << where << "' and the same command continues from them\n";
    return static_cast<int>(exit_code::interrupted);
}

inline int phantom(const arguments& a) {
    listen_for_interrupt();
    phantom_options options{.out = a.out, .patients = a.patients, .seed = a.seed, .spacing = {a.spacing[0], a.spacing[1], a.spacing[2]}, .threads = a.threads, .quiet = a.json, .interrupted = &interrupted};
    const auto s = make_phantom(options);
    if (s.interrupted) return stopped("patients", a.out);
    report(a, {{"command", "phantom"}, {"out", a.out}, {"patients", s.patients}, {"vertebrae", s.vertebrae}, {"fractured", s.fractured}, {"grade_drawn", s.grade_drawn},
               {"voxels", s.voxels}, {"fracture_voxels", s.fracture_voxels}, {"reused_cases", s.reused}, {"seconds", s.seconds}},
           count(static_cast<std::size_t>(s.patients), "analytic patient", "analytic patients") + " with " + count(static_cast<std::size_t>(s.vertebrae), "vertebra", "vertebrae") + ", " +
               std::to_string(s.fractured) + " of them fractured, are in " + a.out + (s.reused > 0 ? " (" + std::to_string(s.reused) + " finished before)" : std::string{}));
    return static_cast<int>(exit_code::ok);
}

inline int cohort(const arguments& a) {
    listen_for_interrupt();
    cohort_options options;
    options.interrupted = &interrupted;
    options.out = a.out;
    options.template_ct = a.template_ct;
    options.template_vertebrae = a.template_vertebrae;
    options.patients = a.patients;
    options.seed = a.seed;
    options.kind = a.null ? cohort_kind::null : a.sham ? cohort_kind::sham : cohort_kind::real;
    options.threads = a.threads;
    progress bar{"virtual patients", static_cast<std::size_t>(std::max(a.patients, 0)), a.json};
    options.progress = [&](int) { bar.advance(); };
    const auto s = make_cohort(options);
    if (s.interrupted) return stopped("patients", a.out);
    report(a, {{"command", "cohort"}, {"kind", name_of(options.kind)}, {"out", a.out}, {"patients", s.patients}, {"vertebrae", s.vertebrae}, {"fractured", s.fractured},
               {"grade_drawn", s.grade_drawn}, {"grade_reached", s.grade_reached}, {"voxels", s.voxels}, {"fracture_voxels", s.fracture_voxels},
               {"reused_cases", s.reused}, {"seconds_template", s.seconds_template}, {"seconds_patients", s.seconds_patients}},
           count(static_cast<std::size_t>(s.patients), "virtual patient", "virtual patients") + " with " + count(static_cast<std::size_t>(s.vertebrae), "vertebra", "vertebrae") + ", " +
               std::to_string(s.fractured) + (options.kind == cohort_kind::real ? " of them fractured, are in " : " of them altered, are in ") + a.out
               + (s.reused > 0 ? " (" + std::to_string(s.reused) + " finished before)" : std::string{}));
    return static_cast<int>(exit_code::ok);
}

/// The first few by name; nearly every scan cuts its outermost vertebrae.
inline void tell_left_out(const std::vector<std::pair<std::string, int>>& left_out, const std::string& store) {
    constexpr std::size_t told = 6;
    for (std::size_t i = 0; i < std::min(left_out.size(), told); ++i)
        std::cout << "left out: " << printed({left_out[i].second}) << " of patient '" << left_out[i].first << "', cut by the border of the scan\n";
    if (left_out.size() > told) std::cout << "left out likewise: " << left_out.size() - told << " more; " << store << "/dataset.json names them all\n";
}

inline int prepare(const dataset_plan& recipe, const arguments& a) {
    listen_for_interrupt();
    const auto s = preparation<>::run(recipe.describe(), recipe.make_slicing(), {.cases = a.cases, .store = a.out, .threads = a.threads, .memory = a.memory, .quiet = a.json, .interrupted = &interrupted});
    if (s.interrupted) return stopped("cases", a.out + ".work");
    json left_out = json::array();
    for (const auto& [patient, vertebra] : s.left_out) left_out.push_back({{"patient", patient}, {"vertebra", vertebra}, {"name", vertebra_name({vertebra})}});
    if (!a.json) tell_left_out(s.left_out, a.out);
    report(a, {{"command", "prepare"}, {"store", a.out}, {"data", s.data}, {"patients", s.patients}, {"vertebrae", s.vertebrae}, {"slices", s.slices}, {"positive_slices", s.positive_slices},
               {"fracture_pixels", s.fracture_pixels}, {"left_out", left_out}, {"reused_cases", s.reused}, {"content_hash", s.content_hash}, {"seconds", s.seconds}},
           count(s.slices, "slice", "slices") + " of " + count(s.vertebrae, "vertebra", "vertebrae") + " of " + count(s.patients, "patient", "patients") + ", " +
               std::to_string(s.positive_slices) + " with fracture, are in " + a.out + (s.reused > 0 ? " (" + count(s.reused, "case", "cases") + " finished before)" : std::string{}));
    return static_cast<int>(exit_code::ok);
}

/// Every byte against its hash, and the counts of slices.csv against the masks.
inline void check(const arguments& a) {
    const store data{a.store};
    const std::size_t per_chunk = data.slices_per_chunk(), chunks = (data.count() + per_chunk - 1) / per_chunk, pixels = data.size() * data.size();
    progress bar{"checking", chunks, a.json};
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        data.verify_chunk(chunk);
        for (std::size_t i = chunk * per_chunk; i < std::min(data.count(), (chunk + 1) * per_chunk); ++i) {
            const auto mask = data.masks().subspan(i * pixels, pixels);
            const auto broken = static_cast<std::uint32_t>(std::count(mask.begin(), mask.end(), std::uint8_t{1}));
            if (broken != data.slices()[i].fracture_pixels)
                throw bad_input{"'" + a.store + "/slices.csv' says " + std::to_string(data.slices()[i].fracture_pixels) + " fracture pixels for slice " + std::to_string(i) + " and masks.npy has " + std::to_string(broken)};
        }
        bar.advance();
    }
    const bool has_split = std::filesystem::exists(data.folder() / "split.json");
    if (has_split) patient_split::load(data);
    report(a, {{"command", "check"}, {"store", a.store}, {"ok", true}, {"slices", data.count()}, {"chunks", chunks}, {"content_hash", data.content_hash()}, {"split", has_split}},
           a.store + " is what was written: " + count(data.count(), "slice", "slices") + ", content hash " + data.content_hash() + (has_split ? ", split valid" : ", no split yet"));
}

inline void split(const arguments& a) {
    const store data{a.store};
    const auto file = data.folder() / "split.json";
    const auto before = std::filesystem::exists(file) ? read_text(file) : std::string{};
    const auto result = make_split(data, {.folds = a.folds, .test = a.test, .seed = a.seed, .allow_shared_template = a.allow_shared_template});
    const bool replaced = !before.empty() && before != read_text(file);
    report(a, json{{"command", "split"}, {"store", a.store}, {"replaced", replaced}, {"split", result}},
           a.store + "/split.json: " + std::to_string(a.test) + " patients to test, the others in " + count(a.folds, "fold", "folds") +
               (replaced ? "; it replaces another split, and runs of that one cannot be judged by this one" : ""));
}

inline void analyze(const arguments& a) {
    const auto statistics = facet::analyze(store{a.store}, a.out);
    report(a, json{{"command", "analyze"}, {"store", a.store}, {"out", a.out}, {"analysis", statistics}}, "what the store holds is in " + (std::filesystem::path{a.out} / "analysis.html").string());
}

/// The subcommands; the chosen one's work is left in `work`.
inline void describe_commands(CLI::App& app, arguments& a, const dataset_plan& recipe, std::function<int()>& work) {
    const auto command = [&](const char* name, const char* what, auto run) {
        auto* const sub = app.add_subcommand(name, what);
        sub->add_flag("--json", a.json, "print the result as one JSON object on the last line");
        sub->callback([&work, run] { work = run; });
        return sub;
    };
    const auto done = [&a](auto f) { return [&a, f] { f(a); return static_cast<int>(exit_code::ok); }; };
    const auto making = [&](CLI::App* sub) {
        sub->add_option("--out", a.out, "folder for the cases, one folder per patient")->required()->type_name("CASES");
        sub->add_option("--patients", a.patients, "how many patients")->required()->check(CLI::Range(1, 100000))->type_name("N");
        sub->add_option("--seed", a.seed, "the same seed makes the same patients")->capture_default_str()->type_name("N");
        sub->add_option("--threads", a.threads, "0: one per core")->capture_default_str()->type_name("N");
    };
    auto* const analytic = command("phantom", "make analytic patients, for where no scan is at hand", [&a] { return phantom(a); });
    making(analytic);
    analytic->add_option("--spacing", a.spacing, "mm between voxels: left to right, front to back, along the spine")->capture_default_str()->expected(3)->check(CLI::Range(0.3, 5.0))->type_name("MM");

    auto* const virtual_patients = command("cohort", "make virtual patients, some with fractures, from one real CT", [&a] { return cohort(a); });
    making(virtual_patients);
    virtual_patients->add_option("--template", a.template_ct, "the CT to start from")->required()->type_name("CT");
    virtual_patients->add_option("--vertebrae", a.template_vertebrae, "its vertebra labels")->required()->type_name("MASK");
    auto* const null = virtual_patients->add_flag("--null", a.null, "the same masks, but nothing is broken");
    virtual_patients->add_flag("--sham", a.sham, "unbroken vertebrae that look low or dense; no masks")->excludes(null);

    auto* const preparing = command("prepare", "cut scans into slices and write a store", [&] { return prepare(recipe, a); });
    preparing->add_option("--cases", a.cases, "a folder per patient, an nnU-Net raw dataset, or a CSV patient,ct,vertebrae,fractures")->required()->type_name("PATH");
    preparing->add_option("--out", a.out, "the store to write")->required()->type_name("STORE");
    preparing->add_option("--threads", a.threads, "cases at a time; 0: one per core")->capture_default_str()->type_name("N");
    preparing->add_option("--memory", a.memory, "GiB that cases in progress may take; 0: half of what is free")->capture_default_str()->check(CLI::NonNegativeNumber)->type_name("GIB");

    const auto store_option = [&](CLI::App* sub) { sub->add_option("--data", a.store, "the store")->required()->type_name("STORE"); };
    auto* const analyzing = command("analyze", "count what a store holds: analysis.json and analysis.html", done(analyze));
    store_option(analyzing);
    analyzing->add_option("--out", a.out, "the folder for both files")->required()->type_name("DIR");

    store_option(command("check", "verify every byte of a store", done(check)));

    auto* const splitting = command("split", "divide the patients into a test set and folds", done(split));
    store_option(splitting);
    splitting->add_option("--folds", a.folds, "folds of the patients that are not for testing")->required()->type_name("K");
    splitting->add_option("--test", a.test, "patients held out for testing")->required()->type_name("N");
    splitting->add_option("--seed", a.seed, "another seed, another split")->capture_default_str()->type_name("N");
    splitting->add_flag("--allow-shared-template", a.allow_shared_template, "record that patients made from one CT may lie in several parts");

    app.add_subcommand("describe", "print the recipe as JSON")->callback([&] {
        work = [&recipe] {
            std::cout << recipe.describe() << std::endl;
            return static_cast<int>(exit_code::ok);
        };
    });
    app.require_subcommand(1);
}

/// CLI11's remark as one sentence.
inline std::string sentence_of(const CLI::Error& e, const dataset_plan& recipe) {
    std::string text = e.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text + "; `" + std::string{recipe.name} + " --help` lists commands and options";
}

inline int fail(exit_code code, const std::string& sentence) {
    std::cout.flush();
    std::cerr << "error: " << sentence << std::endl;
    return static_cast<int>(code);
}

inline int run(const dataset_plan& recipe, int argc, char** argv) {
    arguments a;
    std::function<int()> work;
    CLI::App app{"From scans to slices to train on, by the recipe '" + std::string{recipe.name} + "'.", std::string{recipe.name}};
    describe_commands(app, a, recipe, work);
    try {
        app.parse(argc, argv);
        return work();
    } catch (const CLI::CallForHelp& e) {
        return app.exit(e);
    } catch (const CLI::CallForAllHelp& e) {
        return app.exit(e);
    } catch (const CLI::ExtrasError&) {
        return fail(exit_code::bad_input, command_words::not_known(app, argc, argv) + "; `" + std::string{recipe.name} + " --help` lists commands and options");
    } catch (const CLI::ParseError& e) {
        return fail(exit_code::bad_input, sentence_of(e, recipe));
    } catch (const error& e) {
        return fail(e.code(), e.what());
    } catch (const std::bad_alloc&) {
        return fail(exit_code::out_of_memory, "the memory of this machine is not enough; use --threads 1, or a smaller size in the recipe");
    } catch (const std::exception& e) {
        return fail(exit_code::io, e.what());
    }
}

} // namespace detail::dataset_app

template <class D> int dataset_application<D>::run(const dataset_plan& recipe, int argc, char** argv) { return detail::dataset_app::run(recipe, argc, argv); }

} // namespace facet
