#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <facet/augment/concept.hpp>
#include <facet/core/reflect.hpp>

namespace facet::augment {

/// How far one draw reaches.
enum class scope { vertebra, slice };

namespace detail {

template <class P> concept stage = requires { P::reach; };

template <class P> struct operation_only {
    static_assert(operation<P>, "facet: augment::per_vertebra and per_slice take augmentations; an augmentation has `where` and `operator()` as in facet/augment/concept.hpp");
};
template <class P> struct no_geometry {
    static_assert(!geometric<P>, "facet: a geometric operation inside augment::per_slice breaks the continuity between slices; move it into augment::per_vertebra{...}");
};
template <class P> struct stage_only {
    static_assert(stage<P>, "facet: augment::chain takes augment::per_vertebra{...} and augment::per_slice{...}; put each augmentation into one of them");
};
template <class... Checks> struct all_of : Checks... {};

} // namespace detail

/// Operations drawn once per vertebra and epoch: all slices of a vertebra get the same numbers, so they stay continuous.
template <class... Ops> struct per_vertebra {
    static_assert(sizeof(detail::all_of<detail::operation_only<Ops>...>) > 0);
    using role = facet::role::augment_op;
    static constexpr scope reach = scope::vertebra;

    hana::tuple<Ops...> items;

    constexpr per_vertebra(Ops... ops) : items{ops...} {}
};

/// Operations drawn anew for every slice: intensity only.
template <class... Ops> struct per_slice {
    static_assert(sizeof(detail::all_of<detail::no_geometry<Ops>...>) > 0);
    static_assert(sizeof(detail::all_of<detail::operation_only<Ops>...>) > 0);
    using role = facet::role::augment_op;
    static constexpr scope reach = scope::slice;

    hana::tuple<Ops...> items;

    constexpr per_slice(Ops... ops) : items{ops...} {}
};

/// The augmentation of an experiment. Geometry composes into one affine per vertebra and one interpolation; then the HU operations run,
/// then the windows, then the operations on windowed channels, whatever order they are written in.
template <class... Stages> struct chain {
    static_assert(sizeof(detail::all_of<detail::stage_only<Stages>...>) > 0);
    using role = facet::role::augment;

    hana::tuple<Stages...> items;

    constexpr chain(Stages... stages) : items{stages...} {}

    [[nodiscard]] constexpr bool moves() const {
        bool any = false;
        each([&]<class Op>(const Op&, scope) { any = any || Op::where == domain::geometry; });
        return any;
    }

    /// The composed affine of one vertebra; `key` is that of the vertebra in this epoch, `size` the side of a slice in pixels.
    [[nodiscard]] affine draw_affine(std::uint64_t key, double size) const {
        affine map;
        std::uint64_t operation = 0;
        each([&]<class Op>(const Op& op, scope) {
            if constexpr (Op::where == domain::geometry) {
                rng::stream draw{rng::key(key, operation++)};
                op(map, draw, size);
            }
        });
        return map;
    }

    /// Runs the intensity operations of one domain in the order written.
    template <domain which> [[nodiscard]] at::Tensor apply(at::Tensor images, draws& by_vertebra, draws& by_slice) const {
        each([&]<class Op>(const Op& op, scope reach) {
            if constexpr (Op::where == which) images = op(images, reach == scope::vertebra ? by_vertebra : by_slice);
        });
        return images;
    }

private:
    // What is no operation has had its sentence already and is passed over.
    constexpr void each(auto visit) const {
        hana::for_each(items, [&]<class Stage>(const Stage& stage) {
            if constexpr (detail::stage<Stage>) {
                hana::for_each(stage.items, [&]<class Op>(const Op& op) {
                    if constexpr (operation<Op>) visit(op, Stage::reach);
                });
            }
        });
    }
};
template <> struct chain<> {
    using role = facet::role::augment;

    hana::tuple<> items;

    [[nodiscard]] constexpr bool moves() const { return false; }
    [[nodiscard]] affine draw_affine(std::uint64_t, double) const { return {}; }
    template <domain> [[nodiscard]] at::Tensor apply(at::Tensor images, draws&, draws&) const { return images; }
};
chain() -> chain<>;

/// What an experiment's augmentation offers; chain is the shipped one.
template <class P>
concept policy = plays<P, role::augment> && requires(const P& p, std::uint64_t key, const at::Tensor& images, draws& d) {
    { p.moves() } -> std::convertible_to<bool>;
    { p.draw_affine(key, 1.0) } -> std::same_as<affine>;
    { p.template apply<domain::hu>(images, d, d) } -> std::same_as<at::Tensor>;
    { p.template apply<domain::window>(images, d, d) } -> std::same_as<at::Tensor>;
};

static_assert(policy<chain<>>);

} // namespace facet::augment
