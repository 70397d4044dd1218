#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <facet/evaluate/trivial.hpp>

/// The slices of tests/golden/trivial.py: 8 patients, levels 30 to 32, 10 slices of 16x16 each.
struct made_slices {
    static constexpr int size = 16, patients = 8, levels = 3, each = 10, training_patients = 5;
    std::vector<facet::slice_info> slices;
    std::vector<std::int16_t> images;
    std::vector<std::uint8_t> masks;

    made_slices() {
        const int n = patients * levels * each, pixels = size * size;
        std::uint32_t x = 7;
        const auto uniform = [&] {
            x = (1103515245u * x + 12345u) % (1u << 31);
            return static_cast<double>(x) / (1u << 31);
        };
        std::vector<double> first(static_cast<std::size_t>(n * pixels)), second(first.size());
        for (auto& u : first) u = uniform();
        for (auto& u : second) u = uniform();
        images.resize(first.size());
        masks.resize(first.size());
        for (int s = 0; s < n; ++s) {
            facet::slice_info info;
            info.index = static_cast<std::uint32_t>(s);
            info.patient = "p" + std::to_string(s / (levels * each));
            info.vertebra = 30 + s / each % levels;
            info.position = s % each;
            info.relative = info.position / static_cast<double>(each - 1);
            info.native_pixels = 100;
            info.spacing = {6, 6};
            info.step = 5;
            for (int row = 0; row < size; ++row)
                for (int column = 0; column < size; ++column) {
                    const auto i = static_cast<std::size_t>(s * pixels + row * size + column);
                    const double distance = std::pow(row - 5, 2) + std::pow(column - info.vertebra + 24, 2);
                    const double hu = std::floor(-1000 + 1800 * first[i]);
                    const bool broken = (s / (levels * each) + info.vertebra) % 2 != 0;
                    const double rate = broken * 0.3 * std::max(0.0, 1 - distance / 20) * (1 - std::abs(2 * info.relative - 1)) * (hu > 200);
                    images[i] = static_cast<std::int16_t>(hu);
                    masks[i] = (row + column) % 13 == 0 ? 255 : second[i] < rate;
                    info.fracture_pixels += masks[i] == 1;
                    info.ignored_pixels += masks[i] == 255;
                }
            info.native_fracture_pixels = info.fracture_pixels;
            slices.push_back(info);
        }
    }
    [[nodiscard]] facet::slice_stack stack() const { return {size, slices, images, masks}; }
    [[nodiscard]] std::vector<std::uint32_t> of_patients(int from, int to) const {
        std::vector<std::uint32_t> some;
        for (int s = from * levels * each; s < to * levels * each; ++s) some.push_back(static_cast<std::uint32_t>(s));
        return some;
    }
    [[nodiscard]] std::vector<std::uint32_t> training() const { return of_patients(0, training_patients); }
    [[nodiscard]] std::vector<std::uint32_t> test() const { return of_patients(training_patients, patients); }
};
