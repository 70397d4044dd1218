// expect: no error
#include <facet/facet.hpp>
using namespace facet;
constexpr experiment all{"all", model::attention_unet{}, loss::bce{},
                         augment::chain{augment::per_vertebra{augment::rotate{}, augment::translate{}, augment::scale{}, augment::flip{}, augment::shear{}, augment::elastic{}},
                                        augment::per_slice{augment::gaussian_noise{}, augment::ct_noise{}, augment::blur{}, augment::low_resolution{}, augment::slice_thickness{},
                                                           augment::hu_shift{}, augment::metal_streak{}, augment::coarse_dropout{}, augment::window_jitter{},
                                                           augment::brightness{}, augment::contrast{}, augment::gamma{}, augment::gamma{.inverted = true}},
                                        augment::per_batch{augment::mixup{}, augment::cutmix{}, augment::copy_paste{}}}};
constexpr auto nnunet = with(all, augment::nnunet_2d{});
int main(int argc, char** argv) { return argc > 1 ? run<all>(argc, argv) : run<nnunet>(argc, argv); }
