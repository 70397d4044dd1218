#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/crop.hpp>
#include <facet/data/geometry.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/slices.hpp>
#include <facet/data/slicing.hpp>
#include <facet/data/volume.hpp>

/// From a scan to slices of its vertebrae, and from a place in a slice back to the scan.
namespace facet {

/// Where the slices of one vertebra lie.
struct slice_frame {
    vertebra_id vertebra;
    crop_region region;
    voxel_box box;                     ///< region.seen within the scan
    std::array<std::size_t, 3> axis{}; ///< array axes along slices, rows and columns
    std::array<double, 3> unit{};      ///< voxels per slice, row and column, signed
    double first = 0;                  ///< voxel coordinate of slice 0 along its axis
    std::size_t count = 0, size = 0;   ///< slices, and pixels per side
    double pixel = 0, step = 0;        ///< mm

    /// Voxel coordinates (i, j, k) of a place in the slices.
    [[nodiscard]] std::array<double, 3> to_voxel(double position, double row, double column) const {
        std::array<double, 3> v{};
        const double middle = 0.5 * static_cast<double>(size - 1);
        v[axis[0]] = first + unit[0] * position;
        v[axis[1]] = region.centre[axis[1]] + unit[1] * (row - middle);
        v[axis[2]] = region.centre[axis[2]] + unit[2] * (column - middle);
        return v;
    }
    /// Slice, row and column of a place in the scan.
    [[nodiscard]] std::array<double, 3> to_slice(const std::array<double, 3>& voxel) const {
        const double middle = 0.5 * static_cast<double>(size - 1);
        return {(voxel[axis[0]] - first) / unit[0], (voxel[axis[1]] - region.centre[axis[1]]) / unit[1] + middle, (voxel[axis[2]] - region.centre[axis[2]]) / unit[2] + middle};
    }
    /// 0 at one end of the vertebra, 1 at the other.
    [[nodiscard]] double relative(std::size_t position) const {
        const double low = static_cast<double>(region.sliced.low[axis[0]]), high = static_cast<double>(region.sliced.high[axis[0]]);
        const double at = (first + unit[0] * static_cast<double>(position) - low) / std::max(high - low, 1.0);
        return std::clamp(unit[0] > 0 ? at : 1 - at, 0.0, 1.0);
    }
};

/// A file's numbers in facet's: 0, 26 ... 50, `unnumbered_bone`. Throws bad_input naming a number that the scheme does not have.
inline void translate_labels(label_volume& labels, const std::function<labels::meaning(int)>& scheme, const std::string& file) {
    std::array<bool, 256> present{};
    for (const auto v : labels.voxels) present[v] = true;
    std::array<std::uint8_t, 256> table{};
    for (int value = 0; value < 256; ++value) {
        if (!present[static_cast<std::size_t>(value)]) continue;
        const auto meaning = scheme(value);
        if (!meaning) throw bad_input{"'" + file + "' holds the label " + std::to_string(value) + ", which the label scheme of the recipe does not have"};
        table[static_cast<std::size_t>(value)] = *meaning;
    }
    for (auto& v : labels.voxels) v = table[v];
}

namespace detail::laying {

/// The largest connected piece (26 neighbours) of one label.
struct piece_of_label {
    voxel_box box;
    std::size_t voxels = 0;
};

/// Stray voxels of automatic labels must not widen a crop.
inline piece_of_label largest_piece(const label_volume& labels, std::uint8_t value, const voxel_box& where) {
    std::array<std::ptrdiff_t, 3> n;
    for (std::size_t a = 0; a < 3; ++a) n[a] = where.high[a] - where.low[a] + 1;
    const auto offset = [&](const std::array<std::ptrdiff_t, 3>& p) { return static_cast<std::size_t>((p[2] * n[1] + p[1]) * n[0] + p[0]); };
    std::vector<bool> open(static_cast<std::size_t>(n[0] * n[1] * n[2]));
    std::array<std::ptrdiff_t, 3> p;
    for (p[2] = 0; p[2] < n[2]; ++p[2])
        for (p[1] = 0; p[1] < n[1]; ++p[1])
            for (p[0] = 0; p[0] < n[0]; ++p[0]) open[offset(p)] = labels.voxels(where.low[2] + p[2], where.low[1] + p[1], where.low[0] + p[0]) == value;

    std::size_t largest = 0;
    voxel_box best = where;
    std::vector<std::array<std::ptrdiff_t, 3>> stack;
    std::array<std::ptrdiff_t, 3> start;
    for (start[2] = 0; start[2] < n[2]; ++start[2])
        for (start[1] = 0; start[1] < n[1]; ++start[1])
            for (start[0] = 0; start[0] < n[0]; ++start[0]) {
                if (!open[offset(start)]) continue;
                voxel_box piece{start, start};
                std::size_t voxels = 0;
                open[offset(start)] = false;
                stack.push_back(start);
                while (!stack.empty()) {
                    const auto at = stack.back();
                    stack.pop_back();
                    ++voxels;
                    for (std::size_t a = 0; a < 3; ++a) piece.low[a] = std::min(piece.low[a], at[a]), piece.high[a] = std::max(piece.high[a], at[a]);
                    for (int d = 0; d < 27; ++d) {
                        const std::array<std::ptrdiff_t, 3> q{at[0] + d % 3 - 1, at[1] + d / 3 % 3 - 1, at[2] + d / 9 - 1};
                        bool inside = true;
                        for (std::size_t a = 0; a < 3; ++a) inside = inside && q[a] >= 0 && q[a] < n[a];
                        if (!inside || !open[offset(q)]) continue;
                        open[offset(q)] = false;
                        stack.push_back(q);
                    }
                }
                if (voxels <= largest) continue;
                largest = voxels;
                for (std::size_t a = 0; a < 3; ++a) best.low[a] = where.low[a] + piece.low[a], best.high[a] = where.low[a] + piece.high[a];
            }
    return {best, largest};
}

/// A label's largest piece below this is a stray of automatic labelling: bone, but no vertebra. The smallest vertebrae have ten times as much.
inline constexpr double smallest_vertebra = 500; // mm3

inline std::map<int, voxel_box> boxes_of(const label_volume& labels) {
    std::array<std::optional<voxel_box>, 256> rough;
    const auto [nk, nj, ni] = std::array{labels.grid.size[2], labels.grid.size[1], labels.grid.size[0]};
    const std::uint8_t* value = labels.voxels.data();
    for (std::size_t k = 0; k < nk; ++k)
        for (std::size_t j = 0; j < nj; ++j)
            for (std::size_t i = 0; i < ni; ++i, ++value) {
                if (*value < first_vertebra || *value > last_vertebra) continue;
                const std::array<std::ptrdiff_t, 3> at{static_cast<std::ptrdiff_t>(i), static_cast<std::ptrdiff_t>(j), static_cast<std::ptrdiff_t>(k)};
                auto& box = rough[*value];
                if (!box) box = voxel_box{at, at};
                for (std::size_t a = 0; a < 3; ++a) box->low[a] = std::min(box->low[a], at[a]), box->high[a] = std::max(box->high[a], at[a]);
            }
    std::map<int, voxel_box> boxes;
    const auto& spacing = labels.grid.spacing;
    for (int v = first_vertebra; v <= last_vertebra; ++v) {
        if (!rough[static_cast<std::size_t>(v)]) continue;
        const auto piece = largest_piece(labels, static_cast<std::uint8_t>(v), *rough[static_cast<std::size_t>(v)]);
        if (static_cast<double>(piece.voxels) * spacing[0] * spacing[1] * spacing[2] >= smallest_vertebra) boxes[v] = piece.box;
    }
    return boxes;
}

/// Whether the scan ends within the vertebra: at a border of the scan its cross-section is still more than a quarter of its largest. Less
/// is the tip of a process below or beside a complete body.
inline bool cut_by_border(const label_volume& labels, std::uint8_t value, const voxel_box& box) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const bool at_start = box.low[axis] == 0, at_end = box.high[axis] == static_cast<std::ptrdiff_t>(labels.grid.size[axis]) - 1;
        if (!at_start && !at_end) continue;
        std::vector<std::size_t> section(static_cast<std::size_t>(box.high[axis] - box.low[axis] + 1));
        std::array<std::ptrdiff_t, 3> p;
        for (p[2] = box.low[2]; p[2] <= box.high[2]; ++p[2])
            for (p[1] = box.low[1]; p[1] <= box.high[1]; ++p[1])
                for (p[0] = box.low[0]; p[0] <= box.high[0]; ++p[0])
                    if (labels.voxels(p[2], p[1], p[0]) == value) ++section[static_cast<std::size_t>(p[axis] - box.low[axis])];
        const auto largest = *std::max_element(section.begin(), section.end());
        if ((at_start && 4 * section.front() > largest) || (at_end && 4 * section.back() > largest)) return true;
    }
    return false;
}

inline std::string rounded(double value) { return std::to_string(static_cast<int>(std::ceil(value))); }

} // namespace detail::laying

/// The vertebrae of translated labels.
inline spine_layout layout_of(const label_volume& labels, const levels& wanted) {
    spine_layout spine{labels.grid, axes_of(labels.grid), detail::laying::boxes_of(labels), wanted, {}};
    for (const auto& [value, box] : spine.boxes)
        if (detail::laying::cut_by_border(labels, static_cast<std::uint8_t>(value), box)) spine.cut_by_border.insert(value);
    return spine;
}

/// Lays the slices of one vertebra. Throws bad_input naming the size needed when it does not fit.
inline slice_frame frame_of(const spine_layout& spine, const slicing& recipe, vertebra_id id) {
    const auto& grid = spine.grid;
    const auto [left, back, head] = spine.axes;
    struct { anatomical_axes::axis along; int sense; } order[3]; // slices, rows, columns
    switch (recipe.axis) {
        case slice_axis::axial: order[0] = {head, 1}, order[1] = {back, 1}, order[2] = {left, 1}; break;
        case slice_axis::sagittal: order[0] = {left, 1}, order[1] = {head, -1}, order[2] = {back, 1}; break;
        case slice_axis::coronal: order[0] = {back, 1}, order[1] = {head, -1}, order[2] = {left, 1}; break;
    }
    slice_frame f;
    f.vertebra = id;
    f.region = recipe.crop(spine, id);
    f.box = f.region.seen.clipped(grid);
    f.size = recipe.size;
    for (std::size_t n = 0; n < 3; ++n) f.axis[n] = order[n].along.index;
    const auto sign = [&](std::size_t n) { return order[n].along.sign * order[n].sense; };

    // The side of the smallest square around the centre that shows a box.
    const auto side = [&](const voxel_box& box) {
        double half = 0;
        for (const auto a : {f.axis[1], f.axis[2]})
            half = std::max({half, (static_cast<double>(box.high[a]) + 0.5 - f.region.centre[a]) * grid.spacing[a], (f.region.centre[a] - static_cast<double>(box.low[a]) + 0.5) * grid.spacing[a]});
        return 2 * half;
    };
    f.pixel = recipe.fit ? side(f.region.seen) / static_cast<double>(recipe.size) : recipe.pixel;
    const double needed = side(f.region.whole), shown = static_cast<double>(recipe.size) * f.pixel;
    if (needed > shown * (1 + 1e-9))
        throw bad_input{printed(id) + " needs " + detail::laying::rounded(needed) + " mm and a slice shows " + std::to_string(static_cast<int>(shown)) + " mm; in the recipe use .size = " +
                        detail::laying::rounded(needed / f.pixel) + " or more, a larger .pixel, or scale::fit{}"};
    for (std::size_t n = 1; n < 3; ++n) f.unit[n] = sign(n) * f.pixel / grid.spacing[f.axis[n]];

    const double spacing = grid.spacing[f.axis[0]], voxels = recipe.step == 0 ? 1 : recipe.step < spacing ? recipe.step / spacing : std::round(recipe.step / spacing);
    const auto low = f.region.sliced.low[f.axis[0]], high = f.region.sliced.high[f.axis[0]];
    const double length = static_cast<double>(high - low);
    f.count = static_cast<std::size_t>(std::floor(length / voxels + 1e-9)) + 1;
    double rest = 0.5 * (length - voxels * static_cast<double>(f.count - 1));
    if (voxels >= 1) rest = std::floor(rest);
    f.step = voxels * spacing;
    f.unit[0] = sign(0) * voxels;
    f.first = sign(0) > 0 ? static_cast<double>(low) + rest : static_cast<double>(high) - rest;
    return f;
}

/// The vertebrae of a scan that become slices, and those that cannot.
struct scan_frames {
    std::vector<slice_frame> frames;
    std::vector<vertebra_id> cut_by_border;
};

inline scan_frames frames_of(const spine_layout& spine, const slicing& recipe) {
    scan_frames out;
    for (const auto& [value, box] : spine.boxes) {
        if (!recipe.wanted.contains({value})) continue;
        if (spine.cut_by_border.contains(value)) out.cut_by_border.push_back({value});
        else out.frames.push_back(frame_of(spine, recipe, {value}));
    }
    return out;
}

/// Gives every marked voxel that lies on no bone to the nearest vertebra within 10 mm: readers draw a little beyond automatic labels.
/// Returns the labels with those voxels added.
inline label_volume owners_of(const label_volume& labels, const mask_volume& fractures) {
    label_volume owners = labels;
    const auto& grid = labels.grid;
    std::array<std::ptrdiff_t, 3> radius;
    for (std::size_t a = 0; a < 3; ++a) radius[a] = static_cast<std::ptrdiff_t>(10 / grid.spacing[a]);
    const auto clip = [&](std::ptrdiff_t v, std::size_t a) { return std::clamp<std::ptrdiff_t>(v, 0, static_cast<std::ptrdiff_t>(grid.size[a]) - 1); };
    const auto nearest = [&](std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t k) {
        double best = 100.0001;
        std::uint8_t owner = 0;
        for (auto z = clip(k - radius[2], 2); z <= clip(k + radius[2], 2); ++z)
            for (auto y = clip(j - radius[1], 1); y <= clip(j + radius[1], 1); ++y)
                for (auto x = clip(i - radius[0], 0); x <= clip(i + radius[0], 0); ++x) {
                    const auto value = labels.voxels(z, y, x);
                    if (value == 0) continue;
                    const double dx = static_cast<double>(x - i) * grid.spacing[0], dy = static_cast<double>(y - j) * grid.spacing[1], dz = static_cast<double>(z - k) * grid.spacing[2];
                    if (const double d = dx * dx + dy * dy + dz * dz; d < best) best = d, owner = value;
                }
        return owner;
    };
    const std::uint8_t* mark = fractures.voxels.data();
    for (std::ptrdiff_t k = 0; k < static_cast<std::ptrdiff_t>(grid.size[2]); ++k)
        for (std::ptrdiff_t j = 0; j < static_cast<std::ptrdiff_t>(grid.size[1]); ++j)
            for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(grid.size[0]); ++i, ++mark)
                if (*mark != 0 && labels.voxels(k, j, i) == 0) owners.voxels(k, j, i) = nearest(i, j, k);
    return owners;
}

/// Cuts slices out of one scan. Keeps references: the volumes must outlive it.
class slicer {
public:
    /// `labels` are translated; with a fracture mask they are owners_of(labels, mask). Without one every vertebra is healthy.
    explicit slicer(const ct_volume& ct, const label_volume& labels, const mask_volume* fractures = nullptr) : ct_{ct}, labels_{labels}, fractures_{fractures} {}

    /// One slice, interpolated once: HU with padding `air` outside the crop; mask 1 where more than half of a pixel is broken, 255 where
    /// the reader was unsure or another vertebra's bone lies, else 0.
    void cut(const slice_frame& frame, std::size_t position, std::span<std::int16_t> image, std::span<std::uint8_t> mask) const {
        const plane p = plane_at(frame, position);
        const auto rows = taps(frame, p, 1), columns = taps(frame, p, 2);
        std::fill(image.begin(), image.end(), air);
        std::fill(mask.begin(), mask.end(), std::uint8_t{0});
        for (std::size_t r = 0; r < frame.size; ++r) {
            if (!rows[r].inside) continue;
            for (std::size_t c = 0; c < frame.size; ++c) {
                if (!columns[c].inside) continue;
                image[r * frame.size + c] = static_cast<std::int16_t>(std::lround(sample(p, p.hu, rows[r], columns[c])));
                mask[r * frame.size + c] = verdict(frame, p, rows[r], columns[c]);
            }
        }
    }

    /// Pixels of the crop at the scan's own resolution in slice `at` of the scan, and how many of them are broken.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> native_pixels(const slice_frame& frame, std::ptrdiff_t at) const {
        const auto [slices, rows, columns] = frame.axis;
        std::uint32_t pixels = 0, broken = 0;
        std::array<std::ptrdiff_t, 3> v{};
        v[slices] = at;
        for (v[rows] = frame.box.low[rows]; v[rows] <= frame.box.high[rows]; ++v[rows])
            for (v[columns] = frame.box.low[columns]; v[columns] <= frame.box.high[columns]; ++v[columns]) {
                ++pixels;
                broken += marked(v, frame.vertebra, 1) ? 1u : 0u;
            }
        return {pixels, broken};
    }

private:
    /// The part of a slice of the scan that a crop needs, with room for interpolation and smoothing.
    struct plane {
        std::ptrdiff_t first_row = 0, first_column = 0;
        std::size_t rows = 0, columns = 0;
        std::vector<float> hu, broken, unsure;  ///< the last two are empty where nothing is marked
        std::vector<std::uint8_t> label;
    };
    /// Two neighbouring samples, the weight of the second, and the nearer one.
    struct tap {
        bool inside = false;
        std::size_t first = 0, second = 0, nearest = 0;
        float weight = 0;
    };

    [[nodiscard]] bool marked(const std::array<std::ptrdiff_t, 3>& v, vertebra_id id, std::uint8_t mark) const {
        return fractures_ != nullptr && fractures_->voxels(v[2], v[1], v[0]) == mark && labels_.voxels(v[2], v[1], v[0]) == id.value;
    }

    /// In voxels. The stored pixel's point spread: a Gaussian as wide at half height (2.355 sigma) as the pixel, less the scan's own.
    [[nodiscard]] double sigma(const slice_frame& f, std::size_t axis) const {
        const double own = ct_.grid.spacing[axis];
        return f.pixel > own ? std::sqrt(f.pixel * f.pixel - own * own) / 2.355 / own : 0;
    }

    [[nodiscard]] plane plane_at(const slice_frame& f, std::size_t position) const {
        const auto [slices, rows, columns] = f.axis;
        const auto span_of = [&](std::size_t axis) {
            const auto reach = 1 + static_cast<std::ptrdiff_t>(std::ceil(3 * sigma(f, axis)));
            return std::pair{std::max<std::ptrdiff_t>(f.box.low[axis] - reach, 0), std::min(f.box.high[axis] + reach, static_cast<std::ptrdiff_t>(ct_.grid.size[axis]) - 1)};
        };
        const auto [row_low, row_high] = span_of(rows);
        const auto [column_low, column_high] = span_of(columns);
        plane p{row_low, column_low, static_cast<std::size_t>(row_high - row_low + 1), static_cast<std::size_t>(column_high - column_low + 1), {}, {}, {}, {}};
        p.hu.resize(p.rows * p.columns);
        p.label.resize(p.rows * p.columns);

        const double at = std::clamp(f.first + f.unit[0] * static_cast<double>(position), 0.0, static_cast<double>(ct_.grid.size[slices] - 1));
        const auto below = static_cast<std::ptrdiff_t>(std::floor(at + 1e-6));
        const float weight = at - static_cast<double>(below) < 1e-6 ? 0.0f : static_cast<float>(at - static_cast<double>(below));
        add_slice(f, p, below, 1 - weight, weight <= 0.5f);
        if (weight > 0) add_slice(f, p, below + 1, weight, weight > 0.5f);
        smooth(p, sigma(f, rows), sigma(f, columns));
        return p;
    }

    /// Adds slice `at` of the scan with a weight; the nearer of two slices gives the labels.
    void add_slice(const slice_frame& f, plane& p, std::ptrdiff_t at, float weight, bool nearer) const {
        std::array<std::ptrdiff_t, 3> v{};
        v[f.axis[0]] = at;
        for (std::size_t r = 0, n = 0; r < p.rows; ++r)
            for (std::size_t c = 0; c < p.columns; ++c, ++n) {
                v[f.axis[1]] = p.first_row + static_cast<std::ptrdiff_t>(r);
                v[f.axis[2]] = p.first_column + static_cast<std::ptrdiff_t>(c);
                p.hu[n] += weight * static_cast<float>(ct_.voxels(v[2], v[1], v[0]));
                if (nearer) p.label[n] = labels_.voxels(v[2], v[1], v[0]);
                if (marked(v, f.vertebra, 1)) mark(p.broken, p, n, weight);
                else if (marked(v, f.vertebra, ignore_label)) mark(p.unsure, p, n, weight);
            }
    }
    static void mark(std::vector<float>& share, const plane& p, std::size_t n, float weight) {
        if (share.empty()) share.resize(p.rows * p.columns);
        share[n] += weight;
    }

    static void smooth(plane& p, double row_sigma, double column_sigma) {
        blur(p.hu, p.rows, p.columns, p.columns, 1, row_sigma);
        blur(p.hu, p.columns, p.rows, 1, p.columns, column_sigma);
    }
    /// A Gaussian along one axis of `lines` lines; the last sample repeats beyond the ends.
    static void blur(std::vector<float>& data, std::size_t length, std::size_t lines, std::size_t stride, std::size_t line_stride, double sigma) {
        if (sigma <= 0) return;
        const auto radius = static_cast<std::ptrdiff_t>(std::ceil(3 * sigma));
        std::vector<float> kernel(static_cast<std::size_t>(2 * radius + 1));
        float sum = 0;
        for (std::ptrdiff_t k = -radius; k <= radius; ++k) sum += kernel[static_cast<std::size_t>(k + radius)] = static_cast<float>(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
        std::vector<float> line(length);
        for (std::size_t l = 0; l < lines; ++l) {
            float* const base = data.data() + l * line_stride;
            for (std::size_t i = 0; i < length; ++i) line[i] = base[i * stride];
            for (std::size_t i = 0; i < length; ++i) {
                float value = 0;
                for (std::ptrdiff_t k = -radius; k <= radius; ++k)
                    value += kernel[static_cast<std::size_t>(k + radius)] * line[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(i) + k, 0, static_cast<std::ptrdiff_t>(length) - 1))];
                base[i * stride] = value / sum;
            }
        }
    }

    /// Where each row (n = 1) or column (n = 2) of the slice takes its samples from.
    [[nodiscard]] static std::vector<tap> taps(const slice_frame& f, const plane& p, std::size_t n) {
        const auto axis = f.axis[n];
        const auto origin = n == 1 ? p.first_row : p.first_column;
        const auto last = static_cast<double>((n == 1 ? p.rows : p.columns) - 1);
        std::vector<tap> out(f.size);
        for (std::size_t i = 0; i < f.size; ++i) {
            const double v = f.to_voxel(0, n == 1 ? static_cast<double>(i) : 0, n == 2 ? static_cast<double>(i) : 0)[axis];
            out[i].inside = v >= static_cast<double>(f.box.low[axis]) - 0.5 && v <= static_cast<double>(f.box.high[axis]) + 0.5;
            const double local = std::clamp(v - static_cast<double>(origin), 0.0, last);
            out[i].first = static_cast<std::size_t>(local);
            out[i].second = std::min(out[i].first + 1, static_cast<std::size_t>(last));
            out[i].weight = static_cast<float>(local - std::floor(local));
            out[i].nearest = out[i].weight > 0.5f ? out[i].second : out[i].first;
        }
        return out;
    }

    static float sample(const plane& p, const std::vector<float>& data, const tap& row, const tap& column) {
        const float* const a = data.data() + row.first * p.columns;
        const float* const b = data.data() + row.second * p.columns;
        const float upper = a[column.first] + column.weight * (a[column.second] - a[column.first]);
        const float lower = b[column.first] + column.weight * (b[column.second] - b[column.first]);
        return upper + row.weight * (lower - upper);
    }

    [[nodiscard]] std::uint8_t verdict(const slice_frame& f, const plane& p, const tap& row, const tap& column) const {
        if (!p.broken.empty() && sample(p, p.broken, row, column) > 0.5f) return 1;
        const auto bone = p.label[row.nearest * p.columns + column.nearest];
        if (bone != 0 && bone != f.vertebra.value) return ignore_label;
        return !p.unsure.empty() && sample(p, p.unsure, row, column) > 0.5f ? ignore_label : std::uint8_t{0};
    }

    const ct_volume& ct_;
    const label_volume& labels_;
    const mask_volume* fractures_;
};

} // namespace facet
