// expect: no error
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment twin{"twin", model::attention_unet{}, target::distance_maps{}, loss::sum{loss::dice{.over = per::sample{}}, loss::weighted{loss::boundary{}, 0.01}, loss::hausdorff_dt{}}};
constexpr auto both = variants(twin, one_of(loss::dice{}, loss::boundary{}));
int main(int argc, char** argv) { return run<twin>(argc, argv) + compare<both>(argc, argv); }
