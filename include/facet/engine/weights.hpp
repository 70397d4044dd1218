#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/core/error.hpp>
#include <facet/engine/network.hpp>
#include <facet/io/safetensors.hpp>

/// Tensors to and from safetensors.
namespace facet::weights {

namespace detail {

inline constexpr std::pair<at::ScalarType, std::string_view> types[]{{at::kFloat, "F32"}, {at::kDouble, "F64"}, {at::kHalf, "F16"}, {at::kBFloat16, "BF16"},
                                                                    {at::kLong, "I64"}, {at::kInt, "I32"}, {at::kByte, "U8"}, {at::kBool, "BOOL"}};

inline std::string shape_text(at::IntArrayRef shape) {
    std::string out = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) out += (i > 0 ? "," : "") + std::to_string(shape[i]);
    return out + "]";
}

/// Why this tensor of a file cannot be copied into `target`; empty where it can.
inline std::string mismatch(const safetensors::tensor& t, const at::Tensor& target) {
    const auto type = std::ranges::find(types, t.dtype, &std::pair<at::ScalarType, std::string_view>::second);
    if (type == std::end(types) || at::isFloatingType(type->first) != target.is_floating_point()) return "is of type " + t.dtype;
    if (at::IntArrayRef{t.shape} != target.sizes()) return "has shape " + shape_text(t.shape) + " instead of " + shape_text(target.sizes());
    return {};
}

inline at::Tensor view_of(const safetensors::tensor& t) {
    const auto type = std::ranges::find(types, t.dtype, &std::pair<at::ScalarType, std::string_view>::second)->first;
    return at::from_blob(const_cast<std::byte*>(t.bytes.data()), t.shape, type); // only read
}

} // namespace detail

/// The bytes of a safetensors file with these tensors.
[[nodiscard]] inline std::vector<std::byte> serialise(const named_tensors& tensors, const safetensors::metadata& metadata) {
    std::vector<at::Tensor> plain; // keeps the bytes alive
    std::vector<safetensors::tensor> views;
    for (const auto& [name, tensor] : tensors) {
        plain.push_back(tensor.detach().cpu().contiguous());
        const auto& t = plain.back();
        const auto type = std::ranges::find(detail::types, t.scalar_type(), &std::pair<at::ScalarType, std::string_view>::first);
        if (type == std::end(detail::types)) throw bad_input{"tensor '" + name + "' has a type that a weights file cannot hold"};
        views.push_back({name, std::string{type->second}, t.sizes().vec(), {static_cast<const std::byte*>(t.const_data_ptr()), t.nbytes()}});
    }
    return safetensors::serialise(views, metadata);
}

/// Copies a file's tensors into `targets`, by name. All or nothing: missing, unknown or differently shaped tensors are named in one
/// sentence before anything is changed.
inline void copy_into(const named_tensors& targets, const safetensors::contents& file, const std::string& origin) {
    std::map<std::string, const safetensors::tensor*> found;
    for (const auto& t : file.tensors) found[t.name] = &t;
    std::vector<std::string> problems;
    std::vector<const safetensors::tensor*> sources;
    for (const auto& [name, target] : targets) {
        const auto at = found.find(name);
        if (at == found.end()) {
            problems.push_back("'" + name + "' is missing");
            continue;
        }
        if (const auto why = detail::mismatch(*at->second, target); !why.empty()) problems.push_back("'" + name + "' " + why);
        sources.push_back(at->second);
        found.erase(at);
    }
    for (const auto& [name, t] : found) problems.push_back("'" + name + "' is not in this network");
    if (!problems.empty()) {
        std::string text = "'" + origin + "' does not fit this experiment's network: " + problems[0];
        for (std::size_t i = 1; i < std::min<std::size_t>(3, problems.size()); ++i) text += ", " + problems[i];
        if (problems.size() > 3) text += " and " + std::to_string(problems.size() - 3) + " more";
        throw bad_input{text};
    }
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < targets.size(); ++i) targets[i].second.detach().copy_(detail::view_of(*sources[i]));
}

/// Parameters and buffers together: what a weights file holds.
[[nodiscard]] inline named_tensors all_of(network& net) {
    auto all = net.parameters();
    for (auto& buffer : net.buffers()) all.push_back(buffer);
    return all;
}

} // namespace facet::weights
