#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/slice.hpp>
#include <facet/data/volume.hpp>
#include <facet/evaluate/histogram.hpp>

/// What is kept of a scorer's output: per vertebra the two pixel histograms, per slice, vertebra and patient the twenty highest pixels.
/// Pixel level, slice level, vertebra level and patient level are all judged from this, by the same code for every scorer.
namespace facet {

/// The twenty highest logits seen, the highest first. The twenty highest of a union are the twenty highest of its parts' twenty.
class top_scores {
public:
    static constexpr std::size_t capacity = 20;

    void add(float logit) {
        if (std::isnan(logit)) logit = -std::numeric_limits<float>::infinity();
        if (count_ == capacity && !(logit > logits_[capacity - 1])) return;
        std::size_t place = count_ < capacity ? count_++ : capacity - 1;
        for (; place > 0 && logits_[place - 1] < logit; --place) logits_[place] = logits_[place - 1];
        logits_[place] = logit;
    }
    top_scores& operator+=(const top_scores& other) {
        for (const float logit : other.logits()) add(logit);
        return *this;
    }
    [[nodiscard]] std::span<const float> logits() const { return {logits_.data(), count_}; }
    /// The mean probability of the twenty, or of as many as there are; empty where every pixel was ignored.
    [[nodiscard]] std::optional<double> score() const {
        if (count_ == 0) return std::nullopt;
        double sum = 0;
        for (const float logit : logits()) sum += 1 / (1 + std::exp(-static_cast<double>(logit)));
        return sum / static_cast<double>(count_);
    }

private:
    std::array<float, capacity> logits_{};
    std::size_t count_ = 0;
};

/// The occupied bins of a score_histogram: a vertebra fills a few thousand of 65,538, and a study has hundreds of vertebrae. Kept as numbers of
/// seven bits to a byte (bin as the step from the one before, negatives, positives): three bytes for most.
class sparse_histogram {
public:
    struct entry {
        std::uint32_t bin = 0;
        std::uint32_t positive = 0;
        std::uint32_t negative = 0;
    };

    [[nodiscard]] std::vector<entry> entries() const { ///< ascending by bin
        std::vector<entry> out;
        out.reserve(count_);
        std::uint32_t bin = 0;
        for (std::size_t at = 0; at < bytes_.size();) {
            bin += number(at);
            const auto negative = number(at), positive = number(at);
            out.push_back({bin, positive, negative});
        }
        return out;
    }
    void add_to(score_histogram& dense) const {
        for (const auto& e : entries()) dense.positive[e.bin] += e.positive, dense.negative[e.bin] += e.negative;
    }
    sparse_histogram& operator+=(const sparse_histogram& other) {
        if (count_ == 0) return *this = other;
        score_histogram sum;
        add_to(sum);
        other.add_to(sum);
        return *this = of(sum);
    }
    [[nodiscard]] static sparse_histogram of(const score_histogram& dense) {
        sparse_histogram result;
        std::size_t before = 0;
        for (std::size_t b = 0; b < score_histogram::bins; ++b) {
            if (dense.positive[b] == 0 && dense.negative[b] == 0) continue;
            result.append(static_cast<std::uint32_t>(b - before));
            result.append(narrowed(dense.negative[b]));
            result.append(narrowed(dense.positive[b]));
            before = b;
            ++result.count_;
        }
        result.bytes_.shrink_to_fit();
        return result;
    }

private:
    void append(std::uint32_t n) {
        for (; n >= 128; n >>= 7) bytes_.push_back(static_cast<std::uint8_t>(n | 128));
        bytes_.push_back(static_cast<std::uint8_t>(n));
    }
    [[nodiscard]] std::uint32_t number(std::size_t& at) const {
        std::uint32_t n = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = bytes_[at++];
            n |= static_cast<std::uint32_t>(byte & 127) << shift;
            if (byte < 128) return n;
        }
    }
    [[nodiscard]] static std::uint32_t narrowed(std::int64_t count) {
        if (count > std::numeric_limits<std::uint32_t>::max()) throw bad_input{"a vertebra has more than 4,294,967,295 pixels of one score; split the case"};
        return static_cast<std::uint32_t>(count);
    }
    std::vector<std::uint8_t> bytes_;
    std::size_t count_ = 0;
};

/// A slice as judged: its score and whether it holds a fracture pixel.
struct slice_score {
    std::uint32_t index = 0;    ///< row of the store
    std::size_t vertebra = 0;   ///< place in scores::vertebrae()
    top_scores top;
    bool truth = false;
};

/// A vertebra as judged, with its pixels.
struct vertebra_score {
    std::string patient;
    int level = 0;              ///< TotalSegmentator v2 number
    std::size_t patient_place = 0;
    std::int64_t slices = 0, positive_slices = 0;
    sparse_histogram pixels;
    top_scores top;
    bool truth = false;
};

struct patient_score {
    std::string patient;
    top_scores top;
    bool truth = false;
};

/// One scorer's output on one part of a store, gathered slice by slice in any order; vertebrae in store order cost least.
class scores {
public:
    /// `logits` and `mask` hold one slice, row by row; pixels with mask 255 count nowhere.
    void add(const slice_info& slice, std::span<const float> logits, std::span<const std::uint8_t> mask) {
        if (logits.size() != mask.size()) throw bad_input{"a slice's logits and mask differ in size"};
        const auto v = place_of(slice);
        if (open_ != v) close(), open_ = v;
        auto& vertebra = vertebrae_[v];
        slice_score one{.index = slice.index, .vertebra = v, .top = {}, .truth = false};
        for (std::size_t i = 0; i < logits.size(); ++i) {
            if (mask[i] == ignore_label) continue;
            const bool positive = mask[i] == 1;
            one.top.add(logits[i]);
            one.truth |= positive;
            open_pixels_.add(logits[i], positive);
        }
        vertebra.top += one.top;
        vertebra.truth |= one.truth;
        ++vertebra.slices;
        vertebra.positive_slices += one.truth;
        auto& patient = patients_[vertebra.patient_place];
        patient.top += one.top;
        patient.truth |= one.truth;
        slices_.push_back(std::move(one));
    }
    /// Ends the stream; must be called before the results are read.
    void finish() { close(); }

    [[nodiscard]] std::span<const slice_score> slices() const { return slices_; }
    [[nodiscard]] std::span<const vertebra_score> vertebrae() const { return vertebrae_; }
    [[nodiscard]] std::span<const patient_score> patients() const { return patients_; }

    /// All pixels, or those of one vertebra level.
    [[nodiscard]] score_histogram pixels(std::optional<int> level = std::nullopt) const {
        score_histogram sum;
        for (const auto& v : vertebrae_)
            if (!level || *level == v.level) v.pixels.add_to(sum);
        return sum;
    }

private:
    static constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

    std::size_t place_of(const slice_info& slice) {
        const auto [found, is_new] = vertebra_places_.try_emplace({slice.patient, slice.vertebra}, vertebrae_.size());
        if (!is_new) return found->second;
        const auto [patient, new_patient] = patient_places_.try_emplace(slice.patient, patients_.size());
        if (new_patient) patients_.push_back({.patient = slice.patient, .top = {}, .truth = false});
        vertebra_score v;
        v.patient = slice.patient;
        v.level = slice.vertebra;
        v.patient_place = patient->second;
        vertebrae_.push_back(std::move(v));
        return found->second;
    }
    void close() {
        if (open_ == nobody) return;
        vertebrae_[open_].pixels += sparse_histogram::of(open_pixels_);
        std::ranges::fill(open_pixels_.positive, 0);
        std::ranges::fill(open_pixels_.negative, 0);
        open_ = nobody;
    }

    std::vector<slice_score> slices_;
    std::vector<vertebra_score> vertebrae_;
    std::vector<patient_score> patients_;
    std::map<std::pair<std::string, int>, std::size_t> vertebra_places_;
    std::map<std::string, std::size_t> patient_places_;
    std::size_t open_ = nobody;
    score_histogram open_pixels_; ///< dense while a vertebra's slices come in
};

} // namespace facet
