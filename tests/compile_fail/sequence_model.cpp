// expect: no error
#include <facet/facet.hpp>
using namespace facet;
namespace mine {
struct recurrent {
    using role = facet::role::model;
    static constexpr bool reads_sequences = true;
    std::shared_ptr<network> operator()(int) const { return nullptr; }
};
}
constexpr experiment good{"good", mine::recurrent{}, sampler::sequences{.length = 8}};
int main(int argc, char** argv) { return run<good>(argc, argv); }
