#pragma once

#include <array>
#include <concepts>
#include <string_view>

#include <facet/core/reflect.hpp>
#include <facet/evaluate/curve.hpp>
#include <facet/metric/concept.hpp>
#include <facet/metric/pr_auc.hpp>
#include <facet/monitor/concept.hpp>

namespace facet::monitor {

namespace detail {

template <class P> struct metric_only {
    static_assert(metric::policy<P>, "facet: monitor::best takes a metric, for example monitor::best{metric::pr_auc{}}");
    static_assert(!metric::policy<P> || metric::of_counts<P> || metric::of_ranking<P>,
                  "facet: monitor::best needs a metric that is computed every epoch and is larger when better; surface, lesion and calibration metrics are not, "
                  "so write for example monitor::best{metric::pr_auc{}}");
};

/// A metric's name without underscores, as it stands in ep08_prauc0.0632.
template <class Metric> struct plain_name {
    static constexpr std::string_view full = short_name<Metric>;
    static constexpr auto letters = [] {
        std::array<char, full.size() + 1> out{};
        std::size_t n = 0;
        for (const char c : full)
            if (c != '_') out[n++] = c;
        return out;
    }();
    static constexpr std::string_view value{letters.data()};
};

} // namespace detail

/// Keeps the `keep` checkpoints with the highest `metric` on validation. A metric of one threshold is taken at the threshold found in
/// that epoch.
template <class Metric = metric::pr_auc> struct best {
    static_assert(sizeof(detail::metric_only<Metric>) > 0);
    using role = facet::role::monitor;
    static constexpr std::string_view name = detail::plain_name<Metric>::value;

    Metric metric{};
    int keep = 3;

    [[nodiscard]] std::optional<double> operator()(const score_histogram& h, const threshold::choice& t) const {
        if constexpr (metric::of_ranking<Metric>) return metric(h);
        else if constexpr (metric::of_counts<Metric>) return metric(confusion_at(h, score_histogram::bin_of_probability(t.value)));
        else return std::nullopt;
    }

    template <const auto& self, const auto& e> static consteval void check() {
        static_assert(self.keep > 0, "facet: monitor::best needs keep > 0, the number of checkpoints to keep");
    }
};
// `best{.keep = 5}` keeps the default metric.
template <std::same_as<int>... Keep> best(Keep...) -> best<>;
template <has_role Metric, class... Keep> best(Metric, Keep...) -> best<Metric>;

static_assert(policy<best<>>);

} // namespace facet::monitor
