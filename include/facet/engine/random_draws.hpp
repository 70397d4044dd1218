#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <ATen/Functions.h>
#include <facet/engine/parallel.hpp>

#include <facet/augment/concept.hpp>
#include <facet/core/fast_math.hpp>
#include <facet/core/rng.hpp>

/// augment::draws of the CPU, and the numbers behind the draws of every device.
namespace facet {

namespace detail {

/// Standard normal numbers for pixels 0, 1, ... of one slice: Box and Muller on pairs, so that two pixels share a radius.
inline void fill_normal(float* out, std::int64_t pixels, std::uint64_t key) {
    const auto pair_at = [&](std::int64_t pair, float& first, float& second) {
        const std::uint64_t bits = rng::mix(key ^ rng::mix(static_cast<std::uint64_t>(pair)));
        // 32 bits for the radius, 32 for the angle; the half keeps the logarithm's argument inside (0, 1).
        const auto u = (static_cast<float>(static_cast<std::uint32_t>(bits >> 32)) + 0.5f) * 0x1.0p-32f;
        const float radius = fast::sqrt(-2 * fast::log(std::min(u, 1 - 0x1.0p-24f)));
        float c, s;
        fast::turn(static_cast<float>(static_cast<std::uint32_t>(bits)) * 0x1.0p-32f, c, s);
        first = radius * c;
        second = radius * s;
    };
    for (std::int64_t i = 0; i < pixels / 2; ++i) pair_at(2 * i, out[2 * i], out[2 * i + 1]);
    float unused;
    if (pixels % 2 != 0) pair_at(pixels - 1, out[pixels - 1], unused);
}

/// rng::mix on tensors of int64, which wrap as unsigned numbers do; a right shift must not drag the sign along.
inline at::Tensor mix(const at::Tensor& bits) {
    const auto shifted = [](const at::Tensor& x, int n) { return x.bitwise_right_shift(at::Scalar{n}).bitwise_and(at::Scalar{(std::int64_t{1} << (64 - n)) - 1}); };
    const auto constant = [](std::uint64_t x) { return at::Scalar{static_cast<std::int64_t>(x)}; };
    auto x = bits.add(constant(0x9e3779b97f4a7c15u));
    x = x.bitwise_xor(shifted(x, 30)).mul(constant(0xbf58476d1ce4e5b9u));
    x = x.bitwise_xor(shifted(x, 27)).mul(constant(0x94d049bb133111ebu));
    return x.bitwise_xor(shifted(x, 31));
}

/// fill_normal for a batch, as tensor operations: what a GPU runs. `keys` [N]; the result is [N,pixels].
inline at::Tensor normal_by_tensors(const at::Tensor& keys, std::int64_t pixels) {
    const auto pairs = at::arange(0, pixels, 2, keys.options());
    const auto bits = mix(keys.unsqueeze(1).bitwise_xor(mix(pairs).unsqueeze(0)));
    const auto low = at::Scalar{std::int64_t{0xffffffff}};
    const auto u = bits.bitwise_right_shift(at::Scalar{32}).bitwise_and(low).to(at::kFloat).add(0.5).mul(0x1.0p-32).clamp_max(1 - 0x1.0p-24);
    const auto angle = bits.bitwise_and(low).to(at::kFloat).mul(2 * std::numbers::pi * 0x1.0p-32);
    const auto radius = u.log().mul(-2).sqrt();
    return at::stack({radius.mul(angle.cos()), radius.mul(angle.sin())}, 2).flatten(1).narrow(1, 0, pixels);
}

} // namespace detail

/// The numbers that the slices of one batch draw: pure functions of (key of the slice, place in the chain, number of the draw at that place).
class draw_source {
public:
    /// One key per slice; slices with equal keys get equal numbers. `pixel_keys` tell them apart for noise, which does not follow the vertebra.
    draw_source(std::vector<std::uint64_t> keys, std::vector<std::uint64_t> pixel_keys, std::vector<bool> fractured = {})
        : keys_{std::move(keys)}, pixel_keys_{std::move(pixel_keys)}, fractured_{std::move(fractured)} {}

    [[nodiscard]] std::size_t slices() const { return pixel_keys_.size(); }
    [[nodiscard]] float uniform(std::size_t i, std::uint64_t place, std::uint64_t draw, double low, double high) const {
        return static_cast<float>(low + (high - low) * rng::unit(rng::key(keys_[i], place, draw)));
    }
    [[nodiscard]] bool happens(std::size_t i, std::uint64_t place, std::uint64_t draw, double probability) const { return rng::unit(rng::key(keys_[i], place, draw)) < probability; }
    [[nodiscard]] std::uint64_t pixel_key(std::size_t i, std::uint64_t place, std::uint64_t draw) const { return rng::key(pixel_keys_[i], place, draw); }
    /// Whoever draws the lowest number for this slice (rendezvous hashing): the choice does not depend on the order of the batch.
    [[nodiscard]] std::int64_t partner(std::size_t i, std::uint64_t place, std::uint64_t draw, bool fractured) const {
        std::size_t best = i;
        std::uint64_t lowest = ~std::uint64_t{0};
        for (std::size_t j = 0; j < slices(); ++j) {
            if (pixel_keys_[j] == pixel_keys_[i] || (fractured && !(j < fractured_.size() && fractured_[j]))) continue;
            const auto drawn = rng::key(pixel_keys_[i], place, draw, pixel_keys_[j]);
            if (drawn < lowest) lowest = drawn, best = j;
        }
        return static_cast<std::int64_t>(best);
    }
    /// The same for some of the slices; whoever is left out is nobody's partner.
    [[nodiscard]] draw_source only(const at::Tensor& chosen) const {
        draw_source out{{}, {}};
        for (std::int64_t k = 0; k < chosen.size(0); ++k) {
            const auto i = static_cast<std::size_t>(chosen.data_ptr<std::int64_t>()[k]);
            out.keys_.push_back(keys_[i]);
            out.pixel_keys_.push_back(pixel_keys_[i]);
        }
        return out;
    }

private:
    std::vector<std::uint64_t> keys_, pixel_keys_;
    std::vector<bool> fractured_;
};

class random_draws final : public augment::draws {
public:
    explicit random_draws(draw_source source) : source_{std::move(source)} {}
    random_draws(std::vector<std::uint64_t> keys, std::vector<std::uint64_t> pixel_keys, std::vector<bool> fractured = {})
        : random_draws{draw_source{std::move(keys), std::move(pixel_keys), std::move(fractured)}} {}

    void begin(std::uint64_t place) override {
        place_ = place;
        next_ = 0;
    }
    at::Tensor uniform(double low, double high) override {
        return of_each({-1, 1, 1, 1}, at::kFloat, [&](std::size_t i, std::uint64_t draw) { return source_.uniform(i, place_, draw, low, high); });
    }
    at::Tensor happens(double probability) override {
        return of_each({-1, 1, 1, 1}, at::kBool, [&](std::size_t i, std::uint64_t draw) { return source_.happens(i, place_, draw, probability); });
    }
    at::Tensor normal_like(const at::Tensor& like) override {
        const std::uint64_t draw = next_++;
        const auto n = like.size(0), pixels = like.numel() / n;
        auto out = at::empty(like.sizes(), at::kFloat);
        auto* data = out.data_ptr<float>();
        parallel_for(0, n, 1, [&](std::int64_t begin, std::int64_t end) {
            for (auto i = begin; i < end; ++i) detail::fill_normal(data + i * pixels, pixels, source_.pixel_key(static_cast<std::size_t>(i), place_, draw));
        });
        return out;
    }
    at::Tensor partner(bool fractured) override {
        return of_each({-1}, at::kLong, [&](std::size_t i, std::uint64_t draw) { return source_.partner(i, place_, draw, fractured); });
    }
    /// Only the chosen slices are worked on.
    at::Tensor some(double probability, const at::Tensor& images, const change& f) override {
        const auto chosen = happens(probability).flatten().nonzero().flatten();
        if (chosen.size(0) == 0) return images;
        if (chosen.size(0) == images.size(0)) return f(images, *this);
        random_draws theirs{source_.only(chosen)};
        theirs.place_ = place_;
        theirs.next_ = next_;
        return images.index_copy(0, chosen, f(images.index_select(0, chosen), theirs));
    }

private:
    at::Tensor of_each(at::IntArrayRef shape, at::ScalarType type, auto value) {
        const std::uint64_t draw = next_++;
        using number = decltype(value(std::size_t{}, draw));
        auto out = at::empty({static_cast<std::int64_t>(source_.slices())}, type);
        for (std::size_t i = 0; i < source_.slices(); ++i) out.data_ptr<number>()[i] = value(i, draw);
        return out.view(shape);
    }

    draw_source source_;
    std::uint64_t place_ = 0, next_ = 0;
};

} // namespace facet
