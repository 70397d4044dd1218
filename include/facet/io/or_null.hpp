#pragma once

#include <optional>

#include <nlohmann/json.hpp>

namespace facet {

/// A value as JSON, null where there is none.
template <class T> [[nodiscard]] nlohmann::ordered_json or_null(const std::optional<T>& value) { return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr); }

} // namespace facet
