#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>

namespace facet {

/// A probability as people read it: 0.4112, and with as many decimals as tell it from 0 and 1 where it is close to them: 0.999968, 0.000031, 1.0e-08.
[[nodiscard]] inline std::string probability_text(double p) {
    char text[32];
    if (p > 0 && p < 1e-6) return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.1e", p))};
    const double apart = std::min(p, 1 - p);
    const int decimals = apart > 0 && apart < 1e-3 ? std::min(12, static_cast<int>(std::ceil(-std::log10(apart))) + 1) : 4;
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.*f", decimals, p))};
}

} // namespace facet
