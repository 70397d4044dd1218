// expect: a split must have
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct by_hospital {
    using role = facet::role::split;
    std::size_t folds = 5; // `test_patients` is missing
};
}
constexpr experiment bad{"bad", model::attention_unet{}, mine::by_hospital{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
