#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include <facet/evaluate/bootstrap.hpp>
#include <facet/io/or_null.hpp>

/// Numbers of an evaluation as JSON: `{"value": null|x, "n": used, "undefined": k}`.
namespace facet::detail {

using json = nlohmann::ordered_json;
using optional_interval = std::optional<interval>;

/// A pooled value used all n units or is undefined once.
inline json value_of(std::optional<double> value, std::int64_t n) {
    return {{"value", or_null(value)}, {"n", value ? n : 0}, {"undefined", value ? 0 : 1}};
}
inline json value_of(std::optional<double> value, std::int64_t n, const optional_interval& i) {
    json v = value_of(value, n);
    if (i && value) v["interval"] = {{"low", i->low}, {"high", i->high}, {"resamples", i->resamples}, {"undefined", i->undefined}};
    else v["interval"] = nullptr;
    return v;
}
/// A mean over the items where the value is defined; the others are counted, never averaged as 0 or 1.
inline json mean_of(std::span<const std::optional<double>> values, const optional_interval& i) {
    double sum = 0;
    std::int64_t n = 0;
    for (const auto& v : values)
        if (v) sum += *v, ++n;
    json result = value_of(n > 0 ? std::optional{sum / static_cast<double>(n)} : std::nullopt, n, i);
    result["undefined"] = static_cast<std::int64_t>(values.size()) - n;
    return result;
}

} // namespace facet::detail
