#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <facet/core/role.hpp>

/// What is done to a prediction. Removing small pieces, filling holes, hysteresis commute with thresholding: doing it to the mask of every
/// threshold is the same as doing it once to the scores, as grey-scale morphology (threshold decomposition; Maragos and Ziff, IEEE TPAMI
/// 1990). So they are written on scores, and one histogram of the changed scores serves the search over every threshold. What does not
/// commute (the largest piece of a mask may be another at another threshold) is written on masks.
namespace facet::postprocess {

/// Slices, rows and columns of one vertebra, and mm from one to the next.
struct stack_shape {
    std::array<std::size_t, 3> size{};
    std::array<double, 3> spacing{1, 1, 1};

    [[nodiscard]] std::size_t slice_pixels() const { return size[1] * size[2]; }
    [[nodiscard]] double pixel_area() const { return spacing[1] * spacing[2]; }
    [[nodiscard]] double voxel_volume() const { return spacing[0] * pixel_area(); }
};

/// Logits of one vertebra, [slices,rows,columns]; minus infinity is never called positive.
struct score_stack {
    stack_shape shape;
    std::span<float> logits;

    [[nodiscard]] std::span<float> slice(std::size_t i) const { return logits.subspan(i * shape.slice_pixels(), shape.slice_pixels()); }
};

/// A mask of one vertebra, 0 or 1.
struct mask_stack {
    stack_shape shape;
    std::span<std::uint8_t> mask;
};

/// `policy(score_stack)` changes the scores.
template <class P> concept of_scores = plays<P, role::postprocess> && std::invocable<const P&, const score_stack&>;
/// `policy(mask_stack)` changes the mask.
template <class P> concept of_mask = plays<P, role::postprocess> && std::invocable<const P&, const mask_stack&>;

/// Some of its fields are search::among{...}: `alternative(i)` is the policy with the i-th choice, `alternatives()` how many there are.
template <class P> concept searched = plays<P, role::postprocess> && requires(const P& p) {
    { p.alternatives() } -> std::convertible_to<std::size_t>;
    p.alternative(std::size_t{});
};

template <class P> concept policy = of_scores<P> || of_mask<P> || searched<P>;

/// Whatever the policy, how many alternatives and the i-th.
template <class P> [[nodiscard]] constexpr std::size_t alternatives_of(const P& p) {
    if constexpr (searched<P>) return p.alternatives();
    else return 1;
}
template <class P> [[nodiscard]] constexpr auto alternative_of(const P& p, std::size_t i) {
    if constexpr (searched<P>) return p.alternative(i);
    else return p;
}

/// A postprocess as the compiled parts see it; `alternatives` is 0 for postprocess::none.
struct steps {
    std::size_t alternatives = 0;
    void (*change_scores)(std::size_t alternative, const score_stack&) = nullptr;
    void (*change_mask)(std::size_t alternative, const mask_stack&) = nullptr; ///< empty where all is done on scores
    std::string (*describe)(std::size_t alternative) = nullptr;                ///< as JSON
    std::vector<std::string> (*edges)(std::size_t alternative) = nullptr;      ///< fields whose chosen value is the last of those searched
};

} // namespace facet::postprocess
