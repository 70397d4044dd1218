#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/train_options.hpp>
#include <facet/io/safetensors.hpp>

/// The facts that make a run what it is: whoever continues it must share them. They stand in run.json and in every saved state.
namespace facet {

using run_identity = safetensors::metadata;

/// Of a run of this plan; `split` is its fingerprint().
[[nodiscard]] inline run_identity identity_of(const plan& p, const store& data, const std::string& split, const train_options& options, std::size_t training_slices) {
    return {{"description", p.describe()}, {"dataset_hash", data.content_hash()}, {"fold", std::to_string(options.fold)}, {"seed", std::to_string(options.seed)},
            {"steps", std::to_string(options.steps.value_or(p.steps))}, {"batch", std::to_string(p.batch)}, {"training_slices", std::to_string(training_slices)}, {"split", split}, {"limit", options.limit ? std::to_string(*options.limit) : "null"}};
}

/// What RUN/run.json says. Throws bad_input where it is no description of a run.
[[nodiscard]] inline run_identity identity_in_run_json(const std::filesystem::path& run) {
    std::ifstream file{run / "run.json"};
    const auto about = nlohmann::json::parse(file, nullptr, false);
    if (!about.is_object()) throw bad_input{"'" + (run / "run.json").string() + "' is damaged: it does not describe a run"};
    run_identity found;
    for (const auto& [key, value] : about.items()) found[key] = value.is_string() ? value.get<std::string>() : value.dump();
    return found;
}

/// What `found` was started with that `expected` was not, as the end of a sentence: "seed 1, not 2", "another loss". Empty where all agrees.
[[nodiscard]] inline std::string difference(const run_identity& expected, const run_identity& found) {
    const auto text = [](const run_identity& from, const std::string& key) {
        const auto at = from.find(key);
        return at == from.end() ? std::string{} : at->second;
    };
    const auto now = nlohmann::json::parse(text(expected, "description"), nullptr, false), then = nlohmann::json::parse(text(found, "description"), nullptr, false);
    if (!then.is_object()) return "policies that it does not tell";
    for (const auto& [role, policy] : now.items())
        if (!then.contains(role) || then[role] != policy) return role == "experiment" ? "another experiment" : "another " + role;
    for (const auto& [key, wanted] : expected) {
        if (key == "description") continue;
        if (const auto was = text(found, key); was != wanted) return key + " " + was + ", not " + wanted;
    }
    return {};
}

/// Throws bad_input where the store's split is not the one the experiment was written for.
inline void require_split(const plan& p, const patient_split& split, const std::filesystem::path& folder) {
    const auto require = [&](std::size_t wanted, std::size_t found, const char* what, const char* option) {
        if (wanted == 0 || wanted == found) return;
        throw bad_input{"'" + (folder / "split.json").string() + "' has " + std::to_string(found) + " " + what + "; " + std::string{p.name} + " requires " + std::to_string(wanted)
                        + ": run `split` with " + option + " " + std::to_string(wanted)};
    };
    require(p.folds, split.folds.size(), "folds", "--folds");
    require(p.test_patients, split.test.size(), "test patients", "--test");
}

/// The slices of one fold that this plan is trained and validated on. Throws bad_input where the store's slices have another size, its split is
/// not the one asked for, or the fold is not there or empty.
[[nodiscard]] inline slice_parts parts_for(const plan& p, const store& data, std::size_t fold) {
    if (static_cast<int>(data.size()) != p.size)
        throw bad_input{"'" + data.folder().string() + "' holds slices of " + std::to_string(data.size()) + " pixels; " + std::string{p.name} + " takes input::size{" + std::to_string(p.size) + "}"};
    const auto split = patient_split::load(data);
    require_split(p, split, data.folder());
    if (fold >= split.folds.size())
        throw bad_input{"--fold " + std::to_string(fold) + " does not exist: split.json of '" + data.folder().string() + "' has folds 0 to " + std::to_string(split.folds.size() - 1)};
    auto parts = parts_of(data, split, fold);
    if (parts.train.empty() || parts.validation.empty()) throw bad_input{"fold " + std::to_string(fold) + " leaves no slices for training or for validation; make a split with more patients"};
    return parts;
}

} // namespace facet
