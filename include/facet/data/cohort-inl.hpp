#pragma once
// unit: facet::cohort_maker<>
// library: dataset
// needs: itk

#include <facet/data/cohort.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <fstream>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/duration.hpp>
#include <facet/core/error.hpp>
#include <facet/data/cohort/patient.hpp>
#include <facet/data/cohort/render.hpp>
#include <facet/data/cohort/template.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/itk.hpp>

namespace facet {

namespace cohort::detail {

/// Cohorts of two seeds have no patient in common.
inline std::string patient_name(std::uint64_t seed, int number) {
    std::string digits = std::to_string(number + 1);
    return "cohort" + std::to_string(seed) + '_' + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

/// Relative loss of the three heights against the same vertebra unbroken.
inline zones losses(const rendered& images, int level) {
    zones loss{};
    const auto now = images.heights.find(level), whole = images.intact_heights.find(level);
    if (now == images.heights.end() || whole == images.intact_heights.end()) return loss;
    for (std::size_t z = 0; z < 3; ++z)
        if (whole->second[z] > 0) loss[z] = 1 - now->second[z] / whole->second[z];
    return loss;
}

inline nlohmann::json heights_json(const std::map<int, zones>& heights, int level) {
    const auto h = heights.find(level);
    if (h == heights.end()) return nullptr;
    const auto tenth = [](double mm) { return std::round(10 * mm) / 10; };
    return {{"anterior", tenth(h->second[0])}, {"middle", tenth(h->second[1])}, {"posterior", tenth(h->second[2])}};
}

/// What is true of one vertebra of a case.
inline nlohmann::json describe(const vertebra& v, const rendered& images, cohort_kind kind) {
    const auto rounded = [](double x) { return std::round(1000 * x) / 1000; };
    nlohmann::json j{{"level", v.level}, {"name", vertebra_name({v.level})}, {"fractured", v.broken && kind == cohort_kind::real}};
    const auto worn = [&](const degeneration& d) { return nlohmann::json{{"height", rounded(d.height)}, {"endplate_sclerosis_hu", std::round(d.sclerosis)}}; };
    if (v.worn && !(v.broken && kind == cohort_kind::sham)) j["degeneration"] = worn(v.wear);
    if (!v.broken) return j;
    const auto& f = v.injury;
    j["drawn"] = {{"grade", f.grade}, {"type", name_of(f.type)}, {"height_loss", rounded(f.loss)}, {"healed", f.healed}};
    if (kind == cohort_kind::sham) j["sham"] = worn(v.mimic);
    if (kind == cohort_kind::real) {
        const auto loss = losses(images, v.level);
        const double most = *std::max_element(loss.begin(), loss.end());
        j["measured"] = {{"grade", genant_grade(most)}, {"height_loss", rounded(most)},
                         {"heights_mm", heights_json(images.heights, v.level)}, {"heights_unbroken_mm", heights_json(images.intact_heights, v.level)}};
    }
    return j;
}

inline nlohmann::json describe(const patient& p, const rendered& images, const spine_template& spine, const cohort_options& options, int number) {
    nlohmann::json vertebrae = nlohmann::json::array();
    for (const auto& v : p.vertebrae) vertebrae.push_back(describe(v, images, options.kind));
    return {{"source", "cohort"}, {"template", spine.name}, {"data", "semi-synthetic, one CT"}, {"kind", name_of(options.kind)}, {"seed", options.seed},
            {"number", number}, {"voxels", images.ct.voxels.size()}, {"fracture_voxels", std::count(images.fractures.voxels.begin(), images.fractures.voxels.end(), std::uint8_t{1})},
            {"trabecular", p.trabecular}, {"noise_hu", p.noise}, {"vertebrae", vertebrae}};
}

/// What a vertebra of this kind of cohort is shown as.
inline std::string_view shown_as(const vertebra& v, cohort_kind kind) {
    if (!v.broken) return v.worn ? "degenerated" : "plain";
    return kind == cohort_kind::real ? "fractured" : kind == cohort_kind::sham ? "sham" : "unbroken";
}

/// One row a vertebra, for tables of results: patient,vertebra,shown.
inline std::string rows_of(const patient& p, const std::string& name, cohort_kind kind) {
    std::string rows;
    for (const auto& v : p.vertebrae) rows += name + ',' + std::to_string(v.level) + ',' + std::string{shown_as(v, kind)} + '\n';
    return rows;
}

/// Writes a case beside its place and moves it there: a case is there whole or not at all.
inline void write_case(const std::filesystem::path& folder, const rendered& images, const nlohmann::json& description) {
    const auto beside = folder.parent_path() / (".writing." + folder.filename().string());
    std::error_code failure;
    std::filesystem::remove_all(beside, failure);
    if (!std::filesystem::create_directories(beside, failure) && failure) throw io_error{"cannot create '" + beside.string() + "': " + failure.message()};
    try {
        image_io<>::write(beside / "ct.nii.gz", images.ct);
        image_io<>::write(beside / "vertebrae.nii.gz", images.vertebrae);
        image_io<>::write(beside / "fractures.nii.gz", images.fractures);
        write_atomically(beside / "case.json", description.dump(2) + "\n");
        rename_durably(beside, folder);
    } catch (...) {
        std::filesystem::remove_all(beside, failure);
        throw;
    }
}

/// The description of a patient that an earlier run with these options finished, null where there is none. Throws bad_input where the folder holds
/// anything else.
inline nlohmann::json made_before(const std::filesystem::path& folder, const spine_template& spine, const cohort_options& options, int number) {
    if (!std::filesystem::exists(folder)) return nullptr;
    std::ifstream file{folder / "case.json"};
    auto found = nlohmann::json::parse(file, nullptr, false);
    const nlohmann::json wanted{{"source", "cohort"}, {"template", spine.name}, {"kind", name_of(options.kind)}, {"seed", options.seed}, {"number", number}};
    for (const auto& [key, value] : wanted.items())
        if (!found.is_object() || !found.contains(key) || found[key] != value || !found.contains("fracture_voxels"))
            throw bad_input{"'" + folder.string() + "' exists already and is not this patient of this cohort; give a new folder for the cases"};
    return found;
}

/// Makes patients on several threads; the first error ends all.
class workshop {
public:
    workshop(const cohort_options& options, const spine_template& spine, cohort_summary& summary) : options_{options}, spine_{spine}, sampled_{spine}, summary_{summary} {}

    void run() {
        const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
        const auto count = std::min<unsigned>(options_.threads == 0 ? cores : options_.threads, static_cast<unsigned>(options_.patients));
        {
            std::vector<std::jthread> threads;
            for (unsigned n = 0; n < count; ++n) threads.emplace_back([this] { work(); });
        }
        if (failure_) std::rethrow_exception(failure_);
        if (summary_.patients < options_.patients) {
            summary_.interrupted = true;
            return;
        }
        std::string table = "patient,vertebra,shown\n";
        for (int number = 0; number < options_.patients; ++number)
            table += rows_of(draw_patient(options_.seed, number, spine_.levels, spine_.grid.spacing), patient_name(options_.seed, number), options_.kind);
        write_atomically(options_.out / "vertebrae.csv", table);
    }

private:
    void work() {
        const auto going = [this] { return !stop_ && !(options_.interrupted != nullptr && *options_.interrupted); };
        for (int number; going() && (number = next_++) < options_.patients;) {
            try {
                make(number);
            } catch (...) {
                const std::scoped_lock lock{mutex_};
                if (!failure_) failure_ = std::current_exception();
                stop_ = true;
            }
        }
    }

    void make(int number) {
        const auto folder = options_.out / patient_name(options_.seed, number);
        auto description = made_before(folder, spine_, options_, number);
        const bool reused = !description.is_null();
        if (!reused) {
            const auto person = draw_patient(options_.seed, number, spine_.levels, spine_.grid.spacing);
            const auto images = renderer{sampled_, person, options_.kind}.run();
            description = describe(person, images, spine_, options_, number);
            write_case(folder, images, description);
        }
        const std::scoped_lock lock{mutex_};
        summary_.reused += reused;
        add(description);
        if (options_.progress) options_.progress(summary_.patients);
    }

    void add(const nlohmann::json& description) {
        ++summary_.patients;
        summary_.voxels += description.at("voxels").get<std::size_t>();
        summary_.fracture_voxels += description.at("fracture_voxels").get<std::size_t>();
        for (const auto& v : description.at("vertebrae")) {
            ++summary_.vertebrae;
            const int grade = v.contains("drawn") ? v["drawn"].at("grade").get<int>() : 0;
            ++summary_.grade_drawn[grade];
            if (grade == 0) continue;
            ++summary_.fractured;
            if (v.contains("measured") && v["measured"].at("grade") == grade) ++summary_.grade_reached;
        }
    }

    const cohort_options& options_;
    const spine_template& spine_;
    sampled_template sampled_;
    cohort_summary& summary_;
    std::atomic<int> next_ = 0;
    std::atomic<bool> stop_ = false;
    std::mutex mutex_;
    std::exception_ptr failure_;
};

inline void check(const cohort_options& o) {
    if (o.patients < 1) throw bad_input{"the cohort needs at least one patient; got " + std::to_string(o.patients)};
    std::error_code failure;
    if (std::filesystem::exists(o.out, failure) && !std::filesystem::is_directory(o.out, failure)) throw bad_input{"'" + o.out.string() + "' is a file; expected a folder for the cases"};
}
inline void make_folder(const std::filesystem::path& out) {
    std::error_code failure;
    std::filesystem::create_directories(out, failure);
    if (failure) throw io_error{"cannot create '" + out.string() + "': " + failure.message()};
}

} // namespace cohort::detail

template <class D> cohort_summary cohort_maker<D>::make(const cohort_options& options) {
    using clock = std::chrono::steady_clock;
    cohort_summary summary;
    const auto begin = clock::now();
    cohort::detail::check(options);
    const auto spine = cohort::template_analysis::run(options.template_ct, options.template_vertebrae);
    cohort::detail::make_folder(options.out); // not before the template has proved usable
    summary.seconds_template = seconds_since(begin);
    const auto rendering = clock::now();
    cohort::detail::workshop{options, spine, summary}.run();
    summary.seconds_patients = seconds_since(rendering);
    return summary;
}

} // namespace facet
