// expect: this model reads sequences of slices, and this sampler shuffles slices
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct recurrent {
    using role = facet::role::model;
    static constexpr bool reads_sequences = true;
    std::shared_ptr<network> operator()(int) const { return nullptr; }
};
}
constexpr experiment bad{"bad", mine::recurrent{}, sampler::balanced{}};
int main(int argc, char** argv) { return run<bad>(argc, argv); }
