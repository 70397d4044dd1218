#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include <facet/engine/weights.hpp>
#include <facet/io/mapped_file.hpp>

/// The tensors of a file in tests/golden.
class golden {
public:
    explicit golden(const std::string& name) : file_{std::filesystem::path{FACET_SOURCE_DIR} / "tests/golden" / (name + ".safetensors")} {
        for (const auto& t : facet::safetensors::parse(file_.bytes(), name).tensors) tensors_[t.name] = t;
    }
    [[nodiscard]] at::Tensor operator()(const std::string& name) const { return facet::weights::detail::view_of(tensors_.at(name)).clone(); }
    [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
    [[nodiscard]] std::string text(const std::string& name) const {
        const auto bytes = tensors_.at(name).bytes;
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    /// The tensors below `weights.`, as a file would hold them.
    [[nodiscard]] facet::safetensors::contents weights() const {
        facet::safetensors::contents out;
        for (auto [name, t] : tensors_)
            if (name.starts_with("weights.")) {
                t.name = name.substr(8);
                out.tensors.push_back(t);
            }
        return out;
    }

private:
    facet::mapped_file file_;
    std::map<std::string, facet::safetensors::tensor> tensors_;
};

/// Numbers in a weights file but for running statistics: the parameters of the peer, whichever of them are trained here.
inline std::int64_t count_parameters(facet::network& net) {
    std::int64_t n = 0;
    for (const auto& [name, t] : facet::weights::all_of(net))
        if (name.find(".running_") == name.npos && !name.ends_with(".num_batches_tracked")) n += t.numel();
    return n;
}
