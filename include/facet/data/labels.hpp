#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <facet/core/role.hpp>
#include <facet/core/units.hpp>
#include <facet/data/role.hpp>

/// Numbering schemes of vertebra label maps. Whatever scheme a file is in, facet speaks in TotalSegmentator v2's numbers.
namespace facet {

/// Bone of the spine that has no TotalSegmentator number (L6, T13): never a sample, but never background either.
inline constexpr std::uint8_t unnumbered_bone = 254;

inline constexpr int first_vertebra = 26, last_vertebra = 50; ///< S1 ... C1

/// `L1` for 31; `S1`, `L5` ... `L1`, `T12` ... `T1`, `C7` ... `C1` for 26 ... 50.
inline std::string vertebra_name(vertebra_id id) {
    if (id.value == 26) return "S1";
    if (id.value >= 27 && id.value <= 31) return "L" + std::to_string(32 - id.value);
    if (id.value >= 32 && id.value <= 43) return "T" + std::to_string(44 - id.value);
    if (id.value >= 44 && id.value <= 50) return "C" + std::to_string(51 - id.value);
    return "label " + std::to_string(id.value);
}

/// `V31 (L1)`: both names, because the diary of a real project mixed them up.
inline std::string printed(vertebra_id id) { return "V" + std::to_string(id.value) + " (" + vertebra_name(id) + ")"; }

} // namespace facet

namespace facet::labels {

/// What a label scheme answers for a number found in a file: 0 for what is no spine (background, other organs), 26 ... 50 for a
/// vertebra, `unnumbered_bone` for other bone of the spine, nothing for a number that the scheme does not have.
using meaning = std::optional<std::uint8_t>;

/// TotalSegmentator v2, task `total`: 25 sacrum, 26 S1, 27 L5 ... 31 L1, 32 T12 ... 43 T1, 44 C7 ... 50 C1; 1 ... 117 in all,
/// 118 in files that count the carpal bones as 117
/// (Wasserthal et al., Radiology: Artificial Intelligence 2023; its class map).
struct totalsegmentator {
    using role = facet::role::labels;
    [[nodiscard]] constexpr meaning operator()(int label) const {
        if (label < 0 || label > 118) return std::nullopt;
        if (label == 25) return unnumbered_bone;
        return label >= first_vertebra && label <= last_vertebra ? static_cast<std::uint8_t>(label) : std::uint8_t{0};
    }
};

/// VerSe: 1 ... 7 C1 ... C7, 8 ... 19 T1 ... T12, 20 ... 24 L1 ... L5, 25 L6, 26 sacrum, 27 coccyx, 28 T13
/// (Sekuboyina et al., Medical Image Analysis 2021).
struct verse {
    using role = facet::role::labels;
    [[nodiscard]] constexpr meaning operator()(int label) const {
        if (label < 0 || label > 28) return std::nullopt;
        if (label == 0) return std::uint8_t{0};
        return label <= 24 ? static_cast<std::uint8_t>(51 - label) : unnumbered_bone;
    }
};

} // namespace facet::labels

namespace facet {

/// The vertebrae that become samples, by TotalSegmentator's numbers, both included.
struct levels {
    int first = 27; ///< L5
    int last = 40;  ///< T4
    using role = facet::role::levels;
    [[nodiscard]] constexpr bool contains(vertebra_id id) const { return first <= id.value && id.value <= last; }
    template <const auto& self, const auto&> static consteval void check() {
        static_assert(first_vertebra <= self.first && self.first <= self.last && self.last <= last_vertebra,
                      "facet: levels{first, last} are TotalSegmentator numbers, 26 (S1) <= first <= last <= 50 (C1); 27 is L5, 40 is T4");
    }
};

template <> inline constexpr auto default_policy<role::labels> = labels::totalsegmentator{};
template <> inline constexpr auto default_policy<role::levels> = levels{};

} // namespace facet
