#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include <facet/core/role.hpp>
#include <facet/core/units.hpp>

namespace facet::input {

/// One channel per Hounsfield window: `low` becomes 0, `high` becomes 1, clamped outside.
///
/// No window may begin below -1024 HU, so that air and padding are 0 in every channel.
template <std::size_t N> struct windows {
    using role = facet::role::input;
    static constexpr int channel_count = static_cast<int>(N);

    std::array<hu, N> channels{};

    /// Images [N,1,H,W] in HU to [N,C,H,W] in [0,1], float.
    at::Tensor operator()(const at::Tensor& images) const {
        auto out = images.new_empty({images.size(0), static_cast<std::int64_t>(N), images.size(2), images.size(3)});
        if (images.is_cpu() && images.is_contiguous() && images.scalar_type() == at::kFloat) return fill(images, out);
        const auto source = images.select(1, 0);
        for (std::size_t c = 0; c < N; ++c) {
            const auto [low, high] = channels[c];
            out.select(1, static_cast<std::int64_t>(c)).copy_(source).sub_(low).mul_(1 / (high - low)).clamp_(0, 1);
        }
        return out;
    }

    /// One pass a channel.
    at::Tensor fill(const at::Tensor& images, at::Tensor& out) const {
        const auto pixels = images.size(2) * images.size(3);
        const auto* from = images.data_ptr<float>();
        auto* to = out.data_ptr<float>();
        for (std::int64_t n = 0; n < images.size(0); ++n, from += pixels)
            for (const auto& window : channels) {
                const auto low = static_cast<float>(window.low), factor = static_cast<float>(1 / (window.high - window.low));
                for (std::int64_t p = 0; p < pixels; ++p) to[p] = std::min(std::max((from[p] - low) * factor, 0.0f), 1.0f);
                to += pixels;
            }
        return out;
    }

    [[nodiscard]] constexpr bool ordered() const {
        for (const auto& window : channels)
            if (!(window.low < window.high)) return false;
        return true;
    }
    [[nodiscard]] constexpr bool air_is_zero() const {
        for (const auto& window : channels)
            if (!(window.low >= -1024)) return false;
        return true;
    }
    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(N > 0, "facet: input::windows needs at least one window, for example input::windows{hu{0, 1800}}");
        static_assert(self.ordered(), "facet: input::windows needs hu{low, high} with low < high");
        static_assert(self.air_is_zero(), "facet: input::windows needs low >= -1024 HU in every window, so that air and padding become 0");
    }
};
template <class... H> windows(H...) -> windows<sizeof...(H)>;

} // namespace facet::input
