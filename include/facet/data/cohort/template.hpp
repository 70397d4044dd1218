#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/cohort/fit.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/volume.hpp>
#include <facet/io/itk.hpp>
#include <facet/io/itk_filters.hpp>

/// What the cohort knows of its one real spine: which voxels are vertebral bodies, where each vertebra's own axes point, and the two
/// surfaces that bound each body. Positions are in mm from the centre of the first voxel of the oriented crop: x left, y back, z up.
namespace facet::cohort {

/// A vertebra's own coordinates: `a` to the front, `l` to a side, `s` to the head, in mm from the body's centre. In-plane positions
/// relative to the body are `x = (a - middle) / half`, `y` likewise: -1 is the posterior wall, 1 the anterior one.
struct frame {
    vec centre{};
    std::array<vec, 3> axes{};          ///< a, l, s
    std::array<double, 2> middle{}, half{};
    surface<3> top, bottom;             ///< s of the endplates
    std::optional<surface<1>> above, below; ///< s of the neighbours' facing endplates

    [[nodiscard]] vec local(const vec& p) const {
        const vec d = p - centre;
        return {dot(d, axes[0]), dot(d, axes[1]), dot(d, axes[2])};
    }
    [[nodiscard]] double x(double a) const { return (a - middle[0]) / half[0]; }
    [[nodiscard]] double y(double l) const { return (l - middle[1]) / half[1]; }
};

inline constexpr std::uint8_t body_bit = 0x80; ///< set on a label where the voxel belongs to the vertebral body

struct spine_template {
    std::string name;
    geometry grid;                            ///< the working crop, oriented to the left, back and head
    xt::xtensor<float, 3> intensity;          ///< denoised Hounsfield units
    xt::xtensor<std::uint8_t, 3> labels;      ///< vertebra numbers, with `body_bit`
    xt::xtensor<std::uint8_t, 3> interior;    ///< 0 ... 255: how far inside a body's cortex
    std::map<int, frame> frames;
    std::vector<int> levels;                  ///< the samples: complete, with both neighbours seen, V27 ... V40; ascending
    std::array<std::size_t, 3> out_begin{}, out_size{}; ///< what a patient's images show of the crop
};

namespace detail {

using box = std::array<std::array<std::size_t, 2>, 3>; ///< begin and end along i, j, k

/// Where `keep(value)` holds; nothing where it holds nowhere.
template <class T, class Keep> std::optional<box> bounds(const xt::xtensor<T, 3>& voxels, Keep&& keep) {
    box b{{{SIZE_MAX, 0}, {SIZE_MAX, 0}, {SIZE_MAX, 0}}};
    const auto& n = voxels.shape();
    const T* v = voxels.data();
    for (std::size_t k = 0; k < n[0]; ++k)
        for (std::size_t j = 0; j < n[1]; ++j)
            for (std::size_t i = 0; i < n[2]; ++i, ++v)
                if (keep(*v)) {
                    const std::array<std::size_t, 3> at{i, j, k};
                    for (int d = 0; d < 3; ++d) {
                        b[d][0] = std::min(b[d][0], at[d]);
                        b[d][1] = std::max(b[d][1], at[d] + 1);
                    }
                }
    if (b[0][1] == 0) return std::nullopt;
    return b;
}

inline box grown(box b, const geometry& grid, double mm) {
    for (int d = 0; d < 3; ++d) {
        const auto margin = static_cast<std::size_t>(std::ceil(mm / grid.spacing[d]));
        b[d][0] = b[d][0] > margin ? b[d][0] - margin : 0;
        b[d][1] = std::min(b[d][1] + margin, grid.size[d]);
    }
    return b;
}

template <class T> volume<T> cropped(const volume<T>& v, const box& b) {
    geometry grid = v.grid;
    grid.origin = v.grid.to_physical(static_cast<double>(b[0][0]), static_cast<double>(b[1][0]), static_cast<double>(b[2][0]));
    for (int d = 0; d < 3; ++d) grid.size[d] = b[d][1] - b[d][0];
    volume<T> out{grid};
    out.voxels = xt::view(v.voxels, xt::range(b[2][0], b[2][1]), xt::range(b[1][0], b[1][1]), xt::range(b[0][0], b[0][1]));
    return out;
}

/// The vertebra numbers of a label file in TotalSegmentator's scheme. A file without a number above VerSe's largest is taken for VerSe's.
inline void to_totalsegmentator(label_volume& labels) {
    const int largest = *std::max_element(labels.voxels.begin(), labels.voxels.end());
    const bool verse = largest <= 28;
    for (auto& v : labels.voxels) {
        if (verse) v = labels::verse{}(v).value();
        if (v < 27 || v > last_vertebra) v = 0; // other organs, whatever their number
    }
}

template <class Keep> mask_volume where(const geometry& grid, const xt::xtensor<std::uint8_t, 3>& voxels, Keep&& keep) {
    mask_volume out{grid};
    std::transform(voxels.begin(), voxels.end(), out.voxels.begin(), [&](std::uint8_t v) { return static_cast<std::uint8_t>(keep(v)); });
    return out;
}

/// The body of one vertebra: what a ball of 6 mm fits into, grown back by 7 mm within the label (an opening in millimetres).
inline mask_volume opened(const mask_volume& bone) {
    const auto depth = image_filters<>::distance_to(where(bone.grid, bone.voxels, [](auto v) { return v == 0; }));
    mask_volume core{bone.grid};
    std::transform(depth.voxels.begin(), depth.voxels.end(), core.voxels.begin(), [](float d) { return static_cast<std::uint8_t>(d > 6); });
    if (!bounds(core.voxels, [](auto v) { return v != 0; })) return core;
    const auto near = image_filters<>::distance_to(image_filters<>::largest_piece(core));
    mask_volume body{bone.grid};
    std::transform(near.voxels.begin(), near.voxels.end(), bone.voxels.begin(), body.voxels.begin(),
                   [](float d, std::uint8_t b) { return static_cast<std::uint8_t>(d <= 7 && b != 0); });
    return body;
}

/// Voxel centres of `keep`, each as three points along the slice's thickness, in mm.
template <class Keep> std::vector<vec> points(const geometry& grid, const xt::xtensor<std::uint8_t, 3>& voxels, const box& b, Keep&& keep) {
    std::vector<vec> out;
    for (std::size_t k = b[2][0]; k < b[2][1]; ++k)
        for (std::size_t j = b[1][0]; j < b[1][1]; ++j)
            for (std::size_t i = b[0][0]; i < b[0][1]; ++i)
                if (keep(voxels(k, j, i)))
                    for (int third = -1; third <= 1; ++third)
                        out.push_back({static_cast<double>(i) * grid.spacing[0], static_cast<double>(j) * grid.spacing[1],
                                       (static_cast<double>(k) + third / 3.0) * grid.spacing[2]});
    return out;
}

inline vec mean(const std::vector<vec>& p) {
    vec sum{};
    for (const auto& v : p) sum = sum + v;
    return (1.0 / static_cast<double>(std::max<std::size_t>(p.size(), 1))) * sum;
}

inline std::vector<vec> local(const frame& f, const std::vector<vec>& p) {
    std::vector<vec> out;
    out.reserve(p.size());
    for (const auto& v : p) out.push_back(f.local(v));
    return out;
}

/// The highest (or lowest) point of every 2 mm column, in the frame's normalised coordinates, within a radius.
inline std::vector<sample> outermost(const frame& f, const std::vector<vec>& local_points, bool top, double radius_squared) {
    std::map<std::pair<int, int>, double> column;
    for (const auto& p : local_points) {
        const std::pair at{static_cast<int>(std::lround(p[0] / 2)), static_cast<int>(std::lround(p[1] / 2))};
        const auto [entry, fresh] = column.try_emplace(at, p[2]);
        if (!fresh) entry->second = top ? std::max(entry->second, p[2]) : std::min(entry->second, p[2]);
    }
    std::vector<sample> out;
    for (const auto& [at, s] : column) {
        const double x = f.x(2.0 * at.first), y = f.y(2.0 * at.second);
        if (x * x + y * y < radius_squared) out.push_back({x, y, s});
    }
    return out;
}

inline double quantile(std::vector<double> v, double q) {
    const auto n = static_cast<std::ptrdiff_t>(q * static_cast<double>(v.size() - 1));
    std::nth_element(v.begin(), v.begin() + n, v.end());
    return v[static_cast<std::size_t>(n)];
}

/// Extent of the body in its own plane, first to last percentile.
inline void measure_extent(frame& f, const std::vector<vec>& local_points) {
    for (std::size_t d = 0; d < 2; ++d) {
        std::vector<double> v;
        for (const auto& p : local_points) v.push_back(p[d]);
        const double low = quantile(v, 0.01), high = quantile(v, 0.99);
        f.middle[d] = (low + high) / 2;
        f.half[d] = (high - low) / 2;
    }
}

/// The axes: `s` along the spine's curve at first, then square to the mean of the endplates; `a` away from the arch.
inline frame make_frame(const std::vector<vec>& body, const vec& arch, const vec& up) {
    frame f;
    f.centre = mean(body);
    vec s = unit(up), a = f.centre - arch;
    for (int pass = 0; pass < 2; ++pass) {
        a = unit(a - dot(a, s) * s);
        f.axes = {a, cross(s, a), s};
        const auto p = local(f, body);
        measure_extent(f, p);
        const auto high = outermost(f, p, true, 0.85), low = outermost(f, p, false, 0.85);
        f.top = fit<3>(high);
        f.bottom = fit<3>(low);
        const auto t = fit<1>(high), b = fit<1>(low); // terms: 1, y, x
        s = unit(s - (t.coefficient[2] + b.coefficient[2]) / (2 * f.half[0]) * a - (t.coefficient[1] + b.coefficient[1]) / (2 * f.half[1]) * f.axes[1]);
    }
    return f;
}

} // namespace detail

/// Reads and analyses the template. Throws bad_input where it is no CT with at least three vertebrae of V27 ... V40 in a row.
class template_analysis {
public:
    static spine_template run(const std::filesystem::path& ct_path, const std::filesystem::path& labels_path) {
        template_analysis work{ct_path, labels_path};
        work.find_bodies();
        work.find_frames();
        work.find_neighbours();
        work.restore_corners();
        work.choose_levels(ct_path, labels_path);
        work.make_interior();
        work.make_intensity();
        return std::move(work.out_);
    }

private:
    template_analysis(const std::filesystem::path& ct_path, const std::filesystem::path& labels_path) {
        auto ct = image_io<>::read_ct(ct_path);
        auto labels = image_io<>::read_labels(labels_path);
        check_same_grid(ct.grid, labels.grid, ct_path, labels_path);
        detail::to_totalsegmentator(labels);
        const auto spine = detail::bounds(labels.voxels, [](auto v) { return v != 0; });
        if (!spine) throw bad_input{"'" + labels_path.string() + "' holds no vertebra; expected labels 27 (L5) ... 50 (C1)"};
        const auto work = detail::grown(*spine, labels.grid, 25);
        labels_ = image_filters<>::oriented(detail::cropped(labels, work));
        ct_ = image_filters<>::oriented(detail::cropped(ct, work));
        out_.name = ct_path.filename().string();
        if (const auto dot = out_.name.find('.'); dot != 0 && dot != out_.name.npos) out_.name.erase(dot);
        out_.grid = ct_.grid;
        for (int v = 27; v <= last_vertebra; ++v)
            if (const auto b = detail::bounds(labels_.voxels, [v](auto l) { return l == v; })) boxes_[v] = *b;
    }

    static void check_same_grid(const geometry& a, const geometry& b, const std::filesystem::path& pa, const std::filesystem::path& pb) {
        bool same = a.size == b.size;
        for (std::size_t i = 0; i < 3; ++i) {
            const double tolerance = 1e-3 * a.spacing[i];
            same = same && std::abs(a.spacing[i] - b.spacing[i]) < tolerance && std::abs(a.origin[i] - b.origin[i]) < 0.5 * a.spacing[i];
        }
        for (std::size_t i = 0; i < 9; ++i) same = same && std::abs(a.direction[i] - b.direction[i]) < 1e-3;
        if (!same) throw bad_input{"'" + pb.string() + "' does not lie on the grid of '" + pa.string() + "'; expected equal size, spacing, origin and direction"};
    }

    [[nodiscard]] auto is(int v) const { return [v](std::uint8_t l) { return l == v; }; }
    [[nodiscard]] auto is_body(int v) const { return [v](std::uint8_t l) { return l == (v | body_bit); }; }

    void find_bodies() {
        for (const auto& [v, b] : boxes_) {
            const auto part = detail::grown(b, labels_.grid, 3); // background on every side but the scan's own ends
            mask_volume bone = detail::cropped(labels_, part);
            for (auto& l : bone.voxels) l = l == v;
            const auto body = detail::opened(bone);
            auto target = xt::view(labels_.voxels, xt::range(part[2][0], part[2][1]), xt::range(part[1][0], part[1][1]), xt::range(part[0][0], part[0][1]));
            auto to = target.begin();
            for (const auto is_body : body.voxels) {
                if (is_body) *to = static_cast<std::uint8_t>(v | body_bit);
                ++to;
            }
            auto points = detail::points(labels_.grid, labels_.voxels, b, this->is_body(v));
            if (points.size() >= 600) bodies_[v] = std::move(points); // 200 voxels: less is a sliver at the scan's end
        }
    }

    void find_frames() {
        for (const auto& [v, body] : bodies_) {
            if (!bodies_.contains(v - 1) || !bodies_.contains(v + 1)) continue;
            const auto arch = detail::points(labels_.grid, labels_.voxels, boxes_.at(v), is(v));
            if (arch.empty()) continue;
            out_.frames[v] = detail::make_frame(body, detail::mean(arch), detail::mean(bodies_.at(v + 1)) - detail::mean(bodies_.at(v - 1)));
        }
    }

    void find_neighbours() {
        for (auto& [v, f] : out_.frames) {
            f.above = fit<1>(detail::outermost(f, detail::local(f, bodies_.at(v + 1)), false, 0.8));
            f.below = fit<1>(detail::outermost(f, detail::local(f, bodies_.at(v - 1)), true, 0.8));
        }
    }

    /// The opening rounds a body's corners off; the label in front of the posterior wall is body as well.
    void restore_corners() {
        for (auto& [v, f] : out_.frames) {
            const auto& b = boxes_.at(v);
            for (std::size_t k = b[2][0]; k < b[2][1]; ++k)
                for (std::size_t j = b[1][0]; j < b[1][1]; ++j)
                    for (std::size_t i = b[0][0]; i < b[0][1]; ++i) {
                        auto& l = labels_.voxels(k, j, i);
                        if (l != v) continue;
                        const auto& step = labels_.grid.spacing;
                        const vec p = f.local({static_cast<double>(i) * step[0], static_cast<double>(j) * step[1], static_cast<double>(k) * step[2]});
                        const double x = f.x(p[0]), y = f.y(p[1]);
                        if (x > -1 && std::abs(y) < 1.2 && (x > 0 ? x * x : 0) + y * y < 1.9) l = static_cast<std::uint8_t>(v | body_bit);
                    }
            const auto p = detail::local(f, detail::points(labels_.grid, labels_.voxels, b, is_body(v)));
            f.top = fit<3>(detail::outermost(f, p, true, 0.95));
            f.bottom = fit<3>(detail::outermost(f, p, false, 0.95));
        }
        out_.labels = labels_.voxels;
    }

    /// A body that touches the working crop's border is cut by the scan's, for the crop has a margin otherwise: no sample.
    void choose_levels(const std::filesystem::path& ct_path, const std::filesystem::path& labels_path) {
        for (const auto& [v, f] : out_.frames) {
            const auto body = detail::bounds(labels_.voxels, is_body(v));
            bool cut = false;
            for (std::size_t d = 0; d < 3; ++d) cut = cut || (*body)[d][0] == 0 || (*body)[d][1] == labels_.grid.size[d];
            if (v <= 40 && !cut) out_.levels.push_back(v);
        }
        if (out_.levels.size() < 3)
            throw bad_input{"'" + labels_path.string() + "' shows " + std::to_string(out_.levels.size()) +
                            " complete vertebrae of V27 (L5) ... V40 (T4) with both neighbours; the cohort needs 3"};
        const int first = out_.levels.front() - 1, top = out_.levels.back() + 1;
        const auto shown = detail::bounds(labels_.voxels, [&](std::uint8_t l) { return (l & 0x7f) >= first && (l & 0x7f) <= top; });
        const auto b = detail::grown(*shown, labels_.grid, 12);
        for (std::size_t d = 0; d < 3; ++d) {
            out_.out_begin[d] = b[d][0];
            out_.out_size[d] = b[d][1] - b[d][0];
        }
        const auto& hu = ct_.voxels;
        if (*std::max_element(hu.begin(), hu.end()) < 200)
            throw bad_input{"'" + ct_path.string() + "' has no voxel above 200 HU; expected a CT in Hounsfield units"};
    }

    /// Depth behind the cortex, on slices split in three: at 2.5 mm an endplate would count as interior otherwise.
    void make_interior() {
        constexpr std::size_t parts = 3;
        geometry fine = labels_.grid;
        fine.size[2] *= parts;
        fine.spacing[2] /= parts;
        mask_volume outside{fine};
        const std::size_t slice = fine.size[0] * fine.size[1];
        for (std::size_t k = 0; k < fine.size[2]; ++k)
            std::transform(labels_.voxels.data() + k / parts * slice, labels_.voxels.data() + (k / parts + 1) * slice, outside.voxels.data() + k * slice,
                           [](std::uint8_t l) { return static_cast<std::uint8_t>((l & body_bit) == 0); });
        const auto depth = image_filters<>::distance_to(outside);
        out_.interior = xt::xtensor<std::uint8_t, 3>::from_shape(labels_.voxels.shape());
        for (std::size_t n = 0; n < out_.interior.size(); ++n) {
            float sum = 0;
            for (std::size_t p = 0; p < parts; ++p)
                sum += std::clamp((depth.voxels.data()[(n / slice * parts + p) * slice + n % slice] - 1.2f) / 1.8f, 0.0f, 1.0f);
            out_.interior.data()[n] = static_cast<std::uint8_t>(std::lround(255 * sum / parts));
        }
    }

    /// Noise is removed here so that a patient's own can be added last; thick slices blur the endplates, which are sharpened.
    void make_intensity() {
        volume<float> hu{ct_.grid};
        std::copy(ct_.voxels.begin(), ct_.voxels.end(), hu.voxels.begin());
        hu = image_filters<>::denoised(hu, 0.5, 3);
        if (ct_.grid.spacing[2] > 1.5) sharpen_along_slices(hu);
        out_.intensity = image_filters<>::spline_coefficients(hu).voxels;
    }

    static void sharpen_along_slices(volume<float>& v) {
        constexpr std::array<float, 4> weight{0.3991f, 0.2420f, 0.0540f, 0.0044f}; // a Gaussian of one slice
        const auto source = v.voxels;
        const std::size_t slice = v.grid.size[0] * v.grid.size[1];
        const auto last = static_cast<std::ptrdiff_t>(v.grid.size[2]) - 1;
        for (std::ptrdiff_t k = 0; k <= last; ++k)
            for (std::size_t n = 0; n < slice; ++n) {
                const auto at = [&](std::ptrdiff_t z) { return source.data()[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(z, 0, last)) * slice + n]; };
                float smooth = weight[0] * at(k);
                for (std::ptrdiff_t d = 1; d < 4; ++d) smooth += weight[static_cast<std::size_t>(d)] * (at(k - d) + at(k + d));
                v.voxels.data()[static_cast<std::size_t>(k) * slice + n] = std::clamp(1.7f * at(k) - 0.7f * smooth, -1024.0f, 2500.0f);
            }
    }

    spine_template out_;
    ct_volume ct_;
    label_volume labels_;
    std::map<int, detail::box> boxes_;
    std::map<int, std::vector<vec>> bodies_;
};

} // namespace facet::cohort
