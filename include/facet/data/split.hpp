#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <range/v3/view/chunk.hpp>

#include <facet/core/error.hpp>
#include <facet/core/rng.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/store.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/text_file.hpp>

/// Splits by patient: a fixed test set and k folds, stratified by fracture load, written to and read from STORE/split.json.
namespace facet {

struct split_options {
    std::size_t folds = 5;
    std::size_t test = 8;                ///< patients
    std::uint64_t seed = 1;
    bool allow_shared_template = false;  ///< recorded consent that patients of one template lie in several parts
};

namespace detail {

/// What decides where a patient belongs.
struct patient_load {
    std::string patient, anatomy;
    std::size_t slices = 0, positive_slices = 0;
    std::set<int> vertebrae, positive_vertebrae;
};

inline std::vector<patient_load> patient_loads(const store& data) {
    std::map<std::string, patient_load> by_name;
    for (const auto& s : data.slices()) {
        auto& p = by_name[s.patient];
        p.patient = s.patient;
        p.anatomy = s.anatomy;
        ++p.slices;
        p.vertebrae.insert(s.vertebra);
        if (s.fracture_pixels > 0) {
            ++p.positive_slices;
            p.positive_vertebrae.insert(s.vertebra);
        }
    }
    std::vector<patient_load> loads;
    for (auto& [name, load] : by_name) loads.push_back(std::move(load));
    return loads;
}

/// Most fractures first; equals in an order drawn from the seed.
inline void sort_by_load(std::vector<patient_load>& loads, std::uint64_t seed) {
    std::vector<std::pair<std::uint64_t, patient_load>> keyed;
    for (std::size_t i = 0; i < loads.size(); ++i) keyed.emplace_back(rng::key(seed, std::uint64_t{'o'}, i), std::move(loads[i]));
    std::ranges::sort(keyed, [](const auto& a, const auto& b) {
        const auto rank = [](const auto& x) { return std::tuple{-static_cast<long>(x.second.positive_vertebrae.size()), -static_cast<long>(x.second.positive_slices), x.first}; };
        return rank(a) < rank(b);
    });
    for (std::size_t i = 0; i < loads.size(); ++i) loads[i] = std::move(keyed[i].second);
}

/// Moves one patient out of each of `n` equal stretches to `test`, the others to `rest`.
inline void draw_stretches(std::span<const patient_load> sorted, std::size_t n, rng::stream& draw, std::vector<patient_load>& test, std::vector<patient_load>& rest) {
    if (n == 0) rest.insert(rest.end(), sorted.begin(), sorted.end());
    for (std::size_t stretch = 0; stretch < n; ++stretch) {
        const std::size_t begin = stretch * sorted.size() / n, end = (stretch + 1) * sorted.size() / n;
        const std::size_t chosen = begin + draw.below(end - begin);
        for (std::size_t i = begin; i < end; ++i) (i == chosen ? test : rest).push_back(sorted[i]);
    }
}

/// The test set has fractures as the whole has: its share of the patients with fractures, light ones and heavy ones. Where they are few,
/// every fold gets one before the test set gets a second.
inline std::vector<patient_load> draw_test(std::vector<patient_load>& sorted, std::size_t n, std::size_t folds, std::uint64_t seed) {
    const std::size_t all = sorted.size(), healthy = static_cast<std::size_t>(std::ranges::count_if(sorted, [](const auto& p) { return p.positive_slices == 0; })), broken = all - healthy;
    const std::size_t fair = (2 * n * broken + all) / (2 * all), spare = broken > folds ? broken - folds : 0;
    const std::size_t with_fracture = std::max(n > healthy ? n - healthy : 0, std::min({n, broken, std::max<std::size_t>(1, std::min(fair, spare))}));
    std::vector<patient_load> test, rest;
    rng::stream draw{rng::key(seed, std::uint64_t{'t'})};
    const std::span patients{std::as_const(sorted)};
    draw_stretches(patients.first(broken), with_fracture, draw, test, rest);
    draw_stretches(patients.last(healthy), n - with_fracture, draw, test, rest);
    sorted = std::move(rest);
    return test;
}

/// Deals the sorted patients in rounds of k, each round in an order of its own.
inline std::vector<std::vector<patient_load>> deal(const std::vector<patient_load>& sorted, std::size_t k, std::uint64_t seed) {
    std::vector<std::vector<patient_load>> folds(k);
    std::uint64_t round = 0;
    for (auto&& hand : sorted | ranges::views::chunk(k)) {
        const rng::permutation order{k, rng::key(seed, std::uint64_t{'f'}, round++)};
        std::uint64_t seat = 0;
        for (const auto& patient : hand) folds[order(seat++)].push_back(patient);
    }
    return folds;
}

inline nlohmann::json part_json(const std::vector<patient_load>& part, const std::set<int>& levels) {
    std::size_t slices = 0, positive = 0, vertebrae = 0, broken = 0;
    std::set<int> with_fracture;
    for (const auto& p : part) {
        slices += p.slices, positive += p.positive_slices;
        vertebrae += p.vertebrae.size(), broken += p.positive_vertebrae.size();
        with_fracture.insert(p.positive_vertebrae.begin(), p.positive_vertebrae.end());
    }
    auto missing = nlohmann::json::array();
    for (const int level : levels)
        if (!with_fracture.contains(level)) missing.push_back(printed(vertebra_id{level}));
    return {{"patients", part.size()}, {"slices", slices}, {"positive_slices", positive}, {"vertebrae", vertebrae}, {"positive_vertebrae", broken}, {"levels_without_positives", missing}};
}

inline std::vector<std::string> names_of(const std::vector<patient_load>& part) {
    std::vector<std::string> names;
    for (const auto& p : part) names.push_back(p.patient);
    std::ranges::sort(names);
    return names;
}

inline void require_positives(const std::vector<patient_load>& part, const std::string& name) {
    if (std::ranges::none_of(part, [](const auto& p) { return p.positive_slices > 0; }))
        throw bad_input{"no patient of " + name + " has a fracture, so nothing can be judged there; use fewer parts, another --seed, or more data"};
}

/// A template shared by several parts means that train and test show the same bones.
inline void check_templates(const std::vector<std::vector<patient_load>>& parts, bool waived, const std::string& remedy) {
    std::map<std::string, std::size_t> home;
    for (std::size_t part = 0; part < parts.size(); ++part)
        for (const auto& p : parts[part])
            if (p.anatomy.empty()) continue; // a scan of its own
            else if (const auto [at, is_new] = home.emplace(p.anatomy, part); !waived && !is_new && at->second != part)
                throw bad_input{"patients made from the template '" + p.anatomy + "' lie in several parts of the split, so train and test would share anatomy; " + remedy};
}

} // namespace detail

/// Splits the patients of a store and writes STORE/split.json. Returns what was written.
inline nlohmann::json make_split(const store& data, const split_options& options) {
    using namespace detail;
    auto loads = patient_loads(data);
    const std::size_t patients = loads.size();
    if (patients < 2) throw bad_input{"the store has one patient only ('" + loads.front().patient + "'); a split needs patients to train on and others to judge by"};
    if (options.folds < 2) throw bad_input{"--folds " + std::to_string(options.folds) + " leaves nothing to validate on; use at least 2"};
    if (options.test >= patients) throw bad_input{"--test " + std::to_string(options.test) + " leaves no patient to train on: the store has " + std::to_string(patients)};
    if (options.folds > patients - options.test)
        throw bad_input{"--folds " + std::to_string(options.folds) + " is more than the " + std::to_string(patients - options.test) + " patients that remain after --test " + std::to_string(options.test)};
    if (std::ranges::none_of(loads, [](const auto& p) { return p.positive_slices > 0; }))
        throw bad_input{"no patient of the store has a fracture; there is nothing to train or judge"};

    std::set<int> levels;
    for (const auto& p : loads) levels.insert(p.vertebrae.begin(), p.vertebrae.end());
    sort_by_load(loads, options.seed);
    const auto test = options.test > 0 ? draw_test(loads, options.test, options.folds, options.seed) : std::vector<patient_load>{};
    const auto folds = deal(loads, options.folds, options.seed);

    auto parts = folds;
    parts.push_back(test);
    // Virtual patients of one CT share it by construction: the cohort itself is the consent, and the split records it.
    const bool cohort = std::ranges::all_of(data.slices(), [](const slice_info& s) { return s.source == "cohort"; });
    const bool waived = options.allow_shared_template || cohort;
    check_templates(parts, waived, "to record that this is meant, add --allow-shared-template");
    if (options.test > 0) require_positives(test, "the test set");
    nlohmann::json counts = {{"test", part_json(test, levels)}}, names = nlohmann::json::array();
    for (std::size_t k = 0; k < folds.size(); ++k) {
        require_positives(folds[k], "fold " + std::to_string(k));
        names.push_back(names_of(folds[k]));
        counts["folds"].push_back(part_json(folds[k], levels));
    }
    const nlohmann::json split = {{"format", 1},        {"content_hash", data.content_hash()}, {"seed", options.seed},
                                  {"test", names_of(test)}, {"folds", names},                 {"shared_template_waiver", waived},
                                  {"parts", counts}};
    write_atomically(data.folder() / "split.json", split.dump(2) + "\n");
    return split;
}

inline patient_split patient_split::load(const store& data) {
    const auto path = data.folder() / "split.json";
    const auto name = "'" + path.string() + "'";
    if (!std::filesystem::exists(path)) throw bad_input{"the store has no split.json; `split --data " + data.folder().string() + " --folds K --test N` writes it"};
    patient_split split;
    try {
        const auto json = nlohmann::json::parse(read_text(path));
        if (json.at("content_hash").get<std::string>() != data.content_hash()) throw bad_input{name + " was made for other data than this store holds; run `split` again"};
        split.test = json.at("test").get<std::vector<std::string>>();
        split.folds = json.at("folds").get<std::vector<std::vector<std::string>>>();
        split.seed = json.at("seed").get<std::uint64_t>();
        split.shared_template_waiver = json.at("shared_template_waiver").get<bool>();
    } catch (const nlohmann::json::exception&) {
        throw bad_input{name + " is damaged: it is not a split; run `split` again"};
    }

    std::map<std::string, detail::patient_load> loads;
    for (auto& p : detail::patient_loads(data)) loads.emplace(p.patient, p);
    std::set<std::string> seen;
    std::vector<std::vector<detail::patient_load>> parts;
    const auto take = [&](const std::vector<std::string>& patients) {
        auto& part = parts.emplace_back();
        for (const auto& patient : patients) {
            const auto at = loads.find(patient);
            if (at == loads.end()) throw bad_input{name + " names the patient '" + patient + "', whom the store does not have; run `split` again"};
            if (!seen.insert(patient).second) throw bad_input{name + " puts the patient '" + patient + "' into two parts; every patient belongs to exactly one"};
            part.push_back(at->second);
        }
    };
    take(split.test);
    for (const auto& fold : split.folds) take(fold);
    for (const auto& [patient, load] : loads)
        if (!seen.contains(patient)) throw bad_input{name + " does not say where the patient '" + patient + "' belongs; run `split` again"};
    detail::check_templates(parts, split.shared_template_waiver, "make the split with --allow-shared-template if this is meant");
    if (split.folds.size() < 2) throw bad_input{name + " has fewer than two folds; run `split` with --folds 2 or more"};
    if (!split.test.empty()) detail::require_positives(parts.front(), "the test set");
    for (std::size_t k = 0; k < split.folds.size(); ++k) detail::require_positives(parts[k + 1], "fold " + std::to_string(k));
    return split;
}

/// Tells splits apart: who is tested, and who is in which fold. A run records it, because a store may be split again.
[[nodiscard]] inline std::string fingerprint(const patient_split& split) {
    std::string text;
    const auto add = [&](const std::vector<std::string>& patients) {
        for (const auto& patient : patients) (text += patient) += '\n';
        text += "--\n";
    };
    add(split.test);
    for (const auto& fold : split.folds) add(fold);
    return store_format::hash(text);
}

/// One hash a patient, so that a checkpoint can say whom it was trained on without naming anybody.
[[nodiscard]] inline std::string fingerprint_of_patient(const std::string& patient) { return store_format::hash(patient); }

/// Of the patients these slices are of, each once, separated by commas.
[[nodiscard]] inline std::string fingerprints(const store& data, std::initializer_list<std::span<const std::uint32_t>> parts) {
    std::set<std::string> names;
    for (const auto slices : parts)
        for (const auto s : slices) names.insert(data.slices()[s].patient);
    std::string out;
    for (const auto& name : names) (out += out.empty() ? "" : ",") += fingerprint_of_patient(name);
    return out;
}

inline slice_parts parts_of(const store& data, const patient_split& split, std::size_t fold) {
    if (fold >= split.folds.size()) throw bad_input{"--fold " + std::to_string(fold) + " does not exist: the split has folds 0 to " + std::to_string(split.folds.size() - 1)};
    const std::set<std::string> test(split.test.begin(), split.test.end()), validation(split.folds[fold].begin(), split.folds[fold].end());
    slice_parts parts;
    for (const auto& s : data.slices()) (test.contains(s.patient) ? parts.test : validation.contains(s.patient) ? parts.validation : parts.train).push_back(s.index);
    return parts;
}

} // namespace facet
