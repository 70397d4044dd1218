#pragma once

#include <compare>
#include <string>

namespace facet {

/// A window of Hounsfield units: `low` maps to 0, `high` to 1, clamped outside.
struct hu {
    double low = 0;
    double high = 0;
};

/// A length in the patient.
struct millimetres {
    double value = 0;
    constexpr auto operator<=>(const millimetres&) const = default;
};

/// A vertebra's number in TotalSegmentator v2's scheme (27 = L5 ... 31 = L1, 32 = T12 ... 43 = T1); printed `V31 (L1)`.
struct vertebra_id {
    int value = 0;
    constexpr auto operator<=>(const vertebra_id&) const = default;
};

} // namespace facet
