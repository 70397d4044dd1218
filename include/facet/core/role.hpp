#pragma once

#include <concepts>
#include <string_view>

/// One tag per slot of an experiment. A policy names its slot with `using role = facet::role::loss;`.
///
/// `once` and `given` carry the sentence a user reads when the slot is filled twice or left empty; a `static_assert` needs a literal,
/// hence one per tag.
namespace facet::role {

struct input {
    static constexpr std::string_view name = "input";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'input'; keep one input::windows{...}"); };
};
struct size {
    static constexpr std::string_view name = "size";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'size'; keep one input::size{...}"); };
};
struct sampler {
    static constexpr std::string_view name = "sampler";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'sampler'; keep one"); };
};
struct augment {
    static constexpr std::string_view name = "augment";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'augment'; put both into one augment::chain{...}"); };
};
struct model {
    static constexpr std::string_view name = "model";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'model'; keep one"); };
    template <bool ok> struct given { static_assert(ok, "facet: no policy for the role 'model', which has no default; add for example model::attention_unet{}"); };
};
struct target {
    static constexpr std::string_view name = "target";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'target'; keep one"); };
};
struct loss {
    static constexpr std::string_view name = "loss";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'loss'; keep one, or write loss::sum{a, b} to add them"); };
};
struct metrics {
    static constexpr std::string_view name = "metrics";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'metrics'; put all metrics into one metric::set{...}"); };
};
struct monitor {
    static constexpr std::string_view name = "monitor";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'monitor'; keep one"); };
};
struct threshold {
    static constexpr std::string_view name = "threshold";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'threshold'; keep one"); };
};
struct operating_point {
    static constexpr std::string_view name = "operating_point";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'operating_point'; keep one"); };
};
struct postprocess {
    static constexpr std::string_view name = "postprocess";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'postprocess'; keep one"); };
};
struct optimizer {
    static constexpr std::string_view name = "optimizer";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'optimizer'; keep one"); };
};
struct schedule {
    static constexpr std::string_view name = "schedule";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'schedule'; keep one"); };
};
struct precision {
    static constexpr std::string_view name = "precision";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'precision'; keep one"); };
};
struct budget {
    static constexpr std::string_view name = "budget";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'budget'; keep one budget{.steps = ..., .batch = ...}"); };
};
struct split {
    static constexpr std::string_view name = "split";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'split'; keep one"); };
};
struct residency {
    static constexpr std::string_view name = "residency";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'residency'; keep one"); };
};
struct prior {
    static constexpr std::string_view name = "prior";
    template <bool ok> struct once { static_assert(ok, "facet: two policies for the role 'prior'; keep one"); };
};
/// Optional, and the only role that many may play.
struct callback {
    static constexpr std::string_view name = "callback";
    template <bool> struct once {};
};

/// Parts of a policy, not slots of an experiment: they stand inside metric::set{...}, a lesion metric, augment::chain{...}, loss::dice{.over = ...},
/// sampler::weighted{...} and the fields of a model.
struct metric { static constexpr std::string_view name = "metric"; };
struct match { static constexpr std::string_view name = "match"; };
struct augment_op { static constexpr std::string_view name = "augment_op"; };
struct extent { static constexpr std::string_view name = "extent"; };
struct layer { static constexpr std::string_view name = "layer"; };
struct slice_key { static constexpr std::string_view name = "slice_key"; };

template <class... Roles> struct list {};

/// Every slot, in the order `describe` prints them.
using all = list<input, size, sampler, augment, model, target, loss, metrics, monitor, threshold, operating_point, postprocess, optimizer, schedule,
                 precision, budget, split, residency, prior>;

} // namespace facet::role

namespace facet {

/// A policy says which role it plays.
template <class P> concept has_role = requires { typename P::role; };

template <class P, class Role> inline constexpr bool plays = false;
template <has_role P, class Role> inline constexpr bool plays<P, Role> = std::same_as<typename P::role, Role>;

struct none {};

/// What a role does when an experiment does not say, specialised beside the role's policies.
template <class Role> inline constexpr auto default_policy = none{};

} // namespace facet
