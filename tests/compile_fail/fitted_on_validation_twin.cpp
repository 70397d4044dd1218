// expect: no error
#include <facet/facet.hpp>
#include <facet/evaluate/evaluation.hpp>
using namespace facet;
int main() {
    const of_part<part::validation, score_histogram> pixels{};
    const of_part<part::validation, scores> judged{};
    postprocess_search search{postprocess::steps{}};
    search.add(of_part<part::validation, vertebra_stack>{});
    return threshold::exact{metric::f1{}}(pixels).at_edge + fit_points(judged, [](const score_histogram& h) { return threshold::youden{}(h); }).slice.has_value();
}
