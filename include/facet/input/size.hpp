#pragma once

#include <facet/core/role.hpp>

namespace facet::input {

/// Side of a square slice in pixels; the store must have been prepared at this size.
struct size {
    using role = facet::role::size;

    int pixels = 256;

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.pixels > 0, "facet: input::size needs a positive number of pixels, for example input::size{256}");
    }
};

} // namespace facet::input
