#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/device.hpp>
#include <facet/engine/plan.hpp>
#include <facet/report/finding.hpp>

namespace facet {

struct doctor_options {
    std::size_t fold = 0;
    std::uint64_t seed = 1;
    device_options where;
    double seconds = 110; ///< time for everything that trains
};

/// Walks the checklist of what makes training fail, and names the cause.
template <class = void> struct doctor {
    /// Every line of the checklist in order; `done` sees each as soon as it is known.
    static std::vector<report::finding> examine(const plan& p, const store& data, const doctor_options& options,
                                                const std::function<void(const report::finding&)>& done = {});
    /// Prints the checklist (and, with `json`, one JSON object as the last line); bad_input when a line fails.
    static exit_code run(const plan& p, const store& data, const doctor_options& options, bool json);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/report/doctor-inl.hpp>
#endif
