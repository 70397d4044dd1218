#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <facet/app/comparison_request.hpp>
#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/run_identity.hpp>

/// The runs a comparison is made of.
namespace facet::detail {

/// One variant on one fold with one seed.
struct cell {
    std::size_t variant = 0, fold = 0;
    std::uint64_t seed = 1;
    std::filesystem::path folder;
};

/// A label as the name of a folder: `loss=tversky{fn_weight=0.8}` may stay, blanks and slashes may not.
inline std::string folder_name(std::string label) {
    for (char& c : label)
        if (c == '/' || c == '\0' || c == ' ') c = '_';
    return label.empty() ? "variant" : label;
}

/// Whether `wanted` is the label, or some of its words: `loss=focal` chooses both `sampler=natural loss=focal` and `sampler=balanced loss=focal`.
inline bool chooses(const std::string& wanted, const std::string& label) { return !wanted.empty() && (" " + label + " ").find(" " + wanted + " ") != std::string::npos; }

/// A comparison's cells, as asked for.
class cell_plan {
public:
    cell_plan(const comparison_request& request, const patient_split& split) : request_{request} {
        require_distinct_labels();
        if (request.every_fold)
            for (std::size_t k = 0; k < split.folds.size(); ++k) folds_.push_back(k);
        else folds_ = request.folds.empty() ? std::vector<std::size_t>{0} : request.folds;
        seeds_ = request.seeds.empty() ? std::vector<std::uint64_t>{1} : request.seeds;
        for (const auto k : folds_)
            if (k >= split.folds.size()) throw bad_input{"--folds " + std::to_string(k) + " does not exist: the split has folds 0 to " + std::to_string(split.folds.size() - 1)};
        require_once(folds_, "--folds");
        require_once(seeds_, "--seeds");
        for (const auto& wanted : request.only)
            if (std::ranges::none_of(request.labels, [&](const auto& label) { return chooses(wanted, label); })) throw bad_input{"--only '" + wanted + "' is no variant; there are " + all_labels()};
        reference_ = request.reference.empty() ? 0 : place_of(request.reference);
    }

    [[nodiscard]] const std::vector<std::size_t>& folds() const { return folds_; }
    [[nodiscard]] const std::vector<std::uint64_t>& seeds() const { return seeds_; }
    [[nodiscard]] std::size_t reference() const { return reference_; }
    [[nodiscard]] bool chosen(std::size_t variant) const {
        return request_.only.empty() || std::ranges::any_of(request_.only, [&](const auto& wanted) { return chooses(wanted, request_.labels[variant]); });
    }
    /// Fold by fold and seed by seed, in the same order for every variant.
    [[nodiscard]] std::vector<cell> of_variant(std::size_t variant) const {
        std::vector<cell> out;
        for (const auto fold : folds_)
            for (const auto seed : seeds_)
                out.push_back({variant, fold, seed, request_.training.out / folder_name(request_.labels[variant]) / ("fold" + std::to_string(fold) + "_seed" + std::to_string(seed))});
        return out;
    }
    /// Those to train: every variant on one fold with one seed before the next, so that an early stop leaves whole comparisons.
    [[nodiscard]] std::vector<cell> to_train() const {
        std::vector<cell> out;
        for (std::size_t place = 0; place < folds_.size() * seeds_.size(); ++place)
            for (std::size_t v = 0; v < request_.variants.size(); ++v)
                if (chosen(v)) out.push_back(of_variant(v)[place]);
        return out;
    }

private:
    void require_distinct_labels() const {
        std::set<std::string> seen;
        for (const auto& label : request_.labels)
            if (!seen.insert(folder_name(label)).second) throw bad_input{"two variants are the same ('" + label + "'); leave one of them out"};
    }
    template <class Values> static void require_once(const Values& values, const char* option) {
        std::set seen(values.begin(), values.end());
        if (seen.size() != values.size()) throw bad_input{std::string{option} + " names one of its numbers twice"};
    }
    [[nodiscard]] std::string all_labels() const {
        std::string out;
        for (const auto& label : request_.labels) out += (out.empty() ? "'" : ", '") + label + "'";
        return out;
    }
    [[nodiscard]] std::size_t place_of(const std::string& wanted) const {
        std::vector<std::size_t> found;
        for (std::size_t v = 0; v < request_.labels.size(); ++v)
            if (request_.labels[v] == wanted) return v;
            else if (chooses(wanted, request_.labels[v])) found.push_back(v);
        if (found.size() != 1) throw bad_input{"--reference '" + wanted + "' is not one variant; there are " + all_labels()};
        return found.front();
    }

    const comparison_request& request_;
    std::vector<std::size_t> folds_;
    std::vector<std::uint64_t> seeds_;
    std::size_t reference_ = 0;
};

/// How a cell is trained.
inline train_options training_of(const comparison_request& request, const cell& c) {
    auto options = request.training;
    options.out = c.folder;
    options.fold = c.fold;
    options.seed = c.seed;
    return options;
}

/// How far a cell is: empty where nothing was begun, otherwise the step of its last saved state. Throws bad_input where the folder holds a
/// run of another recipe.
inline std::optional<std::int64_t> steps_of(const comparison_request& request, const cell& c, const store& data, const patient_split& split) {
    const bool begun = std::filesystem::exists(c.folder / "run.json");
    if (!begun && !run_directory::holds_state(c.folder)) return std::nullopt;
    const auto& p = request.variants[c.variant];
    const auto options = training_of(request, c);
    const auto slices = parts_of(data, split, c.fold).train.size();
    if (const auto other = difference(identity_of(p, data, fingerprint(split), options, std::min(slices, options.limit.value_or(slices))), identity_in_run_json(c.folder)); !other.empty())
        throw bad_input{"'" + c.folder.string() + "' holds a run of another recipe (" + other + "); name another --out, or remove that folder"};
    return run_directory::steps_done(c.folder).value_or(0);
}

} // namespace facet::detail
