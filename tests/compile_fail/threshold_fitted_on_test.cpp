// expect: nothing may be fitted on the test part
#include <facet/facet.hpp>
using namespace facet;
int main() {
    const of_part<part::test, score_histogram> scores{};
    return threshold::exact{metric::f1{}}(scores).at_edge;
}
