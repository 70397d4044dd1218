#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <facet/core/rng.hpp>

/// Random functions over a volume, a function of their key alone: any slice can be made first.
namespace facet::cohort {

/// Gaussian noise smoothed within slices and a little across them, of unit variance; made slice by slice, ascending.
class noise_field {
public:
    /// `width`: the kernel's standard deviation in pixels; `across`: the weight of each neighbouring slice relative to the slice itself.
    noise_field(std::uint64_t key, std::size_t columns, std::size_t rows, double width, float across) : key_{key}, columns_{columns}, rows_{rows}, across_{across} {
        const int radius = std::max(1, static_cast<int>(std::ceil(3 * width)));
        double square = 0;
        for (int d = -radius; d <= radius; ++d) {
            kernel_.push_back(static_cast<float>(std::exp(-d * d / (2 * width * width))));
            square += static_cast<double>(kernel_.back()) * static_cast<double>(kernel_.back());
        }
        const double in_slices = std::sqrt(1 + 2.0 * static_cast<double>(across) * static_cast<double>(across));
        const double white = std::sqrt(4.0 / 12.0) * 65536.0; // four uniform 16-bit numbers
        scale_ = static_cast<float>(1 / (square * in_slices * white));
    }

    /// Slice `k` of the field, valid until the next call.
    const std::vector<float>& slice(std::size_t k) {
        if (across_ == 0) return at(k, out_);
        if (!started_ || k != last_ + 1) {
            at(k, before_); // stands for slice k - 1 of the first slice asked for: just as random
            at(k + 1, here_);
        } else {
            std::swap(before_, here_);
            std::swap(here_, after_);
        }
        at(k + 2, after_);
        started_ = true;
        last_ = k;
        out_.resize(here_.size());
        for (std::size_t n = 0; n < out_.size(); ++n) out_[n] = here_[n] + across_ * (before_[n] + after_[n]);
        return out_;
    }

private:
    std::vector<float>& at(std::size_t k, std::vector<float>& into) {
        white_.resize(columns_ * rows_);
        const std::uint64_t key = rng::key(key_, k);
        for (std::size_t n = 0; n < white_.size(); ++n) {
            const std::uint64_t bits = rng::mix(key + n * 0x9e3779b97f4a7c15u);
            const auto sum = static_cast<std::int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
            white_[n] = static_cast<float>(sum - 131070) * scale_;
        }
        const auto radius = static_cast<std::ptrdiff_t>(kernel_.size() / 2);
        rows_done_.assign(white_.size(), 0.0f);
        into.assign(white_.size(), 0.0f);
        for (std::size_t r = 0; r < rows_; ++r) convolve_row(white_.data() + r * columns_, rows_done_.data() + r * columns_, radius);
        for (std::size_t r = 0; r < rows_; ++r)
            for (std::ptrdiff_t d = -radius; d <= radius; ++d) {
                const float* const from = rows_done_.data() + wrapped(static_cast<std::ptrdiff_t>(r) + d, rows_) * columns_;
                float* const to = into.data() + r * columns_;
                const float weight = kernel_[static_cast<std::size_t>(d + radius)];
                for (std::size_t c = 0; c < columns_; ++c) to[c] += weight * from[c];
            }
        return into;
    }
    static std::size_t wrapped(std::ptrdiff_t i, std::size_t n) {
        const auto count = static_cast<std::ptrdiff_t>(n);
        return static_cast<std::size_t>((i % count + count) % count);
    }
    void convolve_row(const float* from, float* to, std::ptrdiff_t radius) const {
        const auto n = static_cast<std::ptrdiff_t>(columns_);
        for (std::ptrdiff_t d = -radius; d <= radius; ++d) {
            const float weight = kernel_[static_cast<std::size_t>(d + radius)];
            const std::ptrdiff_t first = std::clamp<std::ptrdiff_t>(-d, 0, n), last = std::clamp<std::ptrdiff_t>(n - d, 0, n);
            for (std::ptrdiff_t c = 0; c < first; ++c) to[c] += weight * from[wrapped(c + d, columns_)];
            for (std::ptrdiff_t c = first; c < last; ++c) to[c] += weight * from[c + d];
            for (std::ptrdiff_t c = last; c < n; ++c) to[c] += weight * from[wrapped(c + d, columns_)];
        }
    }

    std::uint64_t key_;
    std::size_t columns_, rows_;
    float across_, scale_ = 1;
    std::vector<float> kernel_, white_, rows_done_, before_, here_, after_, out_;
    std::size_t last_ = 0;
    bool started_ = false;
};

/// A smooth displacement: cubic B-splines on a coarse grid of random vectors (free-form deformation; Rueckert et al., IEEE TMI 1999).
class smooth_deformation {
public:
    smooth_deformation(std::uint64_t key, const std::array<double, 3>& extent, double knots_mm, double amplitude) : knot_{static_cast<float>(1 / knots_mm)} {
        for (std::size_t d = 0; d < 3; ++d) size_[d] = static_cast<std::size_t>(std::ceil(extent[d] / knots_mm)) + 4;
        rng::stream draw{key};
        value_.resize(size_[0] * size_[1] * size_[2]);
        // The spline smooths: at a knot its weights 1/6, 4/6, 1/6 leave this share of the deviation along each axis.
        const double kept = std::pow(std::sqrt(18.0) / 6, 3);
        for (auto& v : value_)
            for (auto& component : v) component = static_cast<float>(amplitude / kept * std::clamp(draw.normal(), -2.5, 2.5));
    }
    /// In mm, at a place in mm from the corner of the extent.
    [[nodiscard]] std::array<float, 3> operator()(float x, float y, float z) const {
        const std::array<float, 3> p{x * knot_, y * knot_, z * knot_};
        std::array<std::size_t, 3> at{};
        std::array<std::array<float, 4>, 3> w{};
        for (std::size_t d = 0; d < 3; ++d) {
            const float q = std::clamp(p[d], 0.0f, static_cast<float>(size_[d] - 4) + 0.999f), whole = std::floor(q), t = q - whole, u = 1 - t;
            at[d] = static_cast<std::size_t>(whole);
            w[d] = {u * u * u / 6, (4 - 3 * t * t * (2 - t)) / 6, (4 - 3 * u * u * (2 - u)) / 6, t * t * t / 6};
        }
        std::array<float, 3> sum{};
        for (std::size_t k = 0; k < 4; ++k)
            for (std::size_t j = 0; j < 4; ++j) {
                const auto* const row = value_.data() + ((at[2] + k) * size_[1] + at[1] + j) * size_[0] + at[0];
                const float weight = w[2][k] * w[1][j];
                for (std::size_t i = 0; i < 4; ++i)
                    for (std::size_t d = 0; d < 3; ++d) sum[d] += weight * w[0][i] * row[i][d];
            }
        return sum;
    }

private:
    float knot_;
    std::array<std::size_t, 3> size_{};
    std::vector<std::array<float, 3>> value_;
};

} // namespace facet::cohort
