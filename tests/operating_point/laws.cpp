#include <facet/operating_point.hpp>

#include "support/test.hpp"

#include <facet/metric.hpp>

#include "laws/operating_point.hpp"

using namespace facet;

namespace {

constexpr operating_point<> by_default{};
constexpr operating_point by_f1{threshold::exact{metric::f1{}}};
constexpr operating_point by_mcc{threshold::exact{metric::mcc{}}};
constexpr operating_point by_balanced_accuracy{threshold::exact{metric::balanced_accuracy{}}};
constexpr operating_point enough{threshold::sensitivity_at_least{.value = 0.9}}, all_of_them{threshold::sensitivity_at_least{.value = 1}};
constexpr operating_point priced{threshold::cost{}}, cheap{threshold::cost{.fp = 1, .fn = 0.1}};
constexpr operating_point even_steps{threshold::grid{metric::f1{}}};
constexpr operating_point even_ratios{threshold::log_grid{metric::f1{}}};
constexpr operating_point fixed{threshold::fixed{.value = 0.33}};

} // namespace

TEST_CASE("every operating point keeps the laws of operating points", "[operating_point][laws]") {
    laws::operating_point<by_default>(true);
    laws::operating_point<by_f1>(true);
    laws::operating_point<by_mcc>(true);
    laws::operating_point<by_balanced_accuracy>(true);
    laws::operating_point<enough>(true);
    laws::operating_point<all_of_them>(true);
    laws::operating_point<priced>(true);
    laws::operating_point<cheap>(true);
    laws::operating_point<even_steps>(false); // of the probability
    laws::operating_point<even_ratios>(false);
    laws::operating_point<fixed>(false);
}
