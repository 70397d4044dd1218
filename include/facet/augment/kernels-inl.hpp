#pragma once
// unit: facet::augment::kernels<>
// library: engine

#include <facet/augment/kernels.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <ATen/Functions.h>

#include <facet/core/fast_math.hpp>
#include <facet/data/volume.hpp>
#include <facet/engine/parallel.hpp>

namespace facet::augment {

namespace detail {

/// A linear map along one axis: output i is the sum over t of weight[n,t,i] times input index[n,t,i].
struct taps {
    at::Tensor index;  ///< int64 [1 or N, T, S]
    at::Tensor weight; ///< float, same shape
};

inline at::Tensor axis(std::int64_t size, const at::Tensor& like) { return at::arange(size, like.options().dtype(at::kFloat)); }

/// Places -reach..reach around every pixel, mirrored at the borders without repeating the border pixel. [1,T,S].
inline at::Tensor mirrored_window(std::int64_t reach, std::int64_t size, const at::Tensor& like) {
    const auto place = at::arange(size, like.options().dtype(at::kLong)).unsqueeze(0).add(at::arange(-reach, reach + 1, like.options().dtype(at::kLong)).unsqueeze(1)).abs();
    return place.sub(size - 1).abs().neg().add(size - 1).abs().unsqueeze(0);
}

inline taps gaussian_taps(const at::Tensor& sigma, std::int64_t size, double largest) {
    const auto reach = std::min<std::int64_t>(static_cast<std::int64_t>(std::floor(3 * largest + 0.25)), size - 1);
    const auto s = sigma.reshape({-1, 1});
    const auto t = at::arange(-reach, reach + 1, sigma.options()).unsqueeze(0);
    auto weight = t.div(s.clamp_min(1e-6)).square().mul(-0.5).exp().mul(t.abs().le(s.mul(3).add(0.25).floor()));
    weight = weight.div(weight.sum(1, true)).unsqueeze(2).expand({-1, -1, size}).contiguous();
    return {mirrored_window(reach, size, sigma), weight};
}

inline taps box_taps(const at::Tensor& thickness, std::int64_t size, double largest) {
    const auto reach = std::min<std::int64_t>(static_cast<std::int64_t>(std::ceil((largest - 1) / 2)), size - 1);
    const auto half = thickness.reshape({-1, 1}).clamp_min(1).div(2);
    const auto t = at::arange(-reach, reach + 1, thickness.options()).unsqueeze(0);
    auto weight = at::minimum(t.add(0.5), half).sub(at::maximum(t.sub(0.5), half.neg())).clamp_min(0);
    weight = weight.div(weight.sum(1, true)).unsqueeze(2).expand({-1, -1, size}).contiguous();
    return {mirrored_window(reach, size, thickness), weight};
}

inline taps low_resolution_taps(const at::Tensor& scale, std::int64_t size) {
    const auto side = static_cast<double>(size);
    const auto low = scale.reshape({-1, 1}).mul(side).round().clamp(1, side);
    const auto source = axis(size, scale).add(0.5).unsqueeze(0).mul(low.div(side)).sub(0.5).clamp_min(0);
    const auto left = source.floor();
    const auto right = at::minimum(left.add(1), low.sub(1));
    const auto share = source.sub(left);
    const auto nearest = [&](const at::Tensor& i) { return i.add(0.5).mul(low.reciprocal().mul(side)).floor().clamp_max(side - 1).to(at::kLong); };
    return {at::stack({nearest(left), nearest(right)}, 1), at::stack({share.neg().add(1), share}, 1)};
}

inline at::Tensor through_by_tensors(const at::Tensor& images, const taps& map, std::int64_t dimension) {
    auto shape = std::vector<std::int64_t>{-1, 1, 1, 1};
    shape[static_cast<std::size_t>(dimension)] = images.size(dimension);
    at::Tensor out;
    for (std::int64_t t = 0; t < map.index.size(1); ++t) {
        const auto part = images.gather(dimension, map.index.select(1, t).reshape(shape).expand(images.sizes())).mul(map.weight.select(1, t).reshape(shape));
        out = out.defined() ? out.add_(part) : part;
    }
    return out;
}

/// The same on the CPU, slice by slice; rows (dimension 2) add whole rows, columns (3) gather within one.
inline at::Tensor through_on_cpu(const at::Tensor& images, const taps& map, std::int64_t dimension) {
    const auto in = images.contiguous();
    auto out = at::empty_like(in);
    const auto n = in.size(0), channels = in.size(1), height = in.size(2), width = in.size(3), count = map.index.size(1), size = map.index.size(2);
    const auto index = map.index.contiguous(), weight = map.weight.contiguous();
    const auto* const all_indices = index.data_ptr<std::int64_t>();
    const auto* const all_weights = weight.data_ptr<float>();
    const auto one = [&](std::int64_t i) {
        const auto* places = all_indices + (index.size(0) == 1 ? 0 : i / channels * count * size);
        const auto* weights = all_weights + (weight.size(0) == 1 ? 0 : i / channels * count * size);
        const float* x = in.data_ptr<float>() + i * height * width;
        float* y = out.data_ptr<float>() + i * height * width;
        std::fill_n(y, height * width, 0.f);
        for (std::int64_t row = 0; row < height; ++row, y += width) {
            for (std::int64_t t = 0; t < count; ++t) {
                const auto* p = places + t * size;
                const auto* w = weights + t * size;
                if (dimension == 2) {
                    const float factor = w[row];
                    const float* source = x + p[row] * width;
                    if (factor == 0) continue;
                    for (std::int64_t column = 0; column < width; ++column) y[column] += factor * source[column];
                } else {
                    const float* source = x + row * width;
                    for (std::int64_t column = 0; column < width; ++column) y[column] += w[column] * source[p[column]];
                }
            }
        }
    };
    parallel_for(0, n * channels, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) one(i);
    });
    return out;
}

inline at::Tensor through(const at::Tensor& images, const taps& map, std::int64_t dimension) {
    return images.is_cpu() ? through_on_cpu(images, map, dimension) : through_by_tensors(images, map, dimension);
}

constexpr std::array<std::int64_t, 2> plane{2, 3};

/// Of each channel of each slice, [N,C,1,1].
struct plane_stats {
    at::Tensor mean, deviation, low, high;
};

/// LibTorch's own reductions add in an order that depends on the number of threads and of slices.
inline plane_stats stats_on_cpu(const at::Tensor& images) {
    const auto x = images.contiguous();
    const auto planes = x.size(0) * x.size(1), pixels = x.size(2) * x.size(3);
    auto out = at::empty({4, x.size(0), x.size(1), 1, 1}, at::kFloat);
    const auto* const data = x.data_ptr<float>();
    auto* const to = out.data_ptr<float>();
    parallel_for(0, planes, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            const float* p = data + i * pixels;
            float low = p[0], high = p[0];
            double sum = 0, squares = 0;
            for (std::int64_t k = 0; k < pixels; ++k) {
                sum += static_cast<double>(p[k]);
                low = std::min(low, p[k]);
                high = std::max(high, p[k]);
            }
            const double mean = sum / static_cast<double>(pixels);
            for (std::int64_t k = 0; k < pixels; ++k) squares += (static_cast<double>(p[k]) - mean) * (static_cast<double>(p[k]) - mean);
            to[i] = static_cast<float>(mean);
            to[planes + i] = static_cast<float>(std::sqrt(squares / static_cast<double>(std::max<std::int64_t>(pixels - 1, 1))));
            to[2 * planes + i] = low;
            to[3 * planes + i] = high;
        }
    });
    return {out.select(0, 0), out.select(0, 1), out.select(0, 2), out.select(0, 3)};
}

inline plane_stats stats(const at::Tensor& images) {
    if (images.is_cpu() && images.scalar_type() == at::kFloat) return stats_on_cpu(images);
    return {images.mean(plane, true), images.std(plane, true, true), images.amin(plane, true), images.amax(plane, true)};
}

} // namespace detail

template <class T> at::Tensor kernels<T>::gaussian_blur(const at::Tensor& images, const at::Tensor& down, const at::Tensor& across, double largest) {
    return detail::through(detail::through(images, detail::gaussian_taps(down, images.size(2), largest), 2), detail::gaussian_taps(across, images.size(3), largest), 3);
}

template <class T> at::Tensor kernels<T>::box_blur_rows(const at::Tensor& images, const at::Tensor& thickness, double largest) {
    return detail::through(images, detail::box_taps(thickness, images.size(2), largest), 2);
}

template <class T> at::Tensor kernels<T>::low_resolution(const at::Tensor& images, const at::Tensor& scale) {
    return detail::through(detail::through(images, detail::low_resolution_taps(scale, images.size(2)), 2), detail::low_resolution_taps(scale, images.size(3)), 3);
}

template <class T> at::Tensor kernels<T>::grainy(const at::Tensor& white, double sigma) {
    if (sigma == 0) return white;
    double sum = 0, squares = 0;
    const auto reach = std::floor(3 * sigma + 0.25);
    for (double t = -reach; t <= reach; ++t) {
        const double w = std::exp(-t * t / (2 * sigma * sigma));
        sum += w;
        squares += w * w;
    }
    const auto s = white.new_full({1, 1, 1, 1}, sigma);
    return gaussian_blur(white, s, s, sigma).mul_(sum * sum / squares); // each axis leaves squares / sum^2 of the variance
}

template <class T> at::Tensor kernels<T>::contrast(const at::Tensor& images, const at::Tensor& factor) {
    const auto of = detail::stats(images);
    return at::minimum(at::maximum(images.sub(of.mean).mul_(factor).add_(of.mean), of.low), of.high);
}

template <class T> at::Tensor kernels<T>::unit_power(at::Tensor images, const at::Tensor& exponent) {
    if (!images.is_cpu() || images.scalar_type() != at::kFloat || !images.is_contiguous() || images.numel() == 0) return images.clamp(0, 1).pow(exponent);
    if (images.use_count() > 1 || images.storage().use_count() > 1) images = images.clone(); // others see the tensor or its memory
    const auto n = images.size(0), length = images.numel() / n;
    const auto powers = exponent.to(at::kFloat).expand({n, 1, 1, 1}).contiguous();
    parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = begin; i < end; ++i) {
            auto* const pixels = images.template data_ptr<float>() + i * length;
            const float power = powers.template data_ptr<float>()[i];
            for (std::int64_t p = 0; p < length; ++p) pixels[p] = fast::pow(std::min(std::max(pixels[p], 0.0f), 1.0f), power);
        }
    });
    return images;
}

template <class T> at::Tensor kernels<T>::with_stats_of(const at::Tensor& images, const at::Tensor& before) {
    const auto now = detail::stats(images), then = detail::stats(before);
    return images.sub(now.mean).mul_(then.deviation.div(now.deviation.clamp_min(1e-7))).add_(then.mean);
}

template <class T> at::Tensor kernels<T>::power(const at::Tensor& images, const at::Tensor& exponent, bool inverted, bool retain_stats) {
    const auto x = inverted ? images.neg() : images;
    const auto of = detail::stats(x);
    const auto range = of.high.sub(of.low);
    auto out = unit_power(x.sub(of.low).div_(range.clamp_min(1e-7)), exponent).mul_(range).add_(of.low);
    if (retain_stats) out = with_stats_of(out, x);
    return inverted ? out.neg_() : out;
}

template <class T> at::Tensor kernels<T>::streaks(std::span<const streak> all, const at::Tensor& x, const at::Tensor& y, double width, std::int64_t side) {
    const auto s = static_cast<double>(side);
    const auto dx = detail::axis(side, x).view({1, 1, 1, side}).sub(x.mul(s)), dy = detail::axis(side, y).view({1, 1, side, 1}).sub(y.mul(s));
    auto sum = at::zeros({x.size(0), 1, side, side}, x.options());
    for (const auto& one : all) {
        const auto across = dy.mul(one.angle.cos()).sub(dx.mul(one.angle.sin()));
        sum.add_(across.div_(width).square_().mul_(-0.5).exp_().mul_(one.hu));
    }
    return sum.mul_(dx.square().add(dy.square()).sqrt_().mul_(8 / s).add_(1).reciprocal_());
}

template <class T> at::Tensor kernels<T>::inside(std::span<const box> boxes, std::int64_t side) {
    const auto n = boxes.front().x.size(0);
    auto out = at::zeros({n, 1, side, side}, boxes.front().x.options().dtype(at::kBool));
    const auto place = detail::axis(side, boxes.front().x).add(0.5).div(static_cast<double>(side));
    const auto columns = place.view({1, 1, 1, side}), rows = place.view({1, 1, side, 1});
    for (const auto& b : boxes)
        out.logical_or_(columns.sub(b.x).abs().lt(b.width.div(2)).logical_and(rows.sub(b.y).abs().lt(b.height.div(2))));
    return out;
}

template <class T> at::Tensor kernels<T>::keep_air(const at::Tensor& images, const at::Tensor& before) { return images.clamp_min(air).masked_fill_(before.le(air), air); }

template <class T> at::Tensor kernels<T>::put_air(const at::Tensor& images, const at::Tensor& there) { return images.masked_fill(there, air); }

template <class T> at::Tensor kernels<T>::root_density(const at::Tensor& hu) { return hu.add(1000).clamp_min_(0).mul_(1e-3).sqrt_(); }

template <class T> at::Tensor kernels<T>::windows(const at::Tensor& hu, std::span<const window_bounds> bounds) {
    auto out = hu.new_empty({hu.size(0), static_cast<std::int64_t>(bounds.size()), hu.size(2), hu.size(3)});
    for (std::size_t c = 0; c < bounds.size(); ++c) {
        const auto low = bounds[c].low.clamp_min(air);
        out.narrow(1, static_cast<std::int64_t>(c), 1).copy_(hu).sub_(low).mul_(bounds[c].high.sub(low).reciprocal()).clamp_(0, 1);
    }
    return out;
}

template <class T> at::Tensor kernels<T>::paste_weight(const at::Tensor& masks, int margin) {
    const auto fracture = masks.eq(1).to(at::kFloat);
    const auto window = [](std::int64_t reach) { return std::array<std::int64_t, 2>{2 * reach + 1, 2 * reach + 1}; };
    const std::array<std::int64_t, 2> step{1, 1}, wide{2 * margin, 2 * margin}, narrow{margin, margin};
    const auto grown = at::max_pool2d(fracture, window(2 * margin), step, wide);
    return at::avg_pool2d(grown, window(margin), step, narrow, false, false);
}

template <class T> at::Tensor kernels<T>::mix_masks(const at::Tensor& own, const at::Tensor& other, const at::Tensor& share) {
    const auto ignored = own.eq(255).logical_or(other.eq(255));
    const auto shares = [](const at::Tensor& m) { return m.to(at::kFloat).masked_fill(m.eq(255), 0); };
    return shares(own).lerp(shares(other), share.expand(own.sizes())).masked_fill_(ignored, 255);
}

} // namespace facet::augment
