#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include <facet/io/npy.hpp>

/// Scores and truth of pixels, as the driver wrote them for both sides.
struct scored_pixels {
    explicit scored_pixels(const std::filesystem::path& folder) : logit_file{folder / "logits.npy"}, truth_file{folder / "truth.npy"} {}
    facet::npy::mapped_array<float> logit_file;
    facet::npy::mapped_array<std::uint8_t> truth_file;
    std::span<const float> logits = logit_file.elements();
    std::span<const std::uint8_t> truth = truth_file.elements();
};
