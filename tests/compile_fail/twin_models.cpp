// expect: no error
#include <facet/facet.hpp>
constexpr facet::experiment twin{"twin", facet::model::unet{.features = 16, .deep_supervision = true, .norm = facet::norm::group{.groups = 8}, .activation = facet::activation::silu{},
                                                            .upsample = facet::upsample::nearest{}, .dropout = facet::dropout::channels{.probability = 0.2}},
                                 facet::loss::deep_supervision{facet::loss::sum{facet::loss::dice{}, facet::loss::bce{}}}};
constexpr auto other = facet::with(twin, facet::model::residual_unet{});
constexpr auto third = facet::with(twin, facet::model::plain_conv_unet{.dropout = facet::dropout::elements{}}, facet::loss::bce{});
constexpr auto fourth = facet::with(twin, facet::model::attention_unet{.coarse_gate = true, .deep_supervision = true});
int main(int argc, char** argv) { return facet::run<twin>(argc, argv) + facet::run<other>(argc, argv) + facet::run<third>(argc, argv) + facet::run<fourth>(argc, argv); }
