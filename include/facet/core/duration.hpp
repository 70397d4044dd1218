#pragma once

#include <chrono>
#include <string>

namespace facet {

[[nodiscard]] inline double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

/// Seconds as people say them: `3 min 20 s`.
[[nodiscard]] inline std::string readable_duration(double seconds) {
    const auto s = static_cast<long long>(seconds + 0.5);
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
    return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
}

} // namespace facet
