#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/core/evenly_spaced.hpp>
#include <facet/data/store.hpp>
#include <facet/engine/plan.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/engine/train_options.hpp>

namespace facet {

namespace detail {

/// `n` of these slices for a quick trial, half of them with fracture where there are enough, evenly spread.
inline std::vector<std::uint32_t> some_of(const store& data, const std::vector<std::uint32_t>& slices, std::size_t n) {
    if (n >= slices.size()) return slices;
    std::vector<std::uint32_t> with, without;
    for (const auto s : slices) (data.slices()[s].fracture_pixels > 0 ? with : without).push_back(s);
    const auto positives = std::min(with.size(), std::max(n / 2, n - std::min(n, without.size())));
    auto out = evenly_spaced(with, positives);
    std::ranges::copy(evenly_spaced(without, n - positives), std::back_inserter(out));
    std::ranges::sort(out);
    return out;
}

} // namespace detail

/// The slices that a run with these options is trained and validated on. Throws bad_input where an option asks for what cannot be.
[[nodiscard]] inline slice_parts training_parts(const plan& p, const store& data, const train_options& options) {
    if (options.steps && *options.steps < 1) throw bad_input{"--steps must be at least 1"};
    if (options.limit && *options.limit < static_cast<std::size_t>(p.batch))
        throw bad_input{"--limit " + std::to_string(*options.limit) + " is less than a batch of " + std::to_string(p.batch) + " slices"};
    auto parts = parts_for(p, data, options.fold);
    if (options.limit) {
        parts.train = detail::some_of(data, parts.train, *options.limit);
        parts.validation = evenly_spaced(parts.validation, *options.limit); // at its natural prevalence
    }
    return parts;
}

} // namespace facet
