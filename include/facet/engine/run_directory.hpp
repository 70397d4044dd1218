#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <facet/core/error.hpp>
#include <facet/engine/checkpoint_info.hpp>
#include <facet/io/atomic_file.hpp>
#include <facet/io/mapped_file.hpp>
#include <facet/io/safetensors.hpp>

namespace facet {

namespace detail {

inline std::string text_of_number(double value) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}
inline std::string fixed(double value, int decimals) {
    char digits[64];
    return {digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, decimals).ptr};
}
inline std::optional<double> number_in(const safetensors::metadata& m, const std::string& key) {
    const auto found = m.find(key);
    double value = 0;
    if (found == m.end()) return std::nullopt;
    const auto& text = found->second;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}
inline std::string text_in(const safetensors::metadata& m, const std::string& key) {
    const auto found = m.find(key);
    return found == m.end() ? std::string{} : found->second;
}

} // namespace detail

/// Better scores first, undefined ones last; then the later epoch.
[[nodiscard]] inline bool is_better(const checkpoint_info& a, const checkpoint_info& b) {
    constexpr double none = -std::numeric_limits<double>::infinity();
    return std::pair{a.score.value_or(none), a.epoch} > std::pair{b.score.value_or(none), b.epoch};
}

/// What a checkpoint's header says; metadata_of() is its inverse.
[[nodiscard]] inline checkpoint_info checkpoint_info_of(const safetensors::metadata& m, const std::filesystem::path& path) {
    const auto number = [&](const char* key) {
        const auto value = detail::number_in(m, key);
        if (!value) throw bad_input{"'" + path.string() + "' is not a checkpoint of this program: its metadata has no " + key};
        return *value;
    };
    checkpoint_info c;
    c.path = path;
    c.experiment = detail::text_in(m, "experiment");
    c.description = detail::text_in(m, "description");
    c.epoch = static_cast<std::int64_t>(number("epoch"));
    c.step = static_cast<std::int64_t>(number("step"));
    c.score = detail::number_in(m, "score");
    c.threshold = {.value = number("threshold"),
                   .objective = detail::number_in(m, "threshold_objective_value"),
                   .at_edge = number("threshold_at_edge") != 0,
                   .plateau_low = number("threshold_plateau_low"),
                   .plateau_high = number("threshold_plateau_high")};
    c.threshold_objective = detail::text_in(m, "threshold_objective");
    c.logit_shift = detail::number_in(m, "logit_shift").value_or(0);
    c.dataset_hash = detail::text_in(m, "dataset_hash");
    c.split = detail::text_in(m, "split");
    c.data_statement = detail::text_in(m, "data");
    c.patients = detail::text_in(m, "patients");
    c.fold = static_cast<std::size_t>(number("fold"));
    c.seed = std::strtoull(detail::text_in(m, "seed").c_str(), nullptr, 10);
    return c;
}

[[nodiscard]] inline safetensors::metadata metadata_of(const checkpoint_info& c) {
    safetensors::metadata m{{"experiment", c.experiment}, {"description", c.description}, {"epoch", std::to_string(c.epoch)}, {"step", std::to_string(c.step)},
                            {"threshold", detail::text_of_number(c.threshold.value)}, {"threshold_at_edge", c.threshold.at_edge ? "1" : "0"},
                            {"threshold_plateau_low", detail::text_of_number(c.threshold.plateau_low)},
                            {"threshold_plateau_high", detail::text_of_number(c.threshold.plateau_high)},
                            {"threshold_objective", c.threshold_objective}, {"dataset_hash", c.dataset_hash}, {"split", c.split}, {"data", c.data_statement}, {"patients", c.patients},
                            {"fold", std::to_string(c.fold)}, {"seed", std::to_string(c.seed)}};
    if (c.logit_shift != 0) m["logit_shift"] = detail::text_of_number(c.logit_shift);
    if (c.score) m["score"] = detail::text_of_number(*c.score);
    if (c.threshold.objective) m["threshold_objective_value"] = detail::text_of_number(*c.threshold.objective);
    return m;
}

/// The folder of one run, held by one process at a time.
///
///     RUN/run.json         the experiment with every default, versions, data, seed, command
///     RUN/dataset.json     the store's own description, so that a prediction cuts slices in the same way
///     RUN/metrics.jsonl    one object per epoch
///     RUN/checkpoints/     the best weights: ep08_prauc0.0632.safetensors
///     RUN/last.state       everything a continued run needs; previous.state is the one before
class run_directory {
public:
    using warning = std::function<void(const std::string&)>;

    /// Locks the folder. Throws bad_input when another process trains into it, or when it already holds a run and `resume` was not asked for.
    run_directory(std::filesystem::path folder, bool resume) : folder_{std::move(folder)} {
        std::error_code failure;
        const bool used = std::filesystem::exists(folder_ / "run.json") || holds_state(folder_);
        if (used && !resume) throw bad_input{"'" + folder_.string() + "' already holds a run; add --resume to continue it, or name another folder"};
        if (!used && resume && !std::filesystem::exists(folder_ / "lock")) throw bad_input{"'" + folder_.string() + "' holds no run to resume"};
        ours_ = !std::filesystem::exists(folder_);
        std::filesystem::create_directories(folder_ / "checkpoints", failure);
        if (failure) throw io_error{"cannot create the folder '" + folder_.string() + "': " + failure.message()};
        lock();
        remove_litter();
    }
    run_directory(const run_directory&) = delete;
    run_directory& operator=(const run_directory&) = delete;
    ~run_directory() {
        if (lock_ >= 0) ::close(lock_);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

    /// Takes back a run that has not made a step. Of a folder that was there before only the run's own two files go: the rest may be somebody's.
    void withdraw() const {
        std::error_code ignored;
        if (ours_) std::filesystem::remove_all(folder_, ignored);
        else for (const char* name : {"run.json", "dataset.json"}) std::filesystem::remove(folder_ / name, ignored);
    }

    /// Appends one line to metrics.jsonl. Where the disk has no room for all of it nothing of it stays; that is reported and does not stop
    /// the training.
    [[nodiscard]] bool append_metrics(const std::string& line) const {
        const int file = ::open((folder_ / "metrics.jsonl").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (file < 0) return false;
        const auto before = ::lseek(file, 0, SEEK_END);
        const auto text = line + '\n';
        const bool written = before >= 0 && ::write(file, text.data(), text.size()) == std::ssize(text) && ::fsync(file) == 0;
        if (!written && before >= 0 && ::ftruncate(file, before) != 0) { /* half a line: keep_metrics drops it */
        }
        ::close(file);
        return written;
    }
    /// Keeps the lines of the first `epochs`, and of those what is whole: what a killed run wrote after its last saved state is made again,
    /// half a line never.
    void keep_metrics(std::int64_t epochs) const {
        std::ifstream file{folder_ / "metrics.jsonl", std::ios::binary};
        if (!file) return;
        std::string kept;
        for (std::string line; std::getline(file, line);) {
            const auto one = nlohmann::json::parse(line, nullptr, false);
            if (one.is_object() && one.contains("epoch") && one["epoch"].is_number_integer() && one["epoch"].get<std::int64_t>() <= epochs) kept += line + '\n';
        }
        file.close();
        write_atomically(folder_ / "metrics.jsonl", kept);
    }

    /// The new state becomes last.state and the old one previous.state. Whenever the process dies, at least one of them is whole.
    void save_state(std::span<const std::byte> bytes) const {
        const auto last = folder_ / "last.state", next = folder_ / "next.state";
        write_atomically(next, bytes);
        if (std::filesystem::exists(last)) rename_durably(last, folder_ / "previous.state");
        rename_durably(next, last);
    }
    /// Whether a state was ever saved. A run that was killed before has nothing to continue, and begins again.
    [[nodiscard]] static bool holds_state(const std::filesystem::path& run) {
        return std::ranges::any_of(state_names, [&](const char* name) { return std::filesystem::exists(run / name); });
    }
    /// The step of the newest state, read from its header; empty where there is none that could be read.
    [[nodiscard]] static std::optional<std::int64_t> steps_done(const std::filesystem::path& run) {
        const auto step = number_in_newest_state(run, "step");
        return step ? std::optional{static_cast<std::int64_t>(*step)} : std::nullopt;
    }
    /// Whether a callback ended the run before its budget did.
    [[nodiscard]] static bool stopped_early(const std::filesystem::path& run) { return number_in_newest_state(run, "stopped_early").value_or(0) != 0; }
    /// Hands the newest state whose checksum is right to `use`. `warn` hears of each that is not. Throws bad_input where none is whole.
    void load_state(const std::function<void(const safetensors::contents&)>& use, const warning& warn) const {
        for (const char* name : state_names) {
            const auto path = folder_ / name;
            if (!std::filesystem::exists(path)) continue;
            const mapped_file file{path};
            safetensors::contents state;
            try {
                state = safetensors::parse(file.bytes(), path.string());
                if (!state.checked) throw bad_input{"'" + path.string() + "' is damaged: it has no checksum"};
            } catch (const bad_input& damage) {
                warn(std::string{damage.what()} + "; trying the state before it");
                continue;
            }
            use(state);
            return;
        }
        throw bad_input{"'" + folder_.string() + "' has no state that could be resumed"};
    }

    /// `ep08_prauc0.0632.safetensors`.
    [[nodiscard]] static std::string checkpoint_name(std::int64_t epoch, std::string_view monitor, std::optional<double> score) {
        std::string name = epoch < 10 ? "ep0" : "ep";
        name += std::to_string(epoch);
        if (!monitor.empty() && score) name += "_" + std::string{monitor} + detail::fixed(*score, 4);
        return name + ".safetensors";
    }
    /// What lies in RUN/checkpoints, by name. `warn` hears of each file whose header cannot be read, and it is passed over.
    [[nodiscard]] static std::vector<checkpoint_info> checkpoints(const std::filesystem::path& run, const warning& warn) {
        return readable(run, warn, [](std::span<const std::byte> bytes, const std::string& origin) { return safetensors::read_metadata(bytes, origin); });
    }
    /// The same, of files that are whole: every byte is read and the checksum must be right.
    [[nodiscard]] static std::vector<checkpoint_info> whole_checkpoints(const std::filesystem::path& run, const warning& warn) {
        return readable(run, warn, [](std::span<const std::byte> bytes, const std::string& origin) {
            auto contents = safetensors::parse(bytes, origin);
            if (!contents.checked) throw bad_input{"'" + origin + "' is damaged: it has no checksum"};
            return std::move(contents.metadata);
        });
    }

private:
    static constexpr std::array state_names{"last.state", "next.state", "previous.state"}; ///< newest first: next is there only between two renames

    /// Of the header of the newest state that can be read.
    static std::optional<double> number_in_newest_state(const std::filesystem::path& run, const char* key) {
        for (const char* name : state_names) {
            try {
                const mapped_file file{run / name};
                return detail::number_in(safetensors::read_metadata(file.bytes(), name), key);
            } catch (const error&) { // not there, or damaged
            }
        }
        return std::nullopt;
    }

    template <class Read> static std::vector<checkpoint_info> readable(const std::filesystem::path& run, const warning& warn, Read&& read) {
        std::vector<checkpoint_info> found;
        std::error_code failure;
        for (const auto& entry : std::filesystem::directory_iterator{run / "checkpoints", failure}) {
            if (entry.path().extension() != ".safetensors") continue;
            try {
                const mapped_file file{entry.path()};
                found.push_back(checkpoint_info_of(read(file.bytes(), entry.path().string()), entry.path()));
            } catch (const error& damage) {
                warn(std::string{damage.what()} + "; it is passed over");
            }
        }
        std::ranges::sort(found, {}, &checkpoint_info::path);
        return found;
    }

    void lock() {
        const auto path = folder_ / "lock";
        lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (lock_ < 0) detail::system_failure("create", path, errno);
        int failed = 0;
        do failed = ::flock(lock_, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
        while (failed == EINTR);
        if (failed == ENOSYS || failed == ENOLCK || failed == EOPNOTSUPP) return; // some network file systems: nobody else is kept out
        if (failed != 0) {
            ::close(std::exchange(lock_, -1));
            if (failed != EWOULDBLOCK) detail::system_failure("lock", path, failed);
            throw bad_input{"another process is training into '" + folder_.string() + "'; wait for it, or name another folder"};
        }
    }
    /// Whether write_atomically() made this name for a file that a training writes: `next.state.tmp.4711`.
    [[nodiscard]] static bool is_litter(std::string_view name) {
        constexpr std::string_view mark = ".tmp.";
        const auto at = name.rfind(mark);
        if (at == name.npos) return false;
        const auto written = name.substr(0, at), process = name.substr(at + mark.size());
        if (process.empty() || process.find_first_not_of("0123456789") != process.npos) return false;
        return written == "run.json" || written == "dataset.json" || written == "metrics.jsonl" || written == "next.state" || (written.starts_with("ep") && written.ends_with(".safetensors"));
    }
    /// Temporary files of a process that was killed; nobody else's.
    void remove_litter() const {
        std::error_code ignored;
        for (const auto& folder : {folder_, folder_ / "checkpoints"})
            for (const auto& entry : std::filesystem::directory_iterator{folder, ignored})
                if (is_litter(entry.path().filename().string())) std::filesystem::remove(entry.path(), ignored);
    }

    std::filesystem::path folder_;
    int lock_ = -1;
    bool ours_ = false; ///< the folder was not there
};

} // namespace facet
