// expect: nothing may be fitted on the test part
#include <facet/evaluate/evaluation.hpp>
using namespace facet;
int main() {
    const of_part<part::test, scores> judged{};
    return fit_points(judged, nullptr).slice.has_value();
}
