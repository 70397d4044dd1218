#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/io/text_file.hpp>

/// Where the scans of each patient lie.
namespace facet {

/// One patient's files. Without a fracture mask every vertebra counts as healthy.
struct case_files {
    std::string patient;
    std::filesystem::path ct, vertebrae;
    std::optional<std::filesystem::path> fractures;
    std::string source = "scan"; ///< what the case was made from: "scan", "cohort", "phantom"
    std::string anatomy;         ///< patients of one template share anatomy; a scan is its own
};

namespace detail::cases {

namespace fs = std::filesystem;

inline constexpr std::array<std::string_view, 4> endings{".nii.gz", ".nii", ".nrrd", ".mha"};

/// Names end up in CSV cells and file names.
inline void check_name(const std::string& name, const char* what, const fs::path& where) {
    const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-' || c == ' '; };
    if (name.empty() || name.front() == '.' || name.size() > 128 || !std::all_of(name.begin(), name.end(), allowed))
        throw bad_input{"'" + where.string() + "' holds the " + what + " '" + name + "'; expected letters, digits, '_', '-', '.' and spaces"};
}

/// `folder/stem.*`, or the folder `folder/stem` of a DICOM series.
inline std::optional<fs::path> image(const fs::path& folder, const std::string& stem) {
    std::optional<fs::path> found;
    const auto offer = [&](const fs::path& path, bool exists) {
        if (!exists) return;
        if (found) throw bad_input{"'" + found->string() + "' and '" + path.string() + "' both exist; expected one of them"};
        found = path;
    };
    for (const auto ending : endings) offer(folder / (stem + std::string{ending}), fs::is_regular_file(folder / (stem + std::string{ending})));
    offer(folder / stem, fs::is_directory(folder / stem));
    return found;
}

inline fs::path required_image(const fs::path& folder, const std::string& stem) {
    if (auto found = image(folder, stem)) return *found;
    throw bad_input{"'" + (folder / stem).string() + ".nii.gz' does not exist; expected it as .nii.gz, .nii, .nrrd, .mha or a folder with a DICOM series"};
}

inline std::vector<fs::path> sorted_entries(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code failure;
    for (fs::directory_iterator it{folder, failure}, end; !failure && it != end; it.increment(failure))
        if (!it->path().filename().string().starts_with('.')) entries.push_back(it->path());
    if (failure) throw io_error{"cannot list '" + folder.string() + "': " + failure.message()};
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// The name of an image without its ending; empty where it is no image.
inline std::string image_stem(const fs::path& path) {
    const auto name = path.filename().string();
    for (const auto ending : endings)
        if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
    return {};
}

/// An image under another name may be a misspelt fracture mask, without which its patient would count as healthy.
inline void refuse_other_images(const fs::path& folder) {
    for (const auto& path : sorted_entries(folder)) {
        const auto stem = image_stem(path);
        if (!stem.empty() && stem != "ct" && stem != "vertebrae" && stem != "fractures")
            throw bad_input{"'" + path.string() + "' is neither ct, vertebrae nor fractures; rename it, or take it out of the patient's folder"};
    }
}

inline void read_origin(case_files& c, const fs::path& path) {
    if (!fs::exists(path)) return;
    const auto text = read_text(path);
    try {
        const auto json = nlohmann::json::parse(text);
        c.source = json.value("source", c.source);
        c.anatomy = json.value("template", c.anatomy);
    } catch (const nlohmann::json::exception&) {
        throw bad_input{"'" + path.string() + "' is not a JSON object with the texts \"source\" and \"template\""};
    }
}

inline std::vector<case_files> from_folders(const fs::path& root) {
    std::vector<case_files> found;
    for (const auto& folder : sorted_entries(root)) {
        if (!fs::is_directory(folder)) continue;
        case_files c;
        c.patient = c.anatomy = folder.filename().string();
        c.ct = required_image(folder, "ct");
        c.vertebrae = required_image(folder, "vertebrae");
        c.fractures = image(folder, "fractures");
        refuse_other_images(folder);
        read_origin(c, folder / "case.json");
        found.push_back(std::move(c));
    }
    return found;
}

/// An nnU-Net raw dataset: `imagesTr/CASE_0000.nii.gz` with either vertebra numbers in `labelsTr` and fracture masks in `fracturesTr`,
/// or vertebra numbers in `vertebraeTr` and fracture masks in `labelsTr`.
inline std::vector<case_files> from_nnunet(const fs::path& root) {
    const bool labels_are_fractures = fs::is_directory(root / "vertebraeTr");
    const auto vertebrae = root / (labels_are_fractures ? "vertebraeTr" : "labelsTr"), fractures = root / (labels_are_fractures ? "labelsTr" : "fracturesTr");
    std::vector<case_files> found;
    for (const auto& path : sorted_entries(root / "imagesTr")) {
        auto name = image_stem(path);
        if (name.empty()) continue;
        const auto ending = path.filename().string().substr(name.size());
        if (!name.ends_with("_0000")) throw bad_input{"'" + path.string() + "' is not channel 0 of an nnU-Net case; expected CASE_0000" + ending + " alone"};
        name.resize(name.size() - 5);
        case_files c;
        c.patient = c.anatomy = name;
        c.ct = path;
        c.vertebrae = required_image(vertebrae, name);
        c.fractures = image(fractures, name);
        found.push_back(std::move(c));
    }
    if (!fs::is_directory(fractures)) return found;
    for (const auto& path : sorted_entries(fractures))
        if (const auto stem = image_stem(path); !stem.empty() && std::ranges::find(found, stem, &case_files::patient) == found.end())
            throw bad_input{"'" + path.string() + "' belongs to no image; expected '" + (root / "imagesTr" / (stem + "_0000")).string() + ".nii.gz' beside it"};
    return found;
}

/// The cells of one line; `"..."` may hold commas, `""` within is a quote.
inline std::vector<std::string> cells(std::string_view line) {
    std::vector<std::string> out{{}};
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') out.back() += line[++i];
        else if (line[i] == '"') quoted = !quoted;
        else if (line[i] == ',' && !quoted) out.emplace_back();
        else out.back() += line[i];
    }
    for (auto& cell : out) {
        while (!cell.empty() && std::isspace(static_cast<unsigned char>(cell.back())) != 0) cell.pop_back();
        cell.erase(0, std::min(cell.find_first_not_of(" \t"), cell.size()));
    }
    return out;
}

inline fs::path resolved(const fs::path& csv, const std::string& cell) {
    const fs::path given{cell};
    if (given.is_absolute()) return given;
    const auto normal = given.lexically_normal();
    if (!normal.empty() && *normal.begin() == "..")
        throw bad_input{"'" + csv.string() + "' names '" + cell + "', which leads out of the file's folder; write an absolute path if that is meant"};
    return (csv.has_parent_path() ? csv.parent_path() : fs::path{"."}) / normal;
}

inline std::vector<case_files> from_csv(const fs::path& csv) {
    const auto file = read_text(csv);
    std::string_view text{file};
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3); // spreadsheets write a byte order mark
    std::map<std::string, std::size_t> column;
    std::vector<case_files> found;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto row = cells(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (row.size() == 1 && row[0].empty()) continue;
        if (column.empty()) {
            for (std::size_t i = 0; i < row.size(); ++i) column[row[i]] = i;
            for (const auto* needed : {"patient", "ct", "vertebrae"})
                if (!column.contains(needed)) throw bad_input{"'" + csv.string() + "' has no column '" + needed + "'; expected the header patient,ct,vertebrae,fractures"};
            continue;
        }
        const auto cell = [&](const char* name) { return column.contains(name) && column[name] < row.size() ? row[column[name]] : std::string{}; };
        const auto path = [&](const char* name) {
            if (cell(name).empty()) throw bad_input{"'" + csv.string() + "' names no " + name + " in line " + std::to_string(number)};
            return resolved(csv, cell(name));
        };
        case_files c;
        c.patient = c.anatomy = cell("patient");
        c.ct = path("ct");
        c.vertebrae = path("vertebrae");
        if (!cell("fractures").empty()) c.fractures = path("fractures");
        if (!cell("source").empty()) c.source = cell("source");
        if (!cell("template").empty()) c.anatomy = cell("template");
        found.push_back(std::move(c));
    }
    return found;
}

inline void check(const std::vector<case_files>& found, const fs::path& where) {
    if (found.empty()) throw bad_input{"'" + where.string() + "' holds no cases; expected a folder per patient, an nnU-Net raw dataset or a CSV with the columns patient,ct,vertebrae,fractures"};
    std::set<std::string> patients;
    for (const auto& c : found) {
        check_name(c.patient, "patient name", where);
        check_name(c.anatomy, "template name", where);
        if (c.source != "scan" && c.source != "cohort" && c.source != "phantom")
            throw bad_input{"patient '" + c.patient + "' has the source '" + c.source + "'; expected scan, cohort or phantom"};
        if (!patients.insert(c.patient).second) throw bad_input{"'" + where.string() + "' lists patient '" + c.patient + "' twice; expected one case per patient"};
        for (const auto& path : {c.ct, c.vertebrae, c.fractures.value_or(c.ct)})
            if (!fs::exists(path)) throw bad_input{"'" + path.string() + "' of patient '" + c.patient + "' does not exist; expected an image"};
    }
}

} // namespace detail::cases

/// Lists the cases of a folder with a folder per patient, of an nnU-Net raw dataset, or of a CSV, in order of their names.
inline std::vector<case_files> find_cases(const std::filesystem::path& where) {
    if (!std::filesystem::exists(where)) throw bad_input{"'" + where.string() + "' does not exist; expected a folder or a CSV of cases"};
    auto found = !std::filesystem::is_directory(where)                     ? detail::cases::from_csv(where)
                 : std::filesystem::is_directory(where / "imagesTr")       ? detail::cases::from_nnunet(where)
                                                                            : detail::cases::from_folders(where);
    detail::cases::check(found, where);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.patient < b.patient; });
    return found;
}

/// The one sentence about where data come from that heads every report.
inline std::string data_statement(const std::vector<case_files>& cases) {
    for (const auto& c : cases)
        if (c.source != cases.front().source)
            throw bad_input{"patient '" + cases.front().patient + "' is a " + cases.front().source + " and patient '" + c.patient + "' a " + c.source + "; a store holds data of one source"};
    const auto& source = cases.front().source;
    return source == "cohort" ? "semi-synthetic, one CT" : source == "phantom" ? "analytic phantom" : "scans";
}

} // namespace facet
