#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include <facet/augment/concept.hpp>
#include <facet/callback/concept.hpp>
#include <facet/core/units.hpp>
#include <facet/data/slice.hpp>
#include <facet/engine/network.hpp>
#include <facet/evaluate/histogram.hpp>
#include <facet/evaluate/lesions.hpp>
#include <facet/evaluate/surface_distances.hpp>
#include <facet/optimizer/concept.hpp>
#include <facet/postprocess/concept.hpp>
#include <facet/residency.hpp>
#include <facet/sampler/concept.hpp>
#include <facet/threshold/concept.hpp>

/// What the compiled engine needs of one experiment: numbers, and pointers to the few functions whose bodies depend on the policies.
/// Everything behind it is compiled once, so an experiment's own translation unit stays at about a second.
namespace facet {

/// One metric of the experiment's set; one of the pointers is set. Those of surfaces and lesions are for `evaluate` only.
struct metric_entry {
    std::string_view name;
    std::optional<double> (*of_counts)(const confusion&) = nullptr;
    std::optional<double> (*of_ranking)(const score_histogram&) = nullptr; ///< or of calibration
    std::optional<double> (*of_surface)(const surface_distances&) = nullptr;
    std::optional<double> (*of_lesions)(lesion_volumes) = nullptr;
};

struct plan {
    std::string_view name;
    std::string (*describe)();

    // input
    std::span<const hu> windows;              ///< one channel each
    at::Tensor (*to_channels)(const at::Tensor& hu_images); ///< [N,1,H,W] HU to [N,C,H,W] in [0,1]
    int size;                                 ///< side of a slice in pixels

    // data
    sampler::started (*start_sampler)(const sampler::context&);
    double (*positive_rate)(const sampler::context&);
    bool watches_slices;                      ///< the sampler learns from how training slices are scored
    double (*logit_shift)(const sampler::context&, std::int64_t step); ///< prior correction of what is learned by then
    residency_kind residency;
    std::size_t folds, test_patients;         ///< what the store's split.json must have; 0: any number

    // augmentation, in this order: geometry, HU, windows, channels, batch; draws are keyed by the place in the chain
    bool augments_geometry;
    augment::affine (*draw_affine)(std::uint64_t key, double size);  ///< key = rng::key(seed, epoch, vertebra): one draw per vertebra
    std::int64_t control_points;              ///< of the displacement, a side; 0: nothing bends
    void (*draw_displacement)(std::uint64_t key, double size, augment::displacement field);
    at::Tensor (*augment_hu)(at::Tensor images, augment::draws& per_vertebra, augment::draws& per_slice);
    at::Tensor (*augmented_channels)(const at::Tensor& hu_images, augment::draws& per_vertebra, augment::draws& per_slice); ///< to_channels, or jittered windows
    at::Tensor (*augment_window)(at::Tensor images, augment::draws& per_vertebra, augment::draws& per_slice);
    bool mixes_batch;
    augment::mixture (*mix_batch)(augment::mixture batch, augment::draws& per_slice);

    // learning
    std::shared_ptr<network> (*make_network)();
    at::Tensor (*loss)(const at::Tensor& logits, const at::Tensor& target);
    double (*head_weight)(int head, int heads); ///< of loss::deep_supervision; null: only full resolution is trained
    std::unique_ptr<optimizer::state> (*start_optimizer)(const std::vector<at::Tensor>& parameters);
    double peak_learning_rate;
    double clip_norm;                         ///< 0: no clipping
    double ema_decay;                         ///< 0: no averaging of weights
    double (*learning_rate_factor)(std::int64_t step, std::int64_t steps);
    double (*factor_after)(std::span<const double> scores); ///< one more factor, from the monitor's scores so far; null: the schedule does not look at them
    bool bf16;
    std::int64_t steps;
    std::int64_t batch;
    std::int64_t accumulate;                  ///< parts that a batch goes through the network in

    // judging
    std::span<const metric_entry> metrics;
    std::string_view monitor_name;            ///< "prauc" in ep08_prauc0.0632; empty: keep the last
    std::optional<double> (*monitor)(const score_histogram&, const threshold::choice&); ///< larger is better
    int keep_checkpoints;
    threshold::choice (*choose_threshold)(const score_histogram&);
    std::string_view threshold_objective;     ///< "f1", or "fixed"
    threshold::choice (*choose_point)(const score_histogram&); ///< of slices, vertebrae and patients, each by themselves
    std::string_view point_objective;         ///< likewise
    postprocess::steps postprocess;

    // looking on
    std::span<callback::decision (*const)(const callback::progress&)> callbacks;
};

/// Declared here, defined in app/commands-inl.hpp. A template only so that its definition may live in a header without `inline`: header-only
/// users instantiate it implicitly, the compiled build says `template struct facet::application<>;` once.
template <class = void> struct application {
    static int run(const plan& p, int argc, char** argv);
    static int compare(std::span<const plan> variants, std::span<const std::string> labels, int argc, char** argv);
};

} // namespace facet
