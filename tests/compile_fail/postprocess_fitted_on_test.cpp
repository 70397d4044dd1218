// expect: nothing may be fitted on the test part
#include <facet/evaluate/postprocessing.hpp>
using namespace facet;
int main() {
    postprocess_search search{postprocess::steps{}};
    search.add(of_part<part::test, vertebra_stack>{});
}
