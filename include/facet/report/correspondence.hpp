#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/core/evenly_spaced.hpp>
#include <facet/evaluate/trivial.hpp>
#include <facet/report/finding.hpp>
#include <facet/report/text.hpp>

/// Do masks lie on the images they belong to? A mask follows edges of its own image; moved to a neighbouring slice, mirrored, or laid on
/// another patient, it follows them less. If any of those fits better, the two were mismatched on their way here.
namespace facet::report {

/// Ways to lay a mask on an image that are wrong, and the right one.
enum class pairing { own, next_slice, previous_slice, left_right, top_bottom, transposed, other_patient };
inline constexpr std::array<std::pair<pairing, std::string_view>, 6> wrong_pairings{{{pairing::next_slice, "one slice further on"},
                                                                                     {pairing::previous_slice, "one slice back"},
                                                                                     {pairing::left_right, "mirrored left to right"},
                                                                                     {pairing::top_bottom, "mirrored top to bottom"},
                                                                                     {pairing::transposed, "with rows and columns exchanged"},
                                                                                     {pairing::other_patient, "on another patient"}}};

/// How well a mask fits an image: the step in HU across its outline over the usual step between neighbouring pixels nearby. One means no
/// relation. Empty where the mask has no outline inside the image.
[[nodiscard]] inline std::optional<double> outline_fit(std::span<const std::int16_t> image, std::span<const std::uint8_t> mask, std::size_t size) {
    constexpr std::size_t reach = 3; // pixels around the mask that count as nearby
    std::size_t x0 = size, x1 = 0, y0 = size, y1 = 0;
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] == 1) x0 = std::min(x0, i % size), x1 = std::max(x1, i % size), y0 = std::min(y0, i / size), y1 = std::max(y1, i / size);
    if (x0 == size) return std::nullopt;
    x0 = x0 > reach ? x0 - reach : 0, y0 = y0 > reach ? y0 - reach : 0;
    x1 = std::min(x1 + reach, size - 1), y1 = std::min(y1 + reach, size - 1);
    double across = 0, along = 0;
    std::int64_t crossings = 0, others = 0;
    const auto compare = [&](std::size_t a, std::size_t b) {
        if (mask[a] == 255 || mask[b] == 255) return;
        const double step = std::abs(static_cast<double>(image[a]) - static_cast<double>(image[b]));
        if ((mask[a] == 1) != (mask[b] == 1)) across += step, ++crossings;
        else along += step, ++others;
    };
    for (std::size_t y = y0; y <= y1; ++y)
        for (std::size_t x = x0; x <= x1; ++x) {
            if (x < x1) compare(y * size + x, y * size + x + 1);
            if (y < y1) compare(y * size + x, (y + 1) * size + x);
        }
    if (crossings == 0 || others == 0 || along == 0) return std::nullopt;
    return (across / static_cast<double>(crossings)) / (along / static_cast<double>(others));
}

namespace detail {

/// A mask mirrored or transposed in its plane.
inline std::vector<std::uint8_t> placed(std::span<const std::uint8_t> mask, std::size_t size, pairing how) {
    std::vector<std::uint8_t> out(mask.size());
    for (std::size_t y = 0; y < size; ++y)
        for (std::size_t x = 0; x < size; ++x) {
            const auto from = how == pairing::left_right ? y * size + (size - 1 - x) : how == pairing::top_bottom ? (size - 1 - y) * size + x : how == pairing::transposed ? x * size + y : y * size + x;
            out[y * size + x] = mask[from];
        }
    return out;
}

/// The slice another patient has at the same level and nearly the same place in the vertebra.
inline std::optional<std::size_t> counterpart(std::span<const slice_info> slices, std::size_t mine) {
    std::optional<std::size_t> best;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < slices.size(); ++i) {
        if (slices[i].patient == slices[mine].patient) continue;
        const double distance = 10.0 * std::abs(slices[i].vertebra - slices[mine].vertebra) + std::abs(slices[i].relative - slices[mine].relative);
        if (distance < nearest) nearest = distance, best = i;
    }
    return best;
}

inline bool adjacent(const slice_info& a, const slice_info& b) { return a.patient == b.patient && a.vertebra == b.vertebra && b.position == a.position + 1; }

/// The image index that a pairing lays slice i's mask on; empty where there is none.
inline std::optional<std::size_t> image_for(std::span<const slice_info> slices, std::size_t i, pairing how) {
    if (how == pairing::next_slice) return i + 1 < slices.size() && adjacent(slices[i], slices[i + 1]) ? std::optional{i + 1} : std::nullopt;
    if (how == pairing::previous_slice) return i > 0 && adjacent(slices[i - 1], slices[i]) ? std::optional{i - 1} : std::nullopt;
    if (how == pairing::other_patient) return counterpart(slices, i);
    return i;
}

} // namespace detail

/// Gain of the right pairing over a wrong one, vertebra by vertebra.
struct pairing_gain {
    double own = 0, wrong = 0;        ///< mean fit of masks on their own image and in the wrong pairing
    double z = 0;                     ///< mean paired gain over its standard error; negative: the wrong pairing fits better
    std::size_t vertebrae = 0;
};

/// Compares masks on their own images with one wrong pairing; the unit is the vertebra, because slices of one are alike.
[[nodiscard]] inline pairing_gain compare_pairing(const slice_stack& stack, std::span<const std::uint32_t> positive_slices, pairing how) {
    struct sums { double own = 0, wrong = 0; int n = 0; };
    std::map<std::pair<std::string, int>, sums> vertebrae;
    for (const auto i : positive_slices) {
        const auto other = detail::image_for(stack.slices, i, how);
        if (!other) continue;
        const auto own = outline_fit(stack.image(i), stack.mask(i), stack.size);
        const auto wrong = outline_fit(stack.image(*other), detail::placed(stack.mask(i), stack.size, how), stack.size);
        if (!own || !wrong) continue;
        auto& v = vertebrae[{stack.slices[i].patient, stack.slices[i].vertebra}];
        v.own += *own, v.wrong += *wrong, ++v.n;
    }
    pairing_gain gain;
    double sum = 0, squares = 0;
    for (const auto& [name, v] : vertebrae) {
        const double d = (v.own - v.wrong) / v.n;
        sum += d, squares += d * d;
        gain.own += v.own / v.n, gain.wrong += v.wrong / v.n;
    }
    const auto n = static_cast<double>(gain.vertebrae = vertebrae.size());
    if (n == 0) return gain;
    gain.own /= n, gain.wrong /= n;
    const double variance = n > 1 ? std::max(0.0, (squares - sum * sum / n) / (n - 1)) : 0;
    gain.z = sum == 0 ? 0 : sum / n / std::max(std::sqrt(variance / n), 1e-9);
    return gain;
}

/// Slices whose mask has not the pixels that slices.csv says: the file's rows and the masks are out of step.
[[nodiscard]] inline std::vector<std::uint32_t> miscounted(const slice_stack& stack) {
    std::vector<std::uint32_t> wrong;
    for (std::size_t i = 0; i < stack.slices.size(); ++i) {
        const auto mask = stack.mask(i);
        if (std::ranges::count(mask, 1) != stack.slices[i].fracture_pixels || std::ranges::count(mask, 255) != stack.slices[i].ignored_pixels)
            wrong.push_back(static_cast<std::uint32_t>(i));
    }
    return wrong;
}

/// The checklist's first line.
[[nodiscard]] inline finding check_correspondence(const slice_stack& stack) {
    finding line{.name = "image and mask correspond", .result = verdict::pass, .evidence = {}, .advice = {}};
    if (const auto wrong = miscounted(stack); !wrong.empty()) {
        line.result = verdict::fail;
        line.evidence = whole(static_cast<std::int64_t>(wrong.size())) + " of " + whole(static_cast<std::int64_t>(stack.slices.size()))
                        + " masks do not have the fracture pixels that slices.csv counts, the first at slice " + std::to_string(wrong.front());
        line.advice = "masks.npy and slices.csv are out of step: prepare the store again";
        return line;
    }
    std::vector<std::uint32_t> positive;
    for (std::size_t i = 0; i < stack.slices.size(); ++i)
        if (stack.slices[i].fracture_pixels > 0) positive.push_back(static_cast<std::uint32_t>(i));
    positive = evenly_spaced(positive, 2'000);
    constexpr double sure = 2.5; // standard errors
    std::optional<pairing_gain> elsewhere;
    for (const auto& [how, words] : wrong_pairings) {
        const auto gain = compare_pairing(stack, positive, how);
        if (how == pairing::other_patient) elsewhere = gain;
        if (gain.vertebrae < 4 || gain.z > -sure) continue;
        line.result = verdict::fail;
        line.evidence = "masks fit better " + std::string{words} + " (" + decimal(gain.wrong, 2) + ") than where they are (" + decimal(gain.own, 2) + "), over " + std::to_string(gain.vertebrae) + " vertebrae";
        line.advice = "images and masks are mismatched before or in `prepare`: compare both in a viewer, slice by slice";
        return line;
    }
    if (!elsewhere || elsewhere->vertebrae < 4) {
        line.result = verdict::skipped;
        line.evidence = "fewer than 4 vertebrae with a fracture: too few to tell";
        return line;
    }
    line.evidence = "the step in HU across mask outlines is " + decimal(elsewhere->own, 2) + " times its surroundings, and " + decimal(elsewhere->wrong, 2) + " times where the same masks lie on other patients ("
                    + std::to_string(elsewhere->vertebrae) + " vertebrae); no shifted or mirrored placing fits better";
    if (elsewhere->z < sure) {
        line.result = verdict::fail;
        line.evidence = "masks fit their own images (" + decimal(elsewhere->own, 2) + ") no better than other patients' (" + decimal(elsewhere->wrong, 2) + "), over " + std::to_string(elsewhere->vertebrae) + " vertebrae";
        line.advice = "the masks do not follow the images: check which mask file belongs to which scan";
    }
    return line;
}

} // namespace facet::report
