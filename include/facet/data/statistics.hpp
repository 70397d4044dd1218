#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/data/split.hpp>
#include <facet/data/store.hpp>
#include <facet/data/volume.hpp>
#include <facet/io/or_null.hpp>

/// What a store holds, counted at slice, vertebra and patient level: the numbers to know before training anything.
namespace facet {

/// Fracture pixels over all pixels, with every denominator that somebody might mean by "mask share".
struct pixel_share {
    std::uint64_t fracture = 0, all = 0, in_positive_slices = 0;

    [[nodiscard]] std::optional<double> of_all() const { return all > 0 ? std::optional{static_cast<double>(fracture) / static_cast<double>(all)} : std::nullopt; }
    [[nodiscard]] std::optional<double> of_positive() const {
        return in_positive_slices > 0 ? std::optional{static_cast<double>(fracture) / static_cast<double>(in_positive_slices)} : std::nullopt;
    }
    void add(std::uint64_t fracture_pixels, std::uint64_t pixels) {
        fracture += fracture_pixels, all += pixels;
        if (fracture_pixels > 0) in_positive_slices += pixels;
    }
    pixel_share& operator+=(const pixel_share& other) {
        fracture += other.fracture, all += other.all, in_positive_slices += other.in_positive_slices;
        return *this;
    }
};

/// Counts of one group of slices: a level, a part of the split, everything.
struct group_statistics {
    std::size_t slices = 0, positive_slices = 0;
    std::set<std::pair<std::string, int>> vertebrae, positive_vertebrae;
    std::set<std::string> patients, positive_patients;
    pixel_share stored, native;
    std::uint64_t ignored = 0;
    double mask_mm2 = 0; ///< summed over positive slices

    void add(const slice_info& s, std::uint64_t pixels) {
        ++slices;
        vertebrae.emplace(s.patient, s.vertebra);
        patients.insert(s.patient);
        stored.add(s.fracture_pixels, pixels - s.ignored_pixels);
        native.add(s.native_fracture_pixels, s.native_pixels);
        ignored += s.ignored_pixels;
        if (s.fracture_pixels == 0) return;
        ++positive_slices;
        positive_vertebrae.emplace(s.patient, s.vertebra);
        positive_patients.insert(s.patient);
        mask_mm2 += s.fracture_pixels * s.spacing[0] * s.spacing[1];
    }
    group_statistics& operator+=(const group_statistics& other) {
        slices += other.slices, positive_slices += other.positive_slices, ignored += other.ignored, mask_mm2 += other.mask_mm2;
        vertebrae.insert(other.vertebrae.begin(), other.vertebrae.end());
        positive_vertebrae.insert(other.positive_vertebrae.begin(), other.positive_vertebrae.end());
        patients.insert(other.patients.begin(), other.patients.end());
        positive_patients.insert(other.positive_patients.begin(), other.positive_patients.end());
        stored += other.stored;
        native += other.native;
        return *this;
    }
};

/// Number, mean and standard deviation of pixels.
struct moments {
    std::uint64_t n = 0;
    double sum = 0, squares = 0;

    void add(double x) { ++n, sum += x, squares += x * x; }
    [[nodiscard]] std::optional<double> mean() const { return n > 0 ? std::optional{sum / static_cast<double>(n)} : std::nullopt; }
    [[nodiscard]] std::optional<double> deviation() const {
        if (n < 2) return std::nullopt;
        const double m = *mean();
        return std::sqrt(std::max(0.0, squares / static_cast<double>(n) - m * m));
    }
};

struct store_statistics {
    std::size_t pixels_per_slice = 0;
    group_statistics all;
    std::map<int, group_statistics> by_level;
    std::map<std::string, group_statistics> by_patient;
    std::map<std::string, std::map<int, group_statistics>> by_part; ///< "test", "fold 0", ...; empty without split.json
    std::vector<double> mask_pixels, mask_mm2;                      ///< of each positive slice, in rising order
    std::vector<double> slices_per_vertebra, fractures_per_patient; ///< in rising order; of every vertebra, of every patient
    moments hu_in_masks, hu_elsewhere;
    std::map<int, std::uint64_t> hu_inside, hu_outside;             ///< pixels per 50 HU, air padding left out
    std::set<double> spacings, steps;
};

namespace detail {

inline constexpr int hu_step = 50;

inline void count_hu(const store& data, const slice_info& s, store_statistics& out) {
    if (s.index % data.slices_per_chunk() == 0) data.verify_chunk(s.index / data.slices_per_chunk());
    const std::size_t pixels = data.size() * data.size();
    const auto image = data.images().subspan(s.index * pixels, pixels);
    const auto mask = data.masks().subspan(s.index * pixels, pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        if (image[i] == air || mask[i] == ignore_label) continue;
        const int bin = static_cast<int>(std::floor(static_cast<double>(image[i]) / hu_step)) * hu_step;
        ++(mask[i] == 1 ? out.hu_inside : out.hu_outside)[bin];
        (mask[i] == 1 ? out.hu_in_masks : out.hu_elsewhere).add(image[i]);
    }
}

} // namespace detail

/// The value below which a share `q` of the sorted values lies, between neighbours; nothing of nothing.
[[nodiscard]] inline std::optional<double> quantile(const std::vector<double>& sorted, double q) {
    if (sorted.empty()) return std::nullopt;
    const double place = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(place), high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

/// One part of the split, all levels together.
[[nodiscard]] inline group_statistics total_of(const store_statistics& s, const std::string& part) {
    group_statistics total;
    for (const auto& [level, group] : s.by_part.at(part)) total += group;
    return total;
}

/// Counts a whole store; reads every pixel once.
inline store_statistics count_store(const store& data) {
    store_statistics out;
    out.pixels_per_slice = data.size() * data.size();
    std::map<std::string, std::string> part_of;
    if (std::filesystem::exists(data.folder() / "split.json")) {
        const auto split = patient_split::load(data);
        for (const auto& p : split.test) part_of[p] = "test";
        for (std::size_t k = 0; k < split.folds.size(); ++k)
            for (const auto& p : split.folds[k]) part_of[p] = "fold " + std::to_string(k);
    }
    std::map<std::pair<std::string, int>, std::size_t> slices_of;
    for (const auto& s : data.slices()) {
        out.all.add(s, out.pixels_per_slice);
        out.by_level[s.vertebra].add(s, out.pixels_per_slice);
        out.by_patient[s.patient].add(s, out.pixels_per_slice);
        if (const auto part = part_of.find(s.patient); part != part_of.end()) out.by_part[part->second][s.vertebra].add(s, out.pixels_per_slice);
        if (s.fracture_pixels > 0) {
            out.mask_pixels.push_back(s.fracture_pixels);
            out.mask_mm2.push_back(s.fracture_pixels * s.spacing[0] * s.spacing[1]);
        }
        ++slices_of[{s.patient, s.vertebra}];
        out.spacings.insert(s.spacing.begin(), s.spacing.end());
        out.steps.insert(s.step);
        detail::count_hu(data, s, out);
    }
    for (const auto& [vertebra, n] : slices_of) out.slices_per_vertebra.push_back(static_cast<double>(n));
    for (const auto& [patient, group] : out.by_patient) out.fractures_per_patient.push_back(static_cast<double>(group.positive_vertebrae.size()));
    for (auto* values : {&out.mask_pixels, &out.mask_mm2, &out.slices_per_vertebra, &out.fractures_per_patient}) std::ranges::sort(*values);
    return out;
}

namespace detail {

inline nlohmann::ordered_json json_of(const group_statistics& g) {
    const auto share = [](const pixel_share& p) {
        return nlohmann::ordered_json{{"fracture_pixels", p.fracture}, {"share_of_all_slices", or_null(p.of_all())}, {"share_of_positive_slices", or_null(p.of_positive())}};
    };
    const auto mean = [&](double sum) { return g.positive_slices > 0 ? std::optional{sum / static_cast<double>(g.positive_slices)} : std::nullopt; };
    return {{"slices", g.slices}, {"positive_slices", g.positive_slices}, {"vertebrae", g.vertebrae.size()}, {"positive_vertebrae", g.positive_vertebrae.size()},
            {"patients", g.patients.size()}, {"positive_patients", g.positive_patients.size()}, {"stored", share(g.stored)}, {"native", share(g.native)},
            {"ignored_pixels", g.ignored}, {"mean_mask_pixels", or_null(mean(static_cast<double>(g.stored.fracture)))}, {"mean_mask_mm2", or_null(mean(g.mask_mm2))}};
}

inline nlohmann::ordered_json json_of(const moments& m) { return {{"pixels", m.n}, {"mean", or_null(m.mean())}, {"standard_deviation", or_null(m.deviation())}}; }

inline nlohmann::ordered_json spread_of(const std::vector<double>& sorted) {
    double sum = 0;
    for (const double x : sorted) sum += x;
    const auto mean = sorted.empty() ? std::nullopt : std::optional{sum / static_cast<double>(sorted.size())};
    return {{"n", sorted.size()}, {"mean", or_null(mean)}, {"min", or_null(quantile(sorted, 0))}, {"p5", or_null(quantile(sorted, 0.05))}, {"median", or_null(quantile(sorted, 0.5))},
            {"p95", or_null(quantile(sorted, 0.95))}, {"max", or_null(quantile(sorted, 1))}};
}

} // namespace detail

/// Levels of the store without a fracture in a part: sensitivity is undefined there.
[[nodiscard]] inline std::vector<std::string> levels_without_positives(const store_statistics& s, const std::string& part) {
    std::vector<std::string> missing;
    const auto& levels = s.by_part.at(part);
    for (const auto& [level, group] : s.by_level)
        if (const auto at = levels.find(level); at == levels.end() || at->second.positive_slices == 0) missing.push_back(printed(vertebra_id{level}));
    return missing;
}

[[nodiscard]] inline nlohmann::ordered_json to_json(const store_statistics& s, const store& data) {
    nlohmann::ordered_json out{{"data", data.data_statement()}, {"content_hash", data.content_hash()}, {"size", data.size()}, {"pixel_spacings_mm", s.spacings}, {"slice_steps_mm", s.steps}};
    out["all"] = detail::json_of(s.all);
    out["mask_pixels"] = detail::spread_of(s.mask_pixels);
    out["mask_mm2"] = detail::spread_of(s.mask_mm2);
    out["slices_per_vertebra"] = detail::spread_of(s.slices_per_vertebra);
    out["fractured_vertebrae_per_patient"] = detail::spread_of(s.fractures_per_patient);
    out["hu"] = {{"in_masks", detail::json_of(s.hu_in_masks)}, {"elsewhere", detail::json_of(s.hu_elsewhere)}};
    for (const auto& [level, group] : s.by_level) {
        out["by_level"]["V" + std::to_string(level)] = detail::json_of(group);
        out["by_level"]["V" + std::to_string(level)]["name"] = vertebra_name(vertebra_id{level});
    }
    for (const auto& [patient, group] : s.by_patient) out["by_patient"][patient] = detail::json_of(group);
    for (const auto& [part, levels] : s.by_part) {
        out["by_part"][part]["all"] = detail::json_of(total_of(s, part));
        for (const auto& [level, group] : levels) out["by_part"][part]["levels"]["V" + std::to_string(level)] = detail::json_of(group);
        out["by_part"][part]["levels_without_positives"] = levels_without_positives(s, part);
    }
    for (const auto& [name, bins] : {std::pair{"inside_fractures", &s.hu_inside}, std::pair{"outside", &s.hu_outside}})
        for (const auto& [hu, n] : *bins) out["hu_histogram"][name].push_back({hu, n});
    return out;
}

} // namespace facet
