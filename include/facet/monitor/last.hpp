#pragma once

#include <facet/monitor/concept.hpp>

namespace facet::monitor {

/// Keeps the last `keep` epochs, whatever their scores.
struct last {
    using role = facet::role::monitor;
    static constexpr std::string_view name = "";

    int keep = 1;

    [[nodiscard]] std::optional<double> operator()(const score_histogram&, const threshold::choice&) const { return std::nullopt; }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.keep > 0, "facet: monitor::last needs keep > 0, the number of checkpoints to keep");
    }
};

static_assert(policy<last>);

} // namespace facet::monitor
