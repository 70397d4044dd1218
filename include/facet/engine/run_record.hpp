#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>
#include <torch/version.h>

#include <facet/core/error.hpp>
#include <facet/core/version.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_format.hpp>
#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/train_options.hpp>
#include <facet/io/mapped_file.hpp>
#include <facet/io/or_null.hpp>

namespace facet {

/// What a run found when it began.
struct run_facts {
    std::string split;                        ///< its fingerprint()
    std::int64_t steps = 0, steps_per_epoch = 0;
    std::size_t training_slices = 0, validation_slices = 0;
    std::int64_t training_slices_with_fracture = 0;
    at::Device device;
};

namespace detail {

/// The commit of the repository the program is started in, with "-dirty" where files of it were changed since; null outside of one.
inline nlohmann::ordered_json git_commit() {
    std::string text;
    if (std::FILE* pipe = ::popen("git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null", "r")) {
        char line[128];
        while (std::fgets(line, sizeof line, pipe) != nullptr) text += line;
        ::pclose(pipe);
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

/// A hash of the running program: another one may compute something else under the same description. Empty where it cannot be read.
inline const std::string& program_hash() {
    static const std::string hash = [] {
        try {
            return store_format::hash(mapped_file{"/proc/self/exe"}.bytes());
        } catch (const error&) {
            return std::string{};
        }
    }();
    return hash;
}

inline std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

} // namespace detail

/// RUN/run.json: the experiment with every default, and all else that is needed to judge the run or to make it again.
[[nodiscard]] inline nlohmann::ordered_json run_record(const plan& p, const store& data, const train_options& options, const run_facts& facts) {
    nlohmann::ordered_json about;
    about["experiment"] = p.name;
    about["data"] = data.data_statement();
    about["dataset_hash"] = data.content_hash();
    about["split"] = facts.split;
    about["store"] = std::filesystem::absolute(data.folder()).lexically_normal().filename().string();
    about["description"] = nlohmann::ordered_json::parse(p.describe());
    about["versions"] = {{"facet", version}, {"libtorch", TORCH_VERSION}, {"compiler", __VERSION__}};
    about["git"] = detail::git_commit();
    about["program"] = detail::program_hash();
    about["seed"] = options.seed;
    about["fold"] = options.fold;
    about["steps"] = facts.steps;
    about["batch"] = p.batch;
    about["limit"] = or_null(options.limit);
    about["steps_per_epoch"] = facts.steps_per_epoch;
    about["training_slices"] = facts.training_slices;
    about["training_slices_with_fracture"] = facts.training_slices_with_fracture;
    about["validation_slices"] = facts.validation_slices;
    about["device"] = facts.device.str();
    about["threads"] = at::get_num_threads();
    about["bf16"] = p.bf16 && devices<>::computes_bf16(facts.device);
    about["started"] = detail::utc_now();
    about["command"] = options.command;
    return about;
}

} // namespace facet
