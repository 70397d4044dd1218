#pragma once

#include <facet/facet.hpp>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/batch.hpp>

#include "serve.hpp"

/// A worker that augments the first 64 slices of a store in batches of 16, eight times: seconds per slice.
inline int serve_augmentation(const facet::plan& p, const std::string& folder) {
    at::set_num_threads(threads());
    const facet::store data{folder};
    const facet::resident_store resident{data, at::kCPU, facet::residency_kind::automatic};
    const facet::augmenter augment{p, data, resident, 1};
    const at::NoGradGuard no_grad;
    std::uint64_t epoch = 0;
    constexpr std::uint32_t slices = 64, batch = 16;
    constexpr int passes = 8; // long enough that waking the threads does not count
    const auto pass = [&] {
        for (std::uint32_t first = 0; first < slices; first += batch) {
            std::vector<std::uint32_t> wanted(batch);
            std::iota(wanted.begin(), wanted.end(), first);
            (void)augment(std::move(wanted), epoch);
        }
        ++epoch;
    };
    const auto round = [&] {
        for (int i = 0; i < passes; ++i) pass();
    };
    serve([&] { return seconds(round) / (passes * slices); });
    return 0;
}
