#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/engine/trainer.hpp>
#include <facet/io/mapped_file.hpp>
#include <facet/io/safetensors.hpp>

#include "engine/trained.hpp"
#include "evaluate/made_run.hpp"
#include "support/scratch.hpp"

/// A store on disk, and trainings on it.
struct trainings {
    facet::testing::scratch folder;
    trainings() { make_store(folder / "store"); }

    [[nodiscard]] facet::store data() const { return facet::store{folder / "store"}; }
    [[nodiscard]] facet::train_options options(const std::string& run) const {
        facet::train_options o;
        o.out = folder / run;
        o.quiet = true;
        o.where = {.device = "cpu", .threads = 1};
        return o;
    }
    facet::train_result train(const std::string& run, const facet::plan& p = facet::plan_of<trained>, bool resume = false, std::uint64_t seed = 1) const {
        auto o = options(run);
        o.resume = resume;
        o.seed = seed;
        const auto d = data();
        return facet::trainer<>::train(p, d, o);
    }
    [[nodiscard]] std::string bytes(const std::string& run, const std::string& file) const {
        std::ifstream in{folder / run / file, std::ios::binary};
        REQUIRE(in);
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    [[nodiscard]] std::map<std::string, std::string> tensors(const std::string& run) const { return tensors_in(folder / run); }
    /// The tensors of a run's last state, by name.
    [[nodiscard]] static std::map<std::string, std::string> tensors_in(const std::filesystem::path& run) {
        const facet::mapped_file file{run / "last.state"};
        std::map<std::string, std::string> out;
        for (const auto& t : facet::safetensors::parse(file.bytes(), run.string()).tensors) out[t.name] = {reinterpret_cast<const char*>(t.bytes.data()), t.bytes.size()};
        return out;
    }
    [[nodiscard]] std::vector<nlohmann::json> metrics(const std::string& run) const {
        std::vector<nlohmann::json> lines;
        std::ifstream in{folder / run / "metrics.jsonl"};
        for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
        return lines;
    }
    void flip_a_bit(const std::string& run, const std::string& file) const {
        auto content = bytes(run, file);
        content[content.size() / 2] ^= 4;
        facet::write_atomically(folder / run / file, content);
    }
};
