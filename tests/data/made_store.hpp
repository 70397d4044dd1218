#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <facet/data/store.hpp>
#include <facet/data/store_writer.hpp>
#include <facet/data/volume.hpp>

namespace facet::testing {

/// A patient of a made store: `vertebrae` from L5 upwards with three slices each; the middle slice of the first `broken` ones holds a
/// fracture of six pixels.
struct made_patient {
    std::string name;
    int vertebrae = 2, broken = 0;
    std::string anatomy{}, source = "scan";
};

/// Slices of 4 x 4 pixels of 2 x 0.5 mm, 3 mm apart: padding in the first row, 40 HU elsewhere, 240 HU in fractures, the last pixel
/// ignored. Natively a slice has 20 pixels and a fracture 8 of them.
inline store made_store(const std::filesystem::path& folder, const std::vector<made_patient>& patients, const std::string& data = "scans") {
    std::size_t count = 0;
    for (const auto& p : patients) count += 3 * static_cast<std::size_t>(p.vertebrae);
    store_writer writer{folder, count, 4};
    for (const auto& p : patients)
        for (int v = 0; v < p.vertebrae; ++v)
            for (int position = 0; position < 3; ++position) {
                std::vector<std::int16_t> image(16, 40);
                std::vector<std::uint8_t> mask(16, 0);
                for (std::size_t i = 0; i < 4; ++i) image[i] = air;
                const bool broken = v < p.broken && position == 1;
                for (std::size_t i = 4; broken && i < 10; ++i) image[i] = 240, mask[i] = 1;
                mask[15] = ignore_label;
                slice_info info;
                info.patient = p.name;
                info.vertebra = 27 + v;
                info.position = position;
                info.relative = position / 2.0;
                info.spacing = {2, 0.5};
                info.step = 3;
                info.native_pixels = 20;
                info.native_fracture_pixels = broken ? 8 : 0;
                info.source = p.source;
                info.anatomy = p.anatomy.empty() ? p.name : p.anatomy;
                writer.add(info, image, mask);
            }
    writer.finish({{"data", data}});
    return store{folder};
}

} // namespace facet::testing
