#pragma once

// unit: facet::evaluator<>
// library: engine

#include <facet/evaluate/evaluator.hpp>

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/inference.hpp>
#include <facet/evaluate/evaluation.hpp>
#include <facet/evaluate/network_scores.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/text_file.hpp>

namespace facet::detail {

/// Which slices are judged, and which the thresholds and the trivial scorers are fitted on.
struct evaluation_parts {
    std::string name; ///< test, validation or all
    std::vector<std::uint32_t> judged, validation, training;
};

inline std::vector<std::uint32_t> every_slice(const store& data) {
    std::vector<std::uint32_t> all(data.count());
    for (std::size_t s = 0; s < all.size(); ++s) all[s] = static_cast<std::uint32_t>(s);
    return all;
}

/// A store made anew from the same scans has another hash, but the same patients.
inline void refuse_known_patients(const store& data, std::span<const std::uint32_t> judged, const checkpoint_info& checkpoint, const evaluate_options& options) {
    std::set<std::string> patients;
    for (const auto s : judged) patients.insert(data.slices()[s].patient);
    for (const auto& patient : patients) {
        if (checkpoint.patients.find(fingerprint_of_patient(patient)) != std::string::npos)
            throw bad_input{"patient '" + patient + "' of '" + options.data.string() + "' is one that '" + options.run.string() + "' was trained or chosen on; judge it on other patients"};
    }
}

inline evaluation_parts parts_to_judge(const store& data, const checkpoint_info& checkpoint, const evaluate_options& options) {
    const auto& part = options.split;
    if (part != "test" && part != "val" && part != "all") throw bad_input{"--split takes test, val or all, not '" + part + "'"};
    const bool own = data.content_hash() == checkpoint.dataset_hash;
    if (!own && !options.stored_thresholds)
        throw bad_input{"'" + options.data.string() + "' is not the store that '" + options.run.string() + "' was trained on (content hash " + data.content_hash() + ", not "
                        + checkpoint.dataset_hash + "); to judge another store with the run's thresholds, add --thresholds stored"};
    if (own && part == "all")
        throw bad_input{"--split all would judge the patients the run was trained on; it is for another store than the run's own"};
    if (part == "all") {
        auto all = every_slice(data);
        refuse_known_patients(data, all, checkpoint, options);
        return {.name = "all", .judged = std::move(all), .validation = {}, .training = {}};
    }

    const auto split = patient_split::load(data);
    if (own && fingerprint(split) != checkpoint.split)
        throw bad_input{"'" + (data.folder() / "split.json").string() + "' is not the split that '" + options.run.string()
                        + "' was trained with, so patients to judge may be patients it was trained on; train again, or make the split with its old --seed"};
    auto parts = parts_of(data, split, own ? checkpoint.fold : 0);
    if (!own) parts.train.clear(); // of other patients than the run's
    auto judged = part == "val" ? parts.validation : parts.test;
    if (!own) refuse_known_patients(data, judged, checkpoint, options);
    return {.name = part == "val" ? "validation" : "test", .judged = std::move(judged), .validation = std::move(parts.validation), .training = std::move(parts.train)};
}

/// Trivial scorers read the map directly; what they read is verified as the network's slices are.
inline void verify_slices(const store& data, std::span<const std::uint32_t> slices) {
    std::vector<bool> wanted(data.count() / data.slices_per_chunk() + 1);
    for (const auto s : slices) wanted[s / data.slices_per_chunk()] = true;
    for (std::size_t chunk = 0; chunk < wanted.size(); ++chunk)
        if (wanted[chunk]) data.verify_chunk(chunk);
}

/// Where the results go: beside the run's weights, or apart where another store was judged.
inline std::filesystem::path evaluation_folder(const store& data, const checkpoint_info& checkpoint, const evaluate_options& options) {
    if (!options.out.empty()) return options.out;
    if (data.content_hash() == checkpoint.dataset_hash) return options.split == "test" ? options.run : options.run / "validation"; // the optimistic result does not replace the other
    const auto folder = std::filesystem::weakly_canonical(options.data); // without a trailing slash, so that it has a name
    return options.run / "elsewhere" / folder.filename();
}

} // namespace facet::detail

namespace facet {

template <class T> evaluation_summary evaluator<T>::evaluate(const plan& p, const evaluate_options& options) {
    const auto checkpoint = inference<>::checkpoints(p, options.run).front();
    const store data{options.data};
    if (data.size() != static_cast<std::size_t>(p.size))
        throw bad_input{"'" + options.data.string() + "' holds slices of " + std::to_string(data.size()) + " pixels; " + std::string{p.name} + " takes " + std::to_string(p.size)};
    const auto parts = detail::parts_to_judge(data, checkpoint, options);
    detail::verify_slices(data, parts.judged);
    detail::verify_slices(data, parts.training);

    evaluation_request request;
    request.experiment = p.name;
    request.data = data.data_statement();
    request.part = parts.name;
    request.checkpoint = checkpoint.path.filename().string();
    request.dataset_hash = data.content_hash();
    request.stack = {.size = data.size(), .slices = data.slices(), .images = data.images(), .masks = data.masks()};
    request.judged = parts.judged;
    request.training = parts.training;
    request.pixel_threshold = checkpoint.threshold.value;
    request.pixel_objective = checkpoint.threshold_objective;
    request.pixel_fitted_on = checkpoint.threshold_objective == "fixed" ? "nothing" : "validation";
    request.pixel_objective_value = checkpoint.threshold.objective;
    request.pixel_at_edge = checkpoint.threshold.at_edge;
    request.point_objective = p.point_objective;
    request.resamples = options.resamples;
    for (const auto& m : p.metrics) request.metrics.push_back({std::string{m.name}, m.of_counts, m.of_ranking, m.of_surface, m.of_lesions});

    const inference<> network{p, checkpoint, options.where};
    if (options.stored_thresholds) {
        const auto stored = options.run / "evaluation.json";
        if (!std::filesystem::exists(stored))
            throw bad_input{"'" + stored.string() + "' is not there, so no thresholds are stored; run `evaluate` on the run's own store first"};
        const auto text = read_text(stored);
        request.points = evaluation<>::stored_points(text, stored.string(), checkpoint.path.filename().string());
        if (p.postprocess.alternatives > 0) request.postprocess = evaluation<>::stored_postprocess(text, stored.string(), p.postprocess);
    } else {
        detail::verify_slices(data, parts.validation);
        postprocess_search search{p.postprocess};
        std::function<void(const of_part<part::validation, vertebra_stack>&)> look;
        if (p.postprocess.alternatives > 0) look = [&](const auto& v) { search.add(v); };
        request.points = fit_points(detail::network_scores<part::validation>(network, data, parts.validation, look), p.choose_point);
        if (p.postprocess.alternatives > 0) request.postprocess = search.choose(p.choose_threshold);
    }
    mask_findings findings{p.postprocess, request.postprocess ? request.postprocess->alternative : 0, request.postprocess ? request.postprocess->threshold.value : request.pixel_threshold};
    const auto judged = detail::network_scores<part::test>(network, data, parts.judged, [&](const auto& v) { findings.add(v); });
    request.network = &judged;
    request.findings = &findings;

    const auto result = evaluation<>::judge(request);
    const auto folder = detail::evaluation_folder(data, checkpoint, options);
    std::filesystem::create_directories(folder);
    write_atomically(folder / "scores.csv", result.scores_csv);
    write_atomically(folder / "curves.json", result.curves);
    write_atomically(folder / "evaluation.json", result.json); // last: where it is, the others are
    return {.file = folder / "evaluation.json", .table = result.table, .line = result.line};
}

} // namespace facet
