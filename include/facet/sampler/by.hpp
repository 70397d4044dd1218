#pragma once

#include <cmath>
#include <concepts>
#include <string>

#include <facet/core/role.hpp>
#include <facet/data/slice.hpp>

/// What sampler::weighted can group slices by.
namespace facet::sampler::by {

/// A rule is callable as `key operator()(const slice_info&) const`; slices with equal keys are one group.
template <class R>
concept rule = plays<R, role::slice_key> && requires(const R& r, const slice_info& s) {
    { r(s) } -> std::totally_ordered;
};

/// The vertebra: V27 (L5), ..., V40 (T4).
struct level {
    using role = facet::role::slice_key;
    [[nodiscard]] int operator()(const slice_info& s) const { return s.vertebra; }
};

/// The patient.
struct patient {
    using role = facet::role::slice_key;
    [[nodiscard]] std::string operator()(const slice_info& s) const { return s.patient; }
};

/// The area of the fracture in the slice, in classes that double: below 1 mm2, 1 to 2, 2 to 4, ... `finest` and less are one class.
struct lesion_size {
    using role = facet::role::slice_key;
    double finest = 4; ///< mm2
    [[nodiscard]] int operator()(const slice_info& s) const {
        const double area = static_cast<double>(s.fracture_pixels) * s.spacing[0] * s.spacing[1];
        return area > finest ? static_cast<int>(std::ceil(std::log2(area / finest))) : 0;
    }
    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.finest > 0, "facet: by::lesion_size needs finest > 0, the area in mm2 up to which fractures are one class");
    }
};

static_assert(rule<level> && rule<patient> && rule<lesion_size>);

} // namespace facet::sampler::by

namespace facet {
namespace by = sampler::by;
}
