#pragma once

#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/trainer.hpp>
#include <facet/io/atomic_file.hpp>

namespace facet {

struct comparison_request {
    std::span<const plan> variants;
    std::span<const std::string> labels; ///< of the variants; also the names of their folders
    std::vector<std::uint64_t> seeds;
    train_options training;              ///< for all alike; `out` is the folder of the comparison
};

namespace detail {

/// A label as the name of a folder: `loss=tversky{fn_weight=0.8}` may stay, a slash may not.
inline std::string folder_name(std::string label) {
    for (char& c : label)
        if (c == '/' || c == '\0') c = '_';
    return label.empty() ? "variant" : label;
}

inline void refuse_different_budgets(const comparison_request& r) {
    for (std::size_t i = 1; i < r.variants.size(); ++i)
        if (r.variants[i].steps != r.variants[0].steps || r.variants[i].batch != r.variants[0].batch)
            throw bad_input{"the variants '" + r.labels[0] + "' and '" + r.labels[i] + "' differ in their budget; a comparison needs the same steps and batch in all"};
}

} // namespace detail

/// Trains every variant with every seed on the same fold and budget, each into OUT/LABEL/seedN, and writes OUT/comparison.json.
inline nlohmann::ordered_json run_comparison(const comparison_request& r, const store& data) {
    detail::refuse_different_budgets(r);
    nlohmann::ordered_json result{{"command", "compare"}, {"data", data.data_statement()}, {"fold", r.training.fold}, {"seeds", r.seeds}, {"variants", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < r.variants.size(); ++i) {
        nlohmann::ordered_json variant{{"label", r.labels[i]}, {"monitor", r.variants[i].monitor_name}, {"runs", nlohmann::ordered_json::array()}};
        double sum = 0;
        std::size_t n = 0;
        for (const auto seed : r.seeds) {
            auto options = r.training;
            options.seed = seed;
            options.out = r.training.out / detail::folder_name(r.labels[i]) / ("seed" + std::to_string(seed));
            const auto t = trainer<>::train(r.variants[i], data, options);
            if (t.interrupted) throw error{exit_code::interrupted, "stopped while training '" + r.labels[i] + "'; nothing was compared"};
            variant["runs"].push_back({{"seed", seed}, {"run", options.out.lexically_relative(r.training.out).string()}, {"score", t.best_score ? nlohmann::ordered_json(*t.best_score) : nlohmann::ordered_json(nullptr)},
                                       {"steps", t.steps}, {"seconds", t.seconds}});
            if (t.best_score) sum += *t.best_score, ++n;
        }
        variant["mean_score"] = {{"value", n > 0 ? nlohmann::ordered_json(sum / static_cast<double>(n)) : nlohmann::ordered_json(nullptr)}, {"n", n}, {"undefined", r.seeds.size() - n}};
        result["variants"].push_back(std::move(variant));
    }
    write_atomically(r.training.out / "comparison.json", result.dump(1) + "\n");
    return result;
}

/// The result for people: one line a variant, mean over seeds of the best validation score.
inline std::string comparison_table(const nlohmann::ordered_json& result) {
    std::ostringstream out;
    out << "Best validation score, mean over " << result["seeds"].size() << " seed(s); validation chose the checkpoint, so these are optimistic.\n";
    for (const auto& v : result["variants"]) {
        const auto& mean = v["mean_score"]["value"];
        out << "  " << std::left << std::setw(48) << v["label"].get<std::string>() << ' ';
        if (mean.is_null()) out << "undefined";
        else out << std::fixed << std::setprecision(4) << mean.get<double>();
        out << "  " << v["monitor"].get<std::string>() << '\n';
    }
    return out.str();
}

} // namespace facet
