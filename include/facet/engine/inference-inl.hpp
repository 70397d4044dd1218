#pragma once
// unit: facet::inference<>
// library: engine

#include <facet/engine/inference.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include <facet/core/error.hpp>
#include <facet/engine/autocast.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/weights.hpp>
#include <facet/io/mapped_file.hpp>

namespace facet {

namespace detail {

/// Images at once: about what a CPU's caches and a GPU's memory take gladly.
inline std::size_t inference_batch(std::size_t side, bool on_gpu) { return std::max<std::size_t>(1, (on_gpu ? 64 : 4) * 65'536 / (side * side)); }

/// Weights mean something only behind the input and in the model they were trained with; the name of an experiment says too little.
inline void require_same(const char* role, const std::string& description, const plan& p, const std::filesystem::path& run) {
    const auto then = nlohmann::json::parse(description, nullptr, false), now = nlohmann::json::parse(p.describe());
    if (then.is_discarded() || !then.contains(role) || then[role] != now[role])
        throw bad_input{"'" + run.string() + "' was trained with another '" + role + "' than " + std::string{p.name} + " has now; train again, or put the old one back"};
}

} // namespace detail

template <class T> struct inference<T>::body {
    const plan& p;
    at::Device device;
    bool bf16;
    std::shared_ptr<network> net;
    double logit_shift;

    body(const plan& the_plan, const checkpoint_info& checkpoint, const device_options& options)
        : p{the_plan}, device{devices<>::open(options)}, bf16{the_plan.bf16 && devices<>::computes_bf16(device)}, net{the_plan.make_network()}, logit_shift{checkpoint.logit_shift} {
        const mapped_file file{checkpoint.path};
        const auto contents = safetensors::parse(file.bytes(), checkpoint.path.string());
        if (!contents.checked) throw bad_input{"'" + checkpoint.path.string() + "' is damaged: it has no checksum"};
        weights::copy_into(weights::all_of(*net), contents, checkpoint.path.string());
        net->to(device);
        net->train(false);
    }

    /// fp32 logits on the CPU, contiguous, corrected to the prior that the checkpoint's threshold refers to.
    at::Tensor logits(const at::Tensor& channels) const {
        const autocast_bf16 half{device.type(), bf16};
        const auto raw = net->forward(channels).to(at::kCPU, at::kFloat).contiguous();
        return logit_shift == 0 ? raw : raw.add(logit_shift);
    }
};

template <class T> std::vector<checkpoint_info> inference<T>::checkpoints(const plan& p, const std::filesystem::path& run) {
    std::string damage;
    auto found = run_directory::whole_checkpoints(run, [&](const std::string& warning) {
        damage = warning;
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    });
    if (found.empty() && !damage.empty()) throw bad_input{"'" + run.string() + "' holds no checkpoint that is whole; train again"};
    if (found.empty()) throw bad_input{"'" + run.string() + "' holds no checkpoint; `train --data STORE --out " + run.string() + "` makes them"};
    std::ranges::sort(found, is_better);
    if (const auto& made_by = found.front().experiment; made_by != p.name)
        throw bad_input{"'" + run.string() + "' was made by the experiment " + made_by + ", this is " + std::string{p.name}};
    for (const char* role : {"input", "size", "model"}) detail::require_same(role, found.front().description, p, run);
    return found;
}

template <class T> inference<T>::inference(const plan& p, const checkpoint_info& checkpoint, const device_options& options)
    : body_{std::make_shared<body>(p, checkpoint, options)} {}

template <class T> void inference<T>::score(const store& data, std::span<const std::uint32_t> slices, const deliver& receive) const {
    const c10::InferenceMode no_grad;
    const resident_store resident{data, body_->device, residency_kind::stream}; // each slice is read once
    const augmenter source{body_->p, data, resident, 0};
    const auto most = detail::inference_batch(data.size(), !body_->device.is_cpu());
    for (std::size_t first = 0; first < slices.size(); first += most) {
        const auto some = slices.subspan(first, std::min(most, slices.size() - first));
        const auto batch = source.plain({some.begin(), some.end()});
        const auto logits = body_->logits(batch.channels);
        receive(some, logits.template data_ptr<float>());
    }
}

template <class T> void inference<T>::score(std::span<const std::int16_t> images, const deliver& receive) const {
    const c10::InferenceMode no_grad;
    const auto side = static_cast<std::size_t>(body_->p.size), pixels = side * side;
    if (images.size() % pixels != 0) throw bad_input{"images of " + std::to_string(body_->p.size) + " pixels a side were expected"};
    const auto most = detail::inference_batch(side, !body_->device.is_cpu()), count = images.size() / pixels;
    std::vector<std::uint32_t> numbers;
    for (std::size_t first = 0; first < count; first += most) {
        const auto n = std::min(most, count - first);
        const auto hu_images = at::from_blob(const_cast<std::int16_t*>(images.data() + first * pixels), // only read
                                             {static_cast<std::int64_t>(n), 1, body_->p.size, body_->p.size}, at::kShort)
                                   .to(body_->device, at::kFloat);
        const auto logits = body_->logits(body_->p.to_channels(hu_images));
        numbers.clear();
        for (std::size_t i = 0; i < n; ++i) numbers.push_back(static_cast<std::uint32_t>(first + i));
        receive(numbers, logits.template data_ptr<float>());
    }
}

template <class T> training_batch inference<T>::augmented_batch(const plan& p, const store& data, const slice_parts& parts, std::uint64_t seed, std::int64_t step) {
    const batch_plan order{p, data, parts.train, p.batch, seed};
    const auto slices = order.slices(step);
    return augmented(p, data, slices, seed, order.augmentation_epoch(step));
}

template <class T> training_batch inference<T>::augmented(const plan& p, const store& data, std::span<const std::uint32_t> slices, std::uint64_t seed, std::uint64_t epoch) {
    const c10::InferenceMode no_grad;
    const resident_store resident{data, at::kCPU, residency_kind::stream};
    auto batch = augmenter{p, data, resident, seed}({slices.begin(), slices.end()}, epoch);
    if (batch.masks.is_floating_point()) batch.masks = batch.masks.gt(0).to(at::kByte).masked_fill(batch.masks.eq(ignore_label), ignore_label); // to be looked at
    return batch;
}

} // namespace facet
