#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/report/html.hpp>
#include <facet/report/run_files.hpp>
#include <facet/report/text.hpp>

/// What every section of the report of a run takes: what the run left behind, and the page to write on.
namespace facet::report {

struct run_contents {
    std::filesystem::path folder;
    json about;                    ///< run.json
    std::vector<json> epochs;      ///< metrics.jsonl
    json evaluation, curves;       ///< null in a run that was not evaluated yet
    std::vector<score_row> scores;

    // In braces g++ takes JSON for a list of one JSON value.
    explicit run_contents(const std::filesystem::path& run)
        : folder{run}, about(json_of(run / "run.json")), epochs(lines_of(run / "metrics.jsonl")), evaluation(json_of(run / "evaluation.json")), curves(json_of(run / "curves.json")),
          scores(scores_of(run / "scores.csv")) {}
};

/// A page whose figures also become files of RUN/figures.
class run_page : public page {
public:
    run_page(std::string_view title, const std::filesystem::path& run) : page{title}, figures_{run / "figures"} {
        std::error_code failed;
        std::filesystem::create_directories(figures_, failed);
        if (failed) throw io_error{"cannot create the folder '" + figures_.string() + "': " + failed.message()};
    }

    void figure(const std::string& name, const std::string& svg, std::string_view caption) {
        page::figure(svg, caption);
        write_atomically(figures_ / (name + ".svg"), svg);
    }
    void picture(const std::string& name, std::span<const std::byte> png, std::string_view alternative, std::string_view caption) {
        page::picture(png, alternative, caption);
        write_atomically(figures_ / (name + ".png"), png);
    }

private:
    std::filesystem::path figures_;
};

/// Of a metric with an interval: `0.31 – 0.42`; empty where it has none.
[[nodiscard]] inline std::string interval_text(const json& metric, int decimals) {
    if (!metric.is_object() || !metric.contains("interval") || !metric["interval"].is_object()) return {};
    return decimal(number_at(metric, "interval.low"), decimals) + " " + std::string{en_dash} + " " + decimal(number_at(metric, "interval.high"), decimals);
}

/// A count as text; 0 where there is none.
[[nodiscard]] inline std::string counted(const json& from, const std::string& key) { return whole(static_cast<std::int64_t>(number_at(from, key).value_or(0))); }

} // namespace facet::report
