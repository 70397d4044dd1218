#pragma once
// unit: facet::preparation<>
// library: dataset
// needs: itk

#include <facet/data/prepare.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cmath>
#include <exception>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <tuple>

#include <nlohmann/json.hpp>

#include <facet/core/duration.hpp>
#include <facet/core/error.hpp>
#include <facet/data/cases.hpp>
#include <facet/data/layout.hpp>
#include <facet/data/owners.hpp>
#include <facet/data/progress.hpp>
#include <facet/data/slice_frame.hpp>
#include <facet/data/slicer.hpp>
#include <facet/data/store.hpp>
#include <facet/data/store_format.hpp>
#include <facet/data/store_writer.hpp>
#include <facet/data/translate_labels.hpp>
#include <facet/io/itk.hpp>
#include <facet/io/mapped_file.hpp>

namespace facet {

namespace detail::prepare {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

struct stopped {}; ///< unwinds a case when the user interrupts

/// Identifies a case's result: the recipe and every byte of the inputs.
inline std::string key_of(const std::string& recipe, const case_files& c) {
    std::string all = std::to_string(store_format::version) + recipe + '|' + c.patient + '|' + c.source + '|' + c.anatomy;
    const auto add_file = [&](const fs::path& path) { all += '|' + store_format::hash(mapped_file{path}.bytes()); };
    const auto add = [&](const fs::path& path) {
        if (!fs::is_directory(path)) return add_file(path);
        for (const auto& entry : cases::sorted_entries(path)) if (fs::is_regular_file(entry)) add_file(entry);
    };
    add(c.ct);
    add(c.vertebrae);
    if (c.fractures) add(*c.fractures);
    return store_format::hash(all);
}

/// What one case takes while it is read: ITK's copy and ours of the CT (floating point at worst), labels, owners and mask.
inline double bytes_of(const case_files& c) { return 10.0 * static_cast<double>(image_io<>::read_geometry(c.ct).voxel_count()); }

inline double free_memory() {
    std::ifstream file{"/proc/meminfo"};
    std::string name, rest;
    double kilobytes = 0;
    while (file >> name >> kilobytes && std::getline(file, rest))
        if (name == "MemAvailable:") return kilobytes * 1024;
    return 4e9;
}

/// Lets cases run side by side as long as they fit together; one always may.
class memory_gate {
public:
    explicit memory_gate(double budget) : budget_{budget} {}
    void enter(double bytes) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return running_ == 0 || used_ + bytes <= budget_; });
        used_ += bytes;
        ++running_;
    }
    void leave(double bytes) {
        const std::lock_guard lock{mutex_};
        used_ -= bytes;
        --running_;
        changed_.notify_all();
    }

private:
    double budget_, used_ = 0;
    int running_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
};

/// The volumes of one case, checked and translated.
struct loaded_case {
    ct_volume ct;
    label_volume labels; ///< with the voxels that a fracture mask adds to each vertebra
    spine_layout spine;  ///< from the labels as they were
    std::optional<mask_volume> fractures;
};

inline void require_same_grid(const fs::path& ct, const geometry& a, const fs::path& other, const geometry& b) {
    if (const auto difference = disagreement(b, a))
        throw bad_input{"'" + other.string() + "' does not lie on the grid of '" + ct.string() + "': " + *difference};
}

inline loaded_case load(const case_files& c, const slicing& values) {
    loaded_case out;
    out.ct = image_io<>::read_ct(c.ct);
    out.labels = image_io<>::read_labels(c.vertebrae);
    require_same_grid(c.ct, out.ct.grid, c.vertebrae, out.labels.grid);
    translate_labels(out.labels, values.scheme, c.vertebrae.string());
    out.spine = layout_of(out.labels, values.wanted);
    if (c.fractures) {
        out.fractures = image_io<>::read_mask(*c.fractures);
        require_same_grid(c.ct, out.ct.grid, *c.fractures, out.fractures->grid);
        out.labels = owners_of(out.labels, *out.fractures);
    }
    return out;
}

/// Sums over every slice of the scan that crosses a vertebra, whatever the recipe's step: the prevalence before slicing.
struct native_totals {
    std::uint64_t slices = 0, positive_slices = 0, pixels = 0, positive_slice_pixels = 0, fracture_pixels = 0;
    void add(const std::pair<std::uint32_t, std::uint32_t>& slice) {
        ++slices;
        pixels += slice.first;
        fracture_pixels += slice.second;
        positive_slices += slice.second > 0;
        positive_slice_pixels += slice.second > 0 ? slice.first : 0;
    }
};

/// One case to a small store of its own in the work folder.
inline void make_case(const case_files& c, const std::string& key, const slicing& values, const fs::path& target, const std::atomic<bool>* interrupted) {
    const auto loaded = load(c, values);
    const auto scan = frames_of(loaded.spine, values);
    std::size_t count = 0;
    for (const auto& frame : scan.frames) count += frame.count;
    if (count == 0)
        throw bad_input{"'" + c.vertebrae.string() + "' holds no complete vertebra from " + printed({values.wanted.first}) + " to " + printed({values.wanted.last}) +
                        "; expected at least one that the scan's border does not cut, in the numbers of the recipe's label scheme"};

    const slicer cutter{loaded.ct, loaded.labels, loaded.fractures ? &*loaded.fractures : nullptr};
    store_writer writer{target, count, values.size};
    std::vector<std::int16_t> image(values.size * values.size);
    std::vector<std::uint8_t> mask(values.size * values.size);
    native_totals totals;
    for (const auto& frame : scan.frames) {
        const auto along = frame.axis[0];
        const auto last = static_cast<std::ptrdiff_t>(loaded.ct.grid.size[along]) - 1;
        for (auto at = frame.region.sliced.low[along]; at <= frame.region.sliced.high[along]; ++at) totals.add(cutter.native_pixels(frame, std::clamp<std::ptrdiff_t>(at, 0, last)));
        for (std::size_t position = 0; position < frame.count; ++position) {
            if (interrupted != nullptr && *interrupted) throw stopped{};
            cutter.cut(frame, position, image, mask);
            slice_info info;
            info.patient = c.patient;
            info.vertebra = frame.vertebra.value;
            info.position = static_cast<int>(position);
            info.relative = frame.relative(position);
            info.spacing = {frame.pixel, frame.pixel};
            info.step = frame.step;
            const auto nearest = std::clamp<std::ptrdiff_t>(std::lround(frame.first + frame.unit[0] * static_cast<double>(position)), 0, last);
            std::tie(info.native_pixels, info.native_fracture_pixels) = cutter.native_pixels(frame, nearest);
            info.source = c.source;
            info.anatomy = c.anatomy;
            writer.add(std::move(info), image, mask);
        }
    }
    json left_out = json::array();
    for (const auto id : scan.cut_by_border) left_out.push_back(id.value);
    writer.finish({{"data", c.source}, {"key", key}, {"vertebrae", scan.frames.size()}, {"left_out", left_out},
                   {"native", {{"slices", totals.slices}, {"positive_slices", totals.positive_slices}, {"pixels", totals.pixels},
                               {"positive_slice_pixels", totals.positive_slice_pixels}, {"fracture_pixels", totals.fracture_pixels}}}});
}

inline bool finished_before(const fs::path& folder, const std::string& key) {
    if (!fs::exists(folder)) return false;
    try {
        const store data{folder};
        for (std::size_t chunk = 0; chunk * data.slices_per_chunk() < data.count(); ++chunk) data.verify_chunk(chunk);
        if (json::parse(data.dataset_json()).value("key", "") == key) return true;
    } catch (const error&) { // damaged: made again
    }
    fs::remove_all(folder);
    return false;
}

inline std::exception_ptr named(const error& e, const std::string& patient) {
    const auto sentence = "patient '" + patient + "': " + e.what();
    if (e.code() == exit_code::bad_input) return std::make_exception_ptr(bad_input{sentence});
    if (e.code() == exit_code::io) return std::make_exception_ptr(io_error{sentence});
    return std::make_exception_ptr(error{e.code(), sentence});
}

/// Every case into the work folder, side by side. The first error, by order of patients, is thrown after all threads have stopped.
inline std::size_t make_cases(const std::vector<case_files>& found, const std::string& recipe, const slicing& values, const fs::path& work, const prepare_options& options) {
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    const std::size_t threads = std::min<std::size_t>(options.threads > 0 ? options.threads : cores, found.size());
    memory_gate gate{options.memory > 0 ? options.memory * 1024 * 1024 * 1024 : 0.5 * free_memory()};
    std::vector<std::exception_ptr> failures(found.size());
    std::atomic<std::size_t> next = 0, reused = 0;
    std::atomic<bool> failed = false;
    progress bar{"preparing", found.size(), options.quiet};
    const auto one = [&](const case_files& c) {
        const auto target = work / c.patient;
        const auto key = key_of(recipe, c);
        if (finished_before(target, key)) {
            ++reused;
            return;
        }
        const double bytes = bytes_of(c);
        gate.enter(bytes);
        try {
            make_case(c, key, values, target, options.interrupted);
        } catch (...) {
            gate.leave(bytes);
            throw;
        }
        gate.leave(bytes);
    };
    {
        std::vector<std::jthread> pool;
        for (std::size_t t = 0; t < threads; ++t)
            pool.emplace_back([&] {
                for (std::size_t i = next++; i < found.size() && !failed && !(options.interrupted != nullptr && *options.interrupted); i = next++) {
                    try {
                        one(found[i]);
                        bar.advance(found[i].patient);
                    } catch (const stopped&) {
                    } catch (const error& e) {
                        failures[i] = named(e, found[i].patient);
                        failed = true;
                    } catch (...) {
                        failures[i] = std::current_exception();
                        failed = true;
                    }
                }
            });
    }
    for (const auto& failure : failures) if (failure) std::rethrow_exception(failure);
    return reused;
}

/// Appends the cases' stores to one; a chunk of one case at a time is in memory.
inline void join(const std::vector<case_files>& found, const fs::path& work, const std::string& recipe, const slicing& values, const fs::path& target, prepare_summary& summary) {
    std::size_t count = 0;
    for (const auto& c : found) count += store{work / c.patient}.count();
    store_writer writer{target, count, values.size};
    json left_out = json::array(), native = json::object();
    for (const auto& c : found) {
        const store part{work / c.patient};
        const auto description = json::parse(part.dataset_json());
        const std::size_t pixels = part.size() * part.size();
        for (std::size_t i = 0; i < part.count(); ++i) {
            if (i % part.slices_per_chunk() == 0) part.verify_chunk(i / part.slices_per_chunk());
            const auto& info = part.slices()[i];
            writer.add(info, part.images().subspan(i * pixels, pixels), part.masks().subspan(i * pixels, pixels));
            summary.fracture_pixels += info.fracture_pixels;
            summary.positive_slices += info.fracture_pixels > 0;
        }
        summary.vertebrae += description.at("vertebrae").get<std::size_t>();
        for (const auto& [name, value] : description.at("native").items()) native[name] = native.value(name, std::uint64_t{0}) + value.get<std::uint64_t>();
        for (const auto& value : description.at("left_out")) {
            summary.left_out.emplace_back(c.patient, value.get<int>());
            left_out.push_back({{"patient", c.patient}, {"vertebra", value}, {"name", vertebra_name({value.get<int>()})}, {"reason", "cut by the border of the scan"}});
        }
    }
    summary.slices = count;
    writer.finish({{"recipe", json::parse(recipe)}, {"data", summary.data}, {"patients", found.size()}, {"vertebrae", summary.vertebrae}, {"native", native}, {"left_out", left_out}});
    summary.content_hash = store{target}.content_hash();
}

inline prepare_summary run(const std::string& recipe, const slicing& values, const prepare_options& options) {
    const auto start = std::chrono::steady_clock::now();
    if (fs::exists(options.store)) throw bad_input{"'" + options.store.string() + "' exists already; remove it or name another folder for the store"};
    const auto found = find_cases(options.cases);
    prepare_summary summary;
    summary.patients = found.size();
    summary.data = data_statement(found);

    fs::path work = without_trailing_slash(options.store);
    work += ".work";
    const bool made_here = !fs::exists(work);
    std::error_code failure;
    fs::create_directories(work, failure);
    if (failure) throw io_error{"cannot create the folder '" + work.string() + "': " + failure.message()};
    try {
        summary.reused = make_cases(found, recipe, values, work, options);
    } catch (...) {
        if (made_here) fs::remove_all(work, failure); // nothing written where there was nothing
        throw;
    }
    summary.interrupted = options.interrupted != nullptr && *options.interrupted;
    if (!summary.interrupted) {
        join(found, work, recipe, values, options.store, summary);
        fs::remove_all(work, failure);
    }
    summary.seconds = seconds_since(start);
    return summary;
}

} // namespace detail::prepare

template <class D> prepare_summary preparation<D>::run(const std::string& recipe, const slicing& values, const prepare_options& options) {
    return detail::prepare::run(recipe, values, options);
}

} // namespace facet
