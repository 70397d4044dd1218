#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/network.hpp>
#include <facet/io/safetensors.hpp>

/// Tensors to and from safetensors.
namespace facet::weights {

inline const char* type_name_of(at::ScalarType type) {
    switch (type) {
    case at::kFloat: return "F32";
    case at::kDouble: return "F64";
    case at::kBFloat16: return "BF16";
    case at::kLong: return "I64";
    case at::kInt: return "I32";
    case at::kByte: return "U8";
    default: throw bad_input{std::string{"a tensor of type "} + c10::toString(type) + " cannot be saved"};
    }
}

/// The bytes of a safetensors file with these tensors.
inline std::vector<std::byte> serialise(const named_tensors& tensors, const std::map<std::string, std::string>& metadata) {
    std::vector<at::Tensor> plain; // keeps the bytes alive
    std::vector<safetensors::entry> entries;
    for (const auto& [name, tensor] : tensors) {
        plain.push_back(tensor.detach().cpu().contiguous());
        const auto& t = plain.back();
        entries.push_back({name, type_name_of(t.scalar_type()), t.sizes().vec(), {static_cast<const std::byte*>(t.const_data_ptr()), t.nbytes()}});
    }
    return safetensors::serialise(entries, metadata);
}

/// Copies a file's tensors into `targets`, by name. All or nothing: missing, unknown or differently shaped tensors are named in one
/// sentence before anything is changed.
inline void load_into(const named_tensors& targets, const safetensors::file& file, const std::filesystem::path& path) {
    std::map<std::string, const safetensors::entry*> found;
    for (const auto& e : file.entries) found[e.name] = &e;
    std::string problems;
    const auto problem = [&](const std::string& what) {
        if (problems.size() < 300) problems += (problems.empty() ? "" : ", ") + what;
    };
    for (const auto& [name, tensor] : targets) {
        const auto at = found.find(name);
        if (at == found.end()) problem("'" + name + "' is missing");
        else if (at->second->shape != tensor.sizes().vec()) problem("'" + name + "' has another shape");
        else if (at->second->type != type_name_of(tensor.scalar_type())) problem("'" + name + "' is " + at->second->type);
        if (at != found.end()) found.erase(at);
    }
    for (const auto& [name, entry] : found) problem("'" + name + "' is not in this model");
    if (!problems.empty()) throw bad_input{"'" + path.string() + "' does not fit this experiment: " + problems};

    for (const auto& e : file.entries) found[e.name] = &e;
    const at::NoGradGuard no_grad;
    for (const auto& [name, tensor] : targets) {
        const auto& e = *found.at(name);
        tensor.detach().copy_(at::from_blob(const_cast<std::byte*>(e.bytes.data()), e.shape, tensor.options().device(at::kCPU).requires_grad(false)));
    }
}

/// Parameters and buffers together: a weights file.
inline named_tensors all_of(network& net) {
    auto all = net.parameters();
    for (auto& buffer : net.buffers()) all.push_back(buffer);
    return all;
}

} // namespace facet::weights
