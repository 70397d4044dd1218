#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/slice.hpp>
#include <facet/data/volume.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/part.hpp>
#include <facet/postprocess/concept.hpp>

namespace facet {

/// All slices of one vertebra: what surfaces, lesions and postprocessing look at. The slices of a store follow each other in space, so a
/// vertebra is a volume; where it is a single slice, everything is two-dimensional.
struct vertebra_stack {
    std::string patient;
    int level = 0;
    postprocess::stack_shape shape;
    std::vector<float> logits;        ///< [slices,rows,columns]; minus infinity where ignored
    std::vector<std::uint8_t> truth;  ///< 0, 1, or 255: ignored
    std::vector<std::uint32_t> slices; ///< rows of the store

    void add_counts(std::span<const float> scores, score_histogram& h) const {
        for (std::size_t i = 0; i < truth.size(); ++i)
            if (truth[i] != ignore_label) h.add(scores[i], truth[i] == 1);
    }
};

/// Gathers slices in store order and hands on each vertebra of the part when it is complete.
template <class Part> class vertebra_stream {
public:
    using stack = of_part<Part, vertebra_stack>;
    explicit vertebra_stream(std::function<void(const stack&)> receive) : receive_{std::move(receive)} {}

    /// One slice [rows,columns], square. Throws bad_input where a vertebra's slices do not follow each other.
    void add(const slice_info& slice, std::span<const float> logits, std::span<const std::uint8_t> mask) {
        if (open_.slices.empty() || open_.patient != slice.patient || open_.level != slice.vertebra) start(slice, logits.size());
        else if (slice.position != last_ + 1)
            throw bad_input{"slices of V" + std::to_string(slice.vertebra) + " of patient '" + slice.patient + "' do not follow each other in slices.csv: position "
                            + std::to_string(last_ + 1) + " was expected after " + std::to_string(last_) + ", not " + std::to_string(slice.position) + "; prepare the store again"};
        last_ = slice.position;
        ++open_.shape.size[0];
        open_.slices.push_back(slice.index);
        open_.truth.insert(open_.truth.end(), mask.begin(), mask.end());
        for (std::size_t i = 0; i < logits.size(); ++i) open_.logits.push_back(mask[i] == ignore_label ? -std::numeric_limits<float>::infinity() : logits[i]);
    }
    void finish() {
        if (!open_.slices.empty()) receive_(open_);
        open_ = {};
    }

private:
    void start(const slice_info& slice, std::size_t pixels) {
        finish();
        std::size_t side = 1;
        while (side * side < pixels) ++side;
        if (!(slice.step > 0 && slice.spacing[0] > 0 && slice.spacing[1] > 0))
            throw bad_input{"slices.csv gives slice " + std::to_string(slice.index) + " no spacing in mm, which areas and distances need; prepare the store again"};
        open_.patient = slice.patient;
        open_.level = slice.vertebra;
        open_.shape = {.size = {0, side, side}, .spacing = {slice.step, slice.spacing[0], slice.spacing[1]}};
    }

    std::function<void(const stack&)> receive_;
    stack open_{};
    int last_ = 0;
};

} // namespace facet
