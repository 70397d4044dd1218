#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include <facet/core/rng.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/weights.hpp>
#include <facet/io/atomic_file.hpp>

#include "evaluate/made_slices.hpp"

/// A store of the made slices, split into test, and two folds.
/// Without fractures: of other patients, unless they are asked to be the same.
inline void make_store(const std::filesystem::path& folder, bool broken = true, bool same_patients = false) {
    const made_slices data;
    facet::store_writer writer{folder, data.slices.size(), data.size};
    for (std::size_t s = 0; s < data.slices.size(); ++s) {
        auto info = data.slices[s];
        info.source = "cohort";
        if (!broken && !same_patients) info.patient = "other_" + info.patient;
        info.anatomy = "template";
        std::vector<std::uint8_t> mask(data.stack().mask(s).begin(), data.stack().mask(s).end());
        if (!broken) {
            std::ranges::replace(mask, std::uint8_t{1}, std::uint8_t{0});
            info.native_fracture_pixels = 0;
        }
        writer.add(info, data.stack().image(s), mask);
    }
    writer.finish({{"data", "semi-synthetic, one CT"},
                   {"recipe", {{"labels", {{"policy", "labels::totalsegmentator"}}}, {"levels", {{"first", 27}, {"last", 40}}},
                               {"crop", {{"policy", "crop::vertebra_box"}, {"margin", {{"value", 5.0}}}}},
                               {"slices", {{"policy", "slices::sagittal"}, {"size", 16}, {"pixel", {{"value", 6.0}}}, {"step", {{"value", 0.0}}}}},
                               {"scale", {{"policy", "scale::constant"}}}}}});
    if (broken) facet::make_split(facet::store{folder}, {.folds = 2, .test = 2, .seed = 1, .allow_shared_template = true});
}

/// A run whose network is as it was drawn: what evaluate and predict need of training.
inline void make_run(const facet::plan& p, const facet::store& data, const std::filesystem::path& run) {
    std::filesystem::create_directories(run / "checkpoints");
    facet::checkpoint_info c;
    c.experiment = std::string{p.name};
    c.description = p.describe();
    c.epoch = 3;
    c.score = 0.25;
    c.threshold = {.value = 0.4, .objective = 0.3, .at_edge = false, .plateau_low = 0.35, .plateau_high = 0.45};
    c.threshold_objective = "f1";
    c.dataset_hash = data.content_hash();
    if (std::filesystem::exists(data.folder() / "split.json")) {
        const auto split = facet::patient_split::load(data);
        const auto parts = facet::parts_of(data, split, 0);
        c.split = facet::fingerprint(split);
        c.patients = facet::fingerprints(data, {parts.train, parts.validation});
    }
    c.data_statement = data.data_statement();
    const auto net = p.make_network();
    facet::rng::stream draw{facet::rng::key(5)};
    for (auto& [name, tensor] : net->parameters()) {
        auto values = tensor.detach().view(-1);
        const double spread = tensor.dim() > 1 ? std::sqrt(2.0 / static_cast<double>(tensor.numel() / tensor.size(0))) : 0; // keeps logits within the histogram
        for (std::int64_t i = 0; i < values.numel(); ++i) values[i] = spread > 0 ? draw.normal(0, spread) : name.ends_with("weight") ? 1.0 : 0.0;
    }
    facet::write_atomically(run / "checkpoints" / "ep03_prauc0.2500.safetensors", facet::weights::serialise(facet::weights::all_of(*net), facet::metadata_of(c)));
    facet::write_atomically(run / "dataset.json", data.dataset_json());
}
