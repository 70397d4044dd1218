#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <facet/augment/concept.hpp>
#include <facet/augment/kernels.hpp>
#include <facet/core/reflect.hpp>

namespace facet::augment {

/// How far one draw reaches.
enum class scope { vertebra, slice, batch };

namespace detail {

template <class P> concept stage = requires { P::reach; };

template <class P> struct operation_only {
    static_assert(operation<P>, "facet: augment::per_vertebra, per_slice and per_batch take augmentations; an augmentation has `where` and `operator()` as in facet/augment/concept.hpp");
};
template <class P> struct no_geometry {
    static_assert(!geometric<P>, "facet: a geometric operation inside augment::per_slice breaks the continuity between slices; move it into augment::per_vertebra{...}");
};
template <class P> struct no_mixing {
    static_assert(!mixing<P>, "facet: an operation that mixes slices works on whole batches; move it into augment::per_batch{...}");
};
template <class P> struct mixing_only {
    static_assert(mixing<P> || !operation<P>, "facet: augment::per_batch takes operations that mix slices, such as augment::cutmix{}; move this one into augment::per_vertebra{...} or per_slice{...}");
};
template <class P> struct stage_only {
    static_assert(stage<P>, "facet: augment::chain takes augment::per_vertebra{...}, augment::per_slice{...} and augment::per_batch{...}; put each augmentation into one of them");
};
template <class Stage> inline constexpr int bending_in = 0;
template <template <class...> class Stage, class... Ops> inline constexpr int bending_in<Stage<Ops...>> = (int{bending<Ops>} + ... + 0);
template <class Stage> inline constexpr int windowing_in = 0;
template <template <class...> class Stage, class... Ops> inline constexpr int windowing_in<Stage<Ops...>> = (int{windowing<Ops>} + ... + 0);

} // namespace detail

/// Operations drawn once per vertebra and epoch: all slices of a vertebra get the same numbers, so they stay continuous.
template <class... Ops> struct per_vertebra {
    static_assert(((sizeof(detail::operation_only<Ops>) > 0) && ...));
    static_assert(((sizeof(detail::no_mixing<Ops>) > 0) && ...));
    using role = facet::role::augment_op;
    static constexpr scope reach = scope::vertebra;

    hana::tuple<Ops...> items;

    constexpr per_vertebra(Ops... ops) : items{ops...} {}
};

/// Operations drawn anew for every slice: intensity only.
template <class... Ops> struct per_slice {
    static_assert(((sizeof(detail::no_geometry<Ops>) > 0) && ...));
    static_assert(((sizeof(detail::operation_only<Ops>) > 0) && ...));
    static_assert(((sizeof(detail::no_mixing<Ops>) > 0) && ...));
    using role = facet::role::augment_op;
    static constexpr scope reach = scope::slice;

    hana::tuple<Ops...> items;

    constexpr per_slice(Ops... ops) : items{ops...} {}
};

/// Operations that mix the slices of a batch, drawn anew for every slice; its partner depends on the company it is in.
template <class... Ops> struct per_batch {
    static_assert(((sizeof(detail::operation_only<Ops>) > 0) && ...));
    static_assert(((sizeof(detail::mixing_only<Ops>) > 0) && ...));
    using role = facet::role::augment_op;
    static constexpr scope reach = scope::batch;

    hana::tuple<Ops...> items;

    constexpr per_batch(Ops... ops) : items{ops...} {}
};

/// The augmentation of an experiment. Geometry composes into one map per vertebra and one interpolation; then the HU operations run, then the
/// windows, then the operations on windowed channels, then those that mix a batch, whatever order they are written in. Draws are keyed by the
/// place in the chain, so an operation that stands in it twice draws twice.
template <class... Stages> struct chain {
    static_assert(((sizeof(detail::stage_only<Stages>) > 0) && ...));
    static_assert((detail::bending_in<Stages> + ... + 0) <= 1, "facet: augment::chain takes one augment::elastic; two fields would be one field of another size, so write that");
    static_assert((detail::windowing_in<Stages> + ... + 0) <= 1, "facet: augment::chain takes one augment::window_jitter; write its ranges in one place");
    using role = facet::role::augment;

    hana::tuple<Stages...> items;

    constexpr chain(Stages... stages) : items{stages...} {}

    [[nodiscard]] constexpr bool moves() const { return any([]<class Op>(const Op&) { return Op::where == domain::geometry; }); }
    [[nodiscard]] constexpr bool mixes() const { return any([]<class Op>(const Op&) { return Op::where == domain::batch; }); }
    /// Of the displacement; 0 where nothing bends.
    [[nodiscard]] constexpr std::int64_t control_points() const {
        std::int64_t points = 0;
        each([&]<class Op>(const Op& op, scope, std::uint64_t) {
            if constexpr (bending<Op>) points = op.control_points;
        });
        return points;
    }

    /// The composed affine of one vertebra; `key` is that of the vertebra in this epoch, `size` the side of a slice in pixels.
    [[nodiscard]] affine draw_affine(std::uint64_t key, double size) const {
        affine map;
        each([&]<class Op>(const Op& op, scope, std::uint64_t place) {
            if constexpr (linear<Op>) {
                rng::stream draw{rng::key(key, place)};
                if (probability_of(op) == 1 || draw.happens(probability_of(op))) op(map, draw, size);
            }
        });
        return map;
    }
    /// The displacement of the same vertebra; `field` comes in zero.
    void draw_displacement(std::uint64_t key, double size, displacement field) const {
        each([&]<class Op>(const Op& op, scope, std::uint64_t place) {
            if constexpr (bending<Op>) {
                rng::stream draw{rng::key(key, place)};
                if (probability_of(op) == 1 || draw.happens(probability_of(op))) op(field, draw, size);
            }
        });
    }

    /// Runs the intensity operations of one domain in the order written.
    template <domain which> [[nodiscard]] at::Tensor apply(at::Tensor images, draws& by_vertebra, draws& by_slice) const {
        each([&]<class Op>(const Op& op, scope reach, std::uint64_t place) {
            if constexpr (Op::where == which) {
                auto& draw = reach == scope::vertebra ? by_vertebra : by_slice;
                draw.begin(place);
                images = probability_of(op) == 1 ? op(std::move(images), draw)
                                                 : draw.some(probability_of(op), images, [&](const at::Tensor& some, draws& d) { return op(some, d); });
            }
        });
        return images;
    }

    /// HU images [N,1,H,W] to channels [N,C,H,W]: the input's windows, or jittered ones.
    template <class Input> [[nodiscard]] at::Tensor channels(const Input& input, const at::Tensor& images, draws& by_vertebra, draws& by_slice) const {
        at::Tensor out;
        each([&]<class Op>(const Op& op, scope reach, std::uint64_t place) {
            if constexpr (windowing<Op>) {
                auto& draw = reach == scope::vertebra ? by_vertebra : by_slice;
                draw.begin(place);
                const auto chosen = draw.happens(probability_of(op));
                std::array<window_bounds, Input::channel_count> bounds;
                for (std::size_t c = 0; c < bounds.size(); ++c) {
                    const auto [low, high] = op(input.channels[c], draw);
                    bounds[c] = {low.where(chosen, low.new_full({}, input.channels[c].low)), high.where(chosen, high.new_full({}, input.channels[c].high))};
                }
                out = kernels<>::windows(images, bounds);
            }
        });
        return out.defined() ? out : input(images);
    }

    /// Runs the operations that mix slices.
    [[nodiscard]] mixture mix(mixture batch, draws& by_slice) const {
        each([&]<class Op>(const Op& op, scope, std::uint64_t place) {
            if constexpr (mixing<Op>) {
                by_slice.begin(place);
                const auto chosen = by_slice.happens(probability_of(op));
                const auto mixed = op(batch, by_slice);
                batch = {mixed.channels.where(chosen, batch.channels), mixed.masks.where(chosen, batch.masks)};
            }
        });
        return batch;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        constexpr bool inside = !self.any([](const auto& op) { return !(0 <= probability_of(op) && probability_of(op) <= 1); });
        static_assert(inside,
                      "facet: `probability` of an augmentation lies between 0 and 1");
    }

private:
    // What is no operation has had its sentence already and is passed over, but keeps its place.
    constexpr void each(auto visit) const {
        std::uint64_t place = 0;
        hana::for_each(items, [&]<class Stage>(const Stage& stage) {
            if constexpr (detail::stage<Stage>) {
                hana::for_each(stage.items, [&]<class Op>(const Op& op) {
                    if constexpr (operation<Op>) visit(op, Stage::reach, place);
                    ++place;
                });
            }
        });
    }
    constexpr bool any(auto holds) const {
        bool found = false;
        each([&](const auto& op, scope, std::uint64_t) { found = found || holds(op); });
        return found;
    }
};
template <> struct chain<> {
    using role = facet::role::augment;

    hana::tuple<> items;

    [[nodiscard]] constexpr bool moves() const { return false; }
    [[nodiscard]] constexpr bool mixes() const { return false; }
    [[nodiscard]] constexpr std::int64_t control_points() const { return 0; }
    [[nodiscard]] affine draw_affine(std::uint64_t, double) const { return {}; }
    void draw_displacement(std::uint64_t, double, displacement) const {}
    template <domain> [[nodiscard]] at::Tensor apply(at::Tensor images, draws&, draws&) const { return images; }
    template <class Input> [[nodiscard]] at::Tensor channels(const Input& input, const at::Tensor& images, draws&, draws&) const { return input(images); }
    [[nodiscard]] mixture mix(mixture batch, draws&) const { return batch; }
};
chain() -> chain<>;

/// What an experiment's augmentation offers; chain is the shipped one.
template <class P>
concept policy = plays<P, role::augment> && requires(const P& p, std::uint64_t key, const at::Tensor& images, const mixture& batch, displacement field, draws& d) {
    { p.moves() } -> std::convertible_to<bool>;
    { p.mixes() } -> std::convertible_to<bool>;
    { p.control_points() } -> std::convertible_to<std::int64_t>;
    { p.draw_affine(key, 1.0) } -> std::same_as<affine>;
    p.draw_displacement(key, 1.0, field);
    { p.template apply<domain::hu>(images, d, d) } -> std::same_as<at::Tensor>;
    { p.template apply<domain::window>(images, d, d) } -> std::same_as<at::Tensor>;
    { p.mix(batch, d) } -> std::same_as<mixture>;
};

static_assert(policy<chain<>>);

} // namespace facet::augment
