#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <facet/core/rng.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>
#include <facet/evaluate/evaluation.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/threshold.hpp>

namespace facet::testing {

/// A store of box-shaped vertebrae, some with a dense band that is their fracture, and scores of a network that is right most of the time.
struct made_study {
    std::size_t patients = 8, levels = 4, each = 6, size = 32;
    std::vector<slice_info> slices{};
    std::vector<std::int16_t> images{};
    std::vector<std::uint8_t> masks{};

    void make() {
        for (std::size_t p = 0; p < patients; ++p)
            for (std::size_t v = 0; v < levels; ++v)
                for (std::size_t k = 0; k < each; ++k) add(p, static_cast<int>(30 + v), k);
    }
    [[nodiscard]] slice_stack stack() const { return {size, slices, images, masks}; }

    /// The logits of a network that misses a little and sees a little too much.
    [[nodiscard]] std::vector<float> logits(std::size_t slice) const {
        rng::stream noise{rng::key(5, slice)}, vertebra{rng::key(6, slice / each)};
        const double sees = vertebra.normal(4.5, 2.5), imagines = vertebra.normal(-1, 1.5);
        std::vector<float> out(size * size);
        const auto image = stack().image(slice);
        const auto mask = stack().mask(slice);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<float>(-7 + (image[i] > 250 ? 2.5 + imagines : 0) + (mask[i] == 1 ? sees : 0) + noise.normal());
        return out;
    }
    [[nodiscard]] scores score(std::size_t first_patient, std::size_t last_patient) const {
        scores out;
        for (const auto i : of_patients(first_patient, last_patient)) out.add(slices[i], logits(i), stack().mask(i));
        out.finish();
        return out;
    }
    [[nodiscard]] std::vector<std::uint32_t> of_patients(std::size_t first, std::size_t last) const {
        std::vector<std::uint32_t> out;
        for (std::size_t i = first * levels * each; i < last * levels * each; ++i) out.push_back(static_cast<std::uint32_t>(i));
        return out;
    }
    void write_store(const std::filesystem::path& folder, const std::string& data = "semi-synthetic, one CT") const {
        store_writer writer{folder, slices.size(), size};
        for (std::size_t i = 0; i < slices.size(); ++i) writer.add(slices[i], stack().image(i), stack().mask(i));
        writer.finish({{"data", data}});
    }

private:
    void add(std::size_t patient, int level, std::size_t k) {
        slice_info info;
        info.index = static_cast<std::uint32_t>(slices.size());
        info.patient = "p" + std::to_string(patient);
        info.vertebra = level;
        info.position = static_cast<int>(k);
        info.relative = static_cast<double>(k) / static_cast<double>(each - 1);
        info.spacing = {1.5, 1.5};
        info.step = 1.5;
        info.source = "phantom";
        info.anatomy = info.patient;
        const auto vertebra = rng::key(3, patient, level);
        rng::stream shape{vertebra}, noise{rng::key(vertebra, k)};
        const bool broken = level != 33 && shape.happens(0.45); // one level stays whole
        const auto side = static_cast<double>(size);
        const double left = side * shape.uniform(0.25, 0.3), right = side * shape.uniform(0.7, 0.75), top = side * shape.uniform(0.28, 0.33), bottom = side * shape.uniform(0.66, 0.72);
        const double band = side * shape.uniform(0.4, 0.55) + 0.4 * static_cast<double>(k);
        for (std::size_t y = 0; y < size; ++y)
            for (std::size_t x = 0; x < size; ++x) {
                const auto fx = static_cast<double>(x), fy = static_cast<double>(y);
                const bool bone = fx > left && fx < right && fy > top && fy < bottom;
                const bool rim = bone && (fx < left + 1.5 || fx > right - 1.5 || fy < top + 1.5 || fy > bottom - 1.5);
                const bool fracture = bone && broken && k > 0 && k + 1 < each && std::abs(fy - band - 0.15 * (fx - left)) < 0.07 * side && fx < left + 0.7 * (right - left);
                const bool uncertain = !fracture && bone && broken && std::abs(fy - band - 0.15 * (fx - left)) < 0.07 * side && fx < left + 0.8 * (right - left);
                const double hu = (rim ? 500 : bone ? 120 : 40) + (fracture ? 220 : 0) + (bone ? 45 : 15) * noise.normal();
                images.push_back(static_cast<std::int16_t>(hu));
                masks.push_back(fracture ? 1 : uncertain ? 255 : 0);
                info.fracture_pixels += fracture;
                info.ignored_pixels += uncertain;
            }
        info.native_pixels = static_cast<std::uint32_t>(size * size);
        info.native_fracture_pixels = info.fracture_pixels;
        slices.push_back(info);
    }
};

/// Judges the last third of the patients, thresholds from the third before, trivial scorers from the first; writes what `evaluate` leaves in a run's folder.
inline void write_evaluation(const made_study& study, const std::filesystem::path& run, double threshold, bool at_edge = false) {
    const auto third = study.patients / 3;
    const auto validation = study.score(study.patients - 2 * third, study.patients - third), test = study.score(study.patients - third, study.patients);
    evaluation_request request;
    request.experiment = "made_study";
    request.data = "semi-synthetic, one CT";
    request.stack = study.stack();
    request.judged = study.of_patients(study.patients - third, study.patients);
    request.training = study.of_patients(0, study.patients - 2 * third);
    request.network = &test;
    request.pixel_threshold = threshold;
    request.pixel_objective = "f1";
    request.pixel_at_edge = at_edge;
    request.points = fit_points(validation, [](const score_histogram& h) { return threshold::youden{}(h); });
    mask_findings findings{{}, 0, threshold};
    vertebra_stream<part::test> vertebrae{[&](const auto& v) { findings.add(v); }};
    for (const auto s : request.judged) vertebrae.add(study.slices[s], study.logits(s), study.stack().mask(s));
    vertebrae.finish();
    request.findings = &findings;
    request.resamples = 200;
    const auto result = evaluation<>::judge(request);
    std::filesystem::create_directories(run);
    write_atomically(run / "evaluation.json", result.json);
    write_atomically(run / "curves.json", result.curves);
    write_atomically(run / "scores.csv", result.scores_csv);
}

} // namespace facet::testing
