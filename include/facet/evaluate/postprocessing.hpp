#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <facet/data/volume.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/part.hpp>
#include <facet/evaluate/vertebra_stack.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/threshold/concept.hpp>

/// Postprocessing as a run does it: fitted with the threshold on validation, then frozen.
namespace facet {

/// The scores after postprocessing, and the mask they give.
struct final_mask {
    std::vector<float> logits;
    std::vector<std::uint8_t> mask; ///< 0 or 1
};

/// Cuts at the threshold as score_histogram::bin_of_probability says; `logits` are minus infinity where nothing may be called positive.
[[nodiscard]] inline final_mask final_mask_of(std::span<const float> logits, const postprocess::stack_shape& shape, const postprocess::steps& steps, std::size_t alternative, double threshold) {
    final_mask out{{logits.begin(), logits.end()}, std::vector<std::uint8_t>(logits.size())};
    if (steps.change_scores != nullptr) steps.change_scores(alternative, {shape, out.logits});
    const auto bin = score_histogram::bin_of_probability(threshold);
    for (std::size_t i = 0; i < out.mask.size(); ++i) out.mask[i] = std::isfinite(out.logits[i]) && score_histogram::bin_of(out.logits[i]) >= bin;
    if (steps.change_mask != nullptr) steps.change_mask(alternative, {shape, out.mask});
    return out;
}

/// What validation chose.
struct postprocess_choice {
    std::size_t alternative = 0;
    std::string policy;                      ///< the alternative as JSON
    threshold::choice threshold;             ///< fitted on the postprocessed scores
    std::optional<double> objective_without; ///< of the best threshold without postprocessing
    std::vector<std::string> at_edge;        ///< searched fields whose best value is the last one tried: widen the search
};

/// Counts validation scores as each alternative changes them, so that threshold and alternative are chosen together. Whatever works on
/// scores is searched over every threshold; what works on masks over 33 of them, evenly spaced in the logit from 0.0001 to 0.99.
class postprocess_search {
public:
    explicit postprocess_search(const postprocess::steps& steps) : steps_{steps}, counts_(steps.alternatives) {}

    template <class Stack> void add(const Stack& v) {
        static_assert(sizeof(detail::may_be_fitted_on<Stack>) > 0);
        v.add_counts(v.logits, plain_);
        for (std::size_t a = 0; a < counts_.size(); ++a) {
            if (steps_.change_mask != nullptr) add_masks(v, a);
            else v.add_counts(final_mask_of(v.logits, v.shape, steps_, a, 1).logits, counts_[a]);
        }
    }
    /// The alternative whose best threshold has the highest objective, the first of equals; `choose` is the experiment's threshold search.
    template <class Choose> [[nodiscard]] postprocess_choice choose(Choose&& choose) const {
        postprocess_choice best;
        for (std::size_t a = 0; a < counts_.size(); ++a) {
            const auto found = counted(choose(counts_[a]));
            if (a == 0 || (found.objective && (!best.threshold.objective || *found.objective > *best.threshold.objective))) best.alternative = a, best.threshold = found;
        }
        best.policy = steps_.describe(best.alternative);
        best.at_edge = steps_.edges(best.alternative);
        best.objective_without = choose(plain_).objective;
        return best;
    }

private:
    static constexpr int mask_thresholds = 33;
    static double mask_threshold(int i) { return 1 / (1 + std::exp(-(-9.2 + (4.6 + 9.2) * i / (mask_thresholds - 1)))); }

    /// Masks were made at some thresholds only: the choice moves to the one whose mask was counted. The first and the last are edges.
    [[nodiscard]] threshold::choice counted(threshold::choice found) const {
        if (steps_.change_mask == nullptr) return found;
        int i = 0;
        const auto bin = score_histogram::bin_of_probability(found.value);
        while (i + 1 < mask_thresholds && score_histogram::bin_of_probability(mask_threshold(i)) < bin) ++i;
        found.value = mask_threshold(i);
        found.at_edge = found.at_edge || i == 0 || i + 1 == mask_thresholds;
        return found;
    }

    /// Differences between masks of neighbouring thresholds, as counts of the stricter one's bin; they may be negative.
    void add_masks(const vertebra_stack& v, std::size_t alternative) {
        auto& h = counts_[alternative];
        std::int64_t positive = 0, negative = 0;
        const auto count_up_to = [&](std::size_t bin, std::int64_t tp, std::int64_t fp) {
            h.positive[bin] += tp - positive, h.negative[bin] += fp - negative;
            positive = tp, negative = fp;
        };
        for (int i = mask_thresholds; i-- > 0;) {
            const double threshold = mask_threshold(i);
            const auto mask = final_mask_of(v.logits, v.shape, steps_, alternative, threshold).mask;
            std::int64_t tp = 0, fp = 0;
            for (std::size_t k = 0; k < mask.size(); ++k)
                if (mask[k] == 1 && v.truth[k] != ignore_label) ++(v.truth[k] == 1 ? tp : fp);
            count_up_to(score_histogram::bin_of_probability(threshold), tp, fp);
        }
        std::int64_t positives = 0, negatives = 0;
        for (const auto t : v.truth)
            if (t != ignore_label) ++(t == 1 ? positives : negatives);
        count_up_to(0, positives, negatives);
    }

    postprocess::steps steps_;
    score_histogram plain_;
    std::vector<score_histogram> counts_;
};

} // namespace facet
