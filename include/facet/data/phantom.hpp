#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/duration.hpp>
#include <facet/core/error.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/phantom/anatomy.hpp>
#include <facet/data/phantom/render.hpp>
#include <facet/data/progress.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/itk.hpp>
#include <facet/io/text_file.hpp>

/// An analytic spine, L5 to T4: data to try things on where no scan is at hand. It is a drawing, not anatomy.
namespace facet {

struct phantom_options {
    std::filesystem::path out;                 ///< CASES: one folder per patient
    int patients = 0;
    std::uint64_t seed = 0;
    std::array<double, 3> spacing{1, 1, 2};    ///< mm
    unsigned threads = 0;                      ///< 0: one per core; the result is the same for any number
    bool quiet = false;
    const std::atomic<bool>* interrupted = nullptr; ///< set from outside to stop after the patients in progress
};

struct phantom_summary {
    int patients = 0, vertebrae = 0, fractured = 0; ///< written so far
    int grade_drawn[4] = {};                        ///< vertebrae by Genant grade 0 ... 3
    int reused = 0;                                 ///< patients found finished
    std::size_t voxels = 0, fracture_voxels = 0;    ///< of the patients drawn now
    bool interrupted = false;
    double seconds = 0;
};

namespace detail {

inline constexpr int phantom_version = 1; ///< of the drawing: cases of another one are drawn anew

inline std::string phantom_name(int number) {
    const auto digits = std::to_string(number + 1);
    return "phantom" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

inline nlohmann::json phantom_description(const phantom::patient& p, const phantom_options& options, int number) {
    auto broken = nlohmann::json::array();
    for (const auto& v : p.spine)
        if (v.broken) {
            constexpr std::array kinds{"wedge", "biconcave", "crush"};
            broken.push_back({{"vertebra", printed(vertebra_id{v.number})}, {"kind", kinds[static_cast<std::size_t>(v.broken->kind)]}, {"grade", v.broken->grade()}, {"height_loss", v.broken->loss}});
        }
    return {{"source", "phantom"}, {"template", phantom_name(number)}, {"version", phantom_version}, {"seed", options.seed}, {"spacing", options.spacing}, {"fractures", broken}};
}

struct drawn_phantom {
    bool reused = false;
    std::size_t voxels = 0, fracture_voxels = 0;
};

/// The description is written last, so a folder that has it is complete; one of other options is drawn anew.
inline drawn_phantom write_phantom(const phantom_options& options, int number, const phantom::patient& p) {
    const auto folder = options.out / phantom_name(number);
    const auto text = phantom_description(p, options, number).dump(2) + "\n";
    if (std::filesystem::exists(folder / "case.json")) {
        if (read_text(folder / "case.json") == text) return {.reused = true};
        std::filesystem::remove(folder / "case.json");
    }
    std::filesystem::create_directories(folder);
    const auto scan = phantom::render(p, options.spacing);
    image_io<>::write(folder / "ct.nii.gz", scan.ct);
    image_io<>::write(folder / "vertebrae.nii.gz", scan.vertebrae);
    image_io<>::write(folder / "fractures.nii.gz", scan.fractures);
    write_atomically(folder / "case.json", text);
    const auto& mask = scan.fractures.voxels;
    return {.voxels = mask.size(), .fracture_voxels = static_cast<std::size_t>(std::count(mask.begin(), mask.end(), std::uint8_t{1}))};
}

inline void count_phantom(phantom_summary& summary, const phantom::patient& p, const drawn_phantom& drawn) {
    ++summary.patients;
    summary.reused += drawn.reused;
    summary.voxels += drawn.voxels;
    summary.fracture_voxels += drawn.fracture_voxels;
    for (const auto& v : p.spine) {
        if (!v.sample) continue;
        ++summary.vertebrae;
        summary.fractured += v.broken.has_value();
        ++summary.grade_drawn[v.broken ? v.broken->grade() : 0];
    }
}

inline void check_phantom(const phantom_options& options) {
    if (options.patients < 1) throw bad_input{"--patients " + std::to_string(options.patients) + " asks for nothing; expected 1 or more"};
    for (const double mm : options.spacing)
        if (!(mm >= 0.3 && mm <= 5)) throw bad_input{"--spacing " + std::to_string(mm) + " is not a voxel of a CT; expected 0.3 to 5 mm"};
    std::error_code failure;
    std::filesystem::create_directories(options.out, failure);
    if (failure) throw io_error{"cannot create the folder '" + options.out.string() + "': " + failure.message()};
}

} // namespace detail

/// Draws `patients` spines into case folders. Finished patients of the same options are kept, so an interrupted call is continued.
inline phantom_summary make_phantom(const phantom_options& options) {
    detail::check_phantom(options);
    const auto start = std::chrono::steady_clock::now();
    phantom_summary summary;
    progress bar{"phantom", static_cast<std::size_t>(options.patients), options.quiet};
    std::atomic<int> next = 0;
    std::exception_ptr trouble;
    std::mutex guard;
    const auto stopped = [&] { return options.interrupted != nullptr && options.interrupted->load(); };
    const auto work = [&] {
        for (int n = next++; n < options.patients && !stopped(); n = next++) try {
                const auto patient = phantom::draw_patient(options.seed, n);
                const auto drawn = detail::write_phantom(options, n, patient);
                bar.advance();
                const std::lock_guard lock{guard};
                detail::count_phantom(summary, patient, drawn);
            } catch (...) {
                const std::lock_guard lock{guard};
                trouble = std::current_exception();
                next = options.patients;
            }
    };
    {
        std::vector<std::jthread> workers;
        const unsigned threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
        for (unsigned t = 0; t < threads; ++t) workers.emplace_back(work);
    }
    if (trouble) std::rethrow_exception(trouble);
    summary.interrupted = summary.patients < options.patients;
    summary.seconds = seconds_since(start);
    return summary;
}

} // namespace facet
