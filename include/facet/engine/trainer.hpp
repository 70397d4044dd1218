#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/train_options.hpp>

namespace facet {

struct train_result {
    std::int64_t steps = 0;
    std::int64_t epochs = 0;
    double seconds = 0;
    double images_per_second = 0;
    bool interrupted = false;                 ///< stopped by a signal, state saved
    bool stopped_early = false;               ///< by a callback
    std::filesystem::path best;               ///< checkpoint
    std::optional<double> best_score;
};

template <class = void> struct trainer {
    /// Trains into `options.out`. Throws facet::error; an interrupted run returns after saving.
    ///
    /// An epoch, the unit of reports and validation, is one pass over the training slices at the natural rate, but at least ten epochs are
    /// made of a run and at most 200, so that a short run is watched and a tiny store is not validated all the time.
    static train_result train(const plan& p, const store& data, const train_options& options);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/engine/trainer-inl.hpp>
#endif
