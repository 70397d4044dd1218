#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <facet/engine/checkpoint_info.hpp>
#include <facet/engine/network.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/run_directory.hpp>
#include <facet/engine/weights.hpp>
#include <facet/io/atomic_file.hpp>

namespace facet {

/// Keeps the best few weights of a run. They wait in memory until they are written, so that a disk that is full for a while costs none of them.
class checkpoint_keeper {
public:
    /// `warn` hears of files whose header cannot be read.
    checkpoint_keeper(const plan& p, std::filesystem::path run, run_directory::warning warn)
        : plan_{p}, run_{std::move(run)}, most_{static_cast<std::size_t>(std::max(1, p.keep_checkpoints))}, warn_{std::move(warn)} {}

    /// Serialises the weights where they are among the best few; write() writes them. `about` needs no path yet.
    void offer(checkpoint_info about, const named_tensors& weights) {
        auto rivals = written();
        for (const auto& one : unwritten_) rivals.push_back(one.info);
        std::ranges::sort(rivals, is_better);
        if (rivals.size() >= most_ && !is_better(about, rivals[most_ - 1])) return;
        about.path = run_ / "checkpoints" / run_directory::checkpoint_name(about.epoch, plan_.monitor_name, about.score);
        auto bytes = weights::serialise(weights, metadata_of(about));
        unwritten_.push_back({std::move(about), std::move(bytes)});
        std::ranges::sort(unwritten_, is_better, &unwritten_checkpoint::info);
        if (unwritten_.size() > most_) unwritten_.resize(most_);
    }
    /// The files in the folder are the list of the best few. Throws io_error; what was not written is tried again next time.
    void write() {
        while (!unwritten_.empty()) {
            const auto& next = unwritten_.back();
            write_atomically(next.info.path, next.bytes);
            unwritten_.pop_back();
            auto kept = written();
            std::ranges::sort(kept, is_better);
            std::error_code ignored;
            for (std::size_t i = most_; i < kept.size(); ++i) std::filesystem::remove(kept[i].path, ignored);
        }
    }
    /// Removes those of epochs that will be made again.
    void remove_after(std::int64_t epoch) const {
        std::error_code ignored;
        for (const auto& c : written())
            if (c.epoch > epoch) std::filesystem::remove(c.path, ignored);
    }
    /// Of those written; empty where there is none.
    [[nodiscard]] std::optional<checkpoint_info> best() const {
        const auto kept = written();
        if (kept.empty()) return std::nullopt;
        return *std::ranges::min_element(kept, is_better);
    }

private:
    struct unwritten_checkpoint {
        checkpoint_info info;
        std::vector<std::byte> bytes;
    };

    [[nodiscard]] std::vector<checkpoint_info> written() const { return run_directory::checkpoints(run_, warn_); }

    const plan& plan_;
    std::filesystem::path run_;
    std::size_t most_;
    run_directory::warning warn_;
    std::vector<unwritten_checkpoint> unwritten_; ///< best first
};

} // namespace facet
