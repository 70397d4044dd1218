#pragma once

// unit: facet::predictor<>
// library: engine
// needs: itk

#include <facet/predict/predictor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iomanip>
#include <limits>
#include <optional>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/data/layout.hpp>
#include <facet/data/recipe.hpp>
#include <facet/data/slice_frame.hpp>
#include <facet/data/slicer.hpp>
#include <facet/data/translate_labels.hpp>
#include <facet/engine/inference.hpp>
#include <facet/evaluate/evaluation.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/itk.hpp>
#include <facet/io/or_null.hpp>
#include <facet/io/text_file.hpp>
#include <facet/predict/painter.hpp>
#include <facet/report/prediction_picture.hpp>

namespace facet::detail::prediction {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// How the run's slices were cut.
inline slicing slicing_of_run(const fs::path& run, const std::string& scheme) {
    const auto path = run / "dataset.json";
    if (!fs::exists(path)) throw bad_input{"'" + path.string() + "' is not there, so it is not known how the run's slices were cut; train again with this version"};
    const auto description = nlohmann::json::parse(read_text(path), nullptr, false);
    if (description.is_discarded() || !description.contains("recipe")) throw bad_input{"'" + path.string() + "' is damaged: it holds no recipe"};
    auto recipe = slicing_from(description["recipe"]);
    if (scheme == "totalsegmentator") recipe.scheme = labels::totalsegmentator{};
    else if (scheme == "verse") recipe.scheme = labels::verse{};
    else if (!scheme.empty()) throw bad_input{"--labels takes totalsegmentator or verse, not '" + scheme + "'"};
    return recipe;
}

/// What stands first in every output.
inline std::string statement(const std::string& data) {
    if (data == "semi-synthetic, one CT")
        return "The network was trained on virtual patients of one CT. On that CT this is prediction on the training template; on any CT it shows the software, not fracture detection.";
    if (data == "analytic phantom") return "The network was trained on analytic phantoms: this shows the software, not fracture detection.";
    return "Research software, not a medical device.";
}

/// The vertebra threshold that an evaluation of the run stored; empty where none did.
inline std::optional<fitted_point> vertebra_threshold(const fs::path& run, const checkpoint_info& checkpoint) {
    const auto path = run / "evaluation.json";
    if (!fs::exists(path)) return std::nullopt;
    return evaluation<>::stored_points(read_text(path), path.string(), checkpoint.path.filename().string()).vertebra;
}

struct scan {
    ct_volume ct;
    label_volume labels;
    scan_frames layout;
};

inline scan load(const predict_options& options, const slicing& recipe) {
    scan s;
    s.ct = image_io<>::read_ct(options.ct);
    s.labels = image_io<>::read_labels(options.vertebrae);
    if (const auto difference = disagreement(s.labels.grid, s.ct.grid))
        throw bad_input{"'" + options.vertebrae.string() + "' does not lie on the grid of '" + options.ct.string() + "': " + *difference};
    translate_labels(s.labels, recipe.scheme, options.vertebrae.string());
    s.layout = frames_of(layout_of(s.labels, recipe.wanted), recipe);
    if (s.layout.frames.empty())
        throw bad_input{"'" + options.vertebrae.string() + "' holds no complete vertebra from " + printed({recipe.wanted.first}) + " to " + printed({recipe.wanted.last})
                        + "; expected at least one that the scan's border does not cut, in the numbers of the label scheme (--labels totalsegmentator or verse)"};
    return s;
}

/// One vertebra as the network sees it, and what it says.
struct judged_vertebra {
    std::vector<std::int16_t> images;
    std::vector<std::uint8_t> masks; ///< 255 on other bones, 0 elsewhere
    std::vector<float> logits, probability;
    std::optional<double> score;
};

inline judged_vertebra judge(const inference<>& network, const slicer& cutter, const slice_frame& frame) {
    const auto pixels = frame.size * frame.size;
    judged_vertebra v;
    v.images.resize(frame.count * pixels);
    v.masks.resize(v.images.size());
    v.probability.resize(v.images.size());
    v.logits.resize(v.images.size());
    for (std::size_t s = 0; s < frame.count; ++s) cutter.cut(frame, s, std::span{v.images}.subspan(s * pixels, pixels), std::span{v.masks}.subspan(s * pixels, pixels));
    top_scores top;
    network.score(std::span<const std::int16_t>{v.images}, [&](std::span<const std::uint32_t> slices, const float* logits) {
        for (std::size_t i = 0; i < slices.size(); ++i)
            for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
                const float logit = logits[i * pixels + pixel];
                const auto place = slices[i] * pixels + pixel;
                v.probability[place] = static_cast<float>(1 / (1 + std::exp(-static_cast<double>(logit))));
                v.logits[place] = v.masks[place] == ignore_label ? -std::numeric_limits<float>::infinity() : logit;
                if (v.masks[place] != ignore_label) top.add(logit);
            }
    });
    v.score = top.score();
    return v;
}

/// Postprocess and threshold that an evaluation stored; a postprocess with nothing to choose is applied at the checkpoint's threshold where none did.
inline std::optional<postprocess_choice> chosen_postprocess(const plan& p, const fs::path& run, const checkpoint_info& checkpoint) {
    if (p.postprocess.alternatives == 0) return std::nullopt;
    const auto path = run / "evaluation.json";
    if (fs::exists(path)) return evaluation<>::stored_postprocess(read_text(path), path.string(), p.postprocess);
    if (p.postprocess.alternatives > 1) throw bad_input{"'" + path.string() + "' is not there, so the postprocess is not fitted; run `evaluate` on the run's own store first"};
    return postprocess_choice{.alternative = 0, .policy = p.postprocess.describe(0), .threshold = checkpoint.threshold, .objective_without = {}, .at_edge = {}};
}

/// Probabilities of a vertebra's pixels after postprocessing; 0 where it removed them.
inline std::vector<float> postprocessed(const plan& p, const postprocess_choice& choice, const judged_vertebra& v, const slice_frame& f) {
    const postprocess::stack_shape shape{{f.count, f.size, f.size}, {f.step, f.pixel, f.pixel}};
    const auto result = final_mask_of(v.logits, shape, p.postprocess, choice.alternative, choice.threshold.value);
    std::vector<float> out(v.logits.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
        const bool removed = p.postprocess.change_mask != nullptr && result.mask[i] == 0;
        out[i] = removed ? 0 : static_cast<float>(1 / (1 + std::exp(-static_cast<double>(result.logits[i]))));
    }
    return out;
}

/// The slice of a vertebra to show.
inline report::predicted_slice pictured(const slice_frame& f, const judged_vertebra& v, std::span<const float> probability, double pixel_threshold, const std::optional<fitted_point>& threshold) {
    const auto shown = report::most_marked(probability, v.masks, f.count, pixel_threshold);
    const auto of = [&](const auto& all) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(shown * f.size * f.size);
        return std::vector(first, first + static_cast<std::ptrdiff_t>(f.size * f.size));
    };
    return {.vertebra = f.vertebra, .position = shown, .count = f.count, .score = v.score, .fractured = v.score && threshold && *v.score >= threshold->value, .mm = f.pixel,
            .image = of(v.images), .probability = of(probability), .mask = of(v.masks)};
}

inline mask_volume thresholded(const volume<float>& probability, double threshold) {
    mask_volume mask{probability.grid};
    for (std::size_t i = 0; i < mask.voxels.size(); ++i) mask.voxels.data()[i] = static_cast<double>(probability.voxels.data()[i]) >= threshold;
    return mask;
}

/// Millilitres of the mask by the vertebra they lie on.
inline double millilitres(const mask_volume& mask, const label_volume& labels, int vertebra) {
    std::size_t voxels = 0;
    for (std::size_t i = 0; i < mask.voxels.size(); ++i) voxels += mask.voxels.data()[i] == 1 && labels.voxels.data()[i] == vertebra;
    const auto& s = mask.grid.spacing;
    return static_cast<double>(voxels) * s[0] * s[1] * s[2] / 1000;
}

inline std::string table(const json& summary) {
    std::ostringstream out;
    out << summary["statement"].get<std::string>() << "\n\n  " << std::left << std::setw(12) << "vertebra" << std::setw(10) << "score" << std::setw(12) << "fractured" << "mask on the bone, ml\n";
    for (const auto& [key, v] : summary["vertebrae"].items()) {
        out << "  " << std::setw(12) << key + " (" + v["name"].template get<std::string>() + ")" << std::fixed << std::setprecision(4) << std::setw(10);
        if (v["score"].is_null()) out << "-";
        else out << v["score"].template get<double>();
        out << std::setw(12) << (v["fractured"].is_null() ? "-" : v["fractured"].template get<bool>() ? "yes" : "no") << std::setprecision(2) << v["mask_ml"].template get<double>() << '\n';
    }
    for (const auto& v : summary["left_out"]) out << "  " << v["vertebra"].get<std::string>() << " was left out: " << v["reason"].get<std::string>() << '\n';
    if (summary["vertebra_threshold"].is_null()) out << "No vertebra threshold is stored: run `evaluate` on the run's own store to have one.\n";
    return out.str();
}

} // namespace facet::detail::prediction

namespace facet {

template <class T> prediction_summary predictor<T>::predict(const plan& p, const predict_options& options) {
    namespace d = detail::prediction;
    const auto checkpoint = inference<>::checkpoints(p, options.run).front();
    const auto recipe = d::slicing_of_run(options.run, options.labels);
    if (recipe.size != static_cast<std::size_t>(p.size))
        throw bad_input{"'" + (options.run / "dataset.json").string() + "' cuts slices of " + std::to_string(recipe.size) + " pixels; " + std::string{p.name} + " takes " + std::to_string(p.size)};
    const auto threshold = d::vertebra_threshold(options.run, checkpoint);
    const auto postprocess = d::chosen_postprocess(p, options.run, checkpoint);
    const double pixel_threshold = postprocess ? postprocess->threshold.value : checkpoint.threshold.value;
    const auto scan = d::load(options, recipe);
    const inference<> network{p, checkpoint, options.where};
    const slicer cutter{scan.ct, scan.labels, nullptr};

    d::json summary;
    summary["statement"] = d::statement(checkpoint.data_statement);
    summary["data"] = checkpoint.data_statement;
    summary["experiment"] = p.name;
    summary["checkpoint"] = checkpoint.path.filename().string();
    summary["pixel_threshold"] = pixel_threshold;
    summary["postprocess"] = postprocess ? d::json::parse(postprocess->policy) : d::json(nullptr);
    summary["vertebra_threshold"] = threshold ? d::json(threshold->value) : d::json(nullptr);
    painter paint{scan.labels};
    std::optional<painter> paint_final;
    if (postprocess) paint_final.emplace(scan.labels);
    std::vector<std::optional<double>> scores;
    std::vector<report::predicted_slice> page;
    for (const auto& frame : scan.layout.frames) {
        const auto v = d::judge(network, cutter, frame);
        paint.add(frame, v.probability, v.masks);
        const auto shown = postprocess ? d::postprocessed(p, *postprocess, v, frame) : v.probability;
        if (postprocess) paint_final->add(frame, shown, v.masks);
        scores.push_back(v.score);
        page.push_back(d::pictured(frame, v, shown, pixel_threshold, threshold));
    }
    const auto mask = d::thresholded((paint_final ? *paint_final : paint).probability(), pixel_threshold);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto& frame = scan.layout.frames[i];
        summary["vertebrae"]["V" + std::to_string(frame.vertebra.value)] = {
            {"name", vertebra_name(frame.vertebra)},
            {"slices", frame.count},
            {"score", or_null(scores[i])},
            {"fractured", scores[i] && threshold ? d::json(*scores[i] >= threshold->value) : d::json(nullptr)},
            {"mask_ml", d::millilitres(mask, scan.labels, frame.vertebra.value)}};
    }
    summary["left_out"] = d::json::array();
    for (const auto id : scan.layout.cut_by_border) summary["left_out"].push_back({{"vertebra", printed(id)}, {"reason", "cut by the border of the scan"}});

    std::error_code failure;
    std::filesystem::create_directories(options.out, failure);
    if (failure) throw io_error{"cannot create the folder '" + options.out.string() + "': " + failure.message()};
    std::filesystem::remove(options.out / "prediction.json", failure); // of a prediction before: never beside the images of this one
    if (failure) throw io_error{"cannot replace '" + (options.out / "prediction.json").string() + "': " + failure.message()};
    sync_folder(options.out);
    image_io<>::write(options.out / "probability.nii.gz", paint.probability());
    image_io<>::write(options.out / "mask.nii.gz", mask);
    std::ranges::sort(page, std::ranges::greater{}, [](const auto& s) { return s.vertebra.value; }); // from head to foot
    report::prediction_picture(page, recipe.size, pixel_threshold, threshold ? std::optional{threshold->value} : std::nullopt, summary["statement"].get<std::string>()).save(options.out / "prediction.png");
    write_atomically(options.out / "prediction.json", summary.dump(1) + "\n"); // last: where it is, the others are
    return {.file = options.out / "prediction.json", .table = d::table(summary), .line = summary.dump()};
}

} // namespace facet
