#include <facet/augment.hpp>

#include "support/test.hpp"

#include <boost/hana/at.hpp>

#include <map>
#include <numbers>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/golden.hpp"

using namespace facet;

namespace {

/// The transforms that nnUNetTrainer.get_training_transforms builds for 2-D, in their order, with their fields (tests/golden/nnunet.py).
struct pipeline {
    std::vector<std::string> order;
    std::vector<std::map<std::string, std::vector<double>>> fields;

    pipeline() {
        for (const auto& row : golden_rows("nnunet.csv")) {
            const auto place = static_cast<std::size_t>(std::stoi(row[0]));
            if (place == order.size()) order.push_back(row[1]), fields.emplace_back();
            auto& values = fields.at(place)[row[2]];
            for (std::size_t i = 3; i < row.size(); ++i) values.push_back(std::stod(row[i]));
        }
    }
    [[nodiscard]] double operator()(std::size_t place, const std::string& field) const { return fields.at(place).at(field).at(0); }
    [[nodiscard]] std::pair<double, double> range(std::size_t place, const std::string& field) const { return {fields.at(place).at(field).at(0), fields.at(place).at(field).at(1)}; }
    /// How often an operation happens to an image of one channel.
    [[nodiscard]] double probability(std::size_t place) const { return (*this)(place, "probability") * (*this)(place, "p_per_channel"); }
};

template <class Op> std::pair<double, double> range_of(const Op& op) { return {op.low, op.high}; }
template <class Expected, class Op> constexpr bool is(const Op&) { return std::is_same_v<Op, Expected>; }

} // namespace

TEST_CASE("nnunet_2d has the order, ranges and probabilities of nnUNetTrainer's own transforms", "[augment][golden]") {
    using boost::hana::at_c;
    const pipeline theirs;
    const augment::nnunet_2d preset;
    const auto chain = preset.chain();
    const auto& geometry = at_c<0>(chain.items).items;
    const auto& intensity = at_c<1>(chain.items).items;
    CHECK(theirs.order == std::vector<std::string>{"SpatialTransform", "GaussianNoiseTransform", "GaussianBlurTransform", "MultiplicativeBrightnessTransform", "ContrastTransform",
                                                   "SimulateLowResolutionTransform", "GammaTransform", "GammaTransform", "MirrorTransform", "RemoveLabelTransform"});

    const auto& rotate = at_c<0>(geometry);
    CHECK(is<augment::rotate>(rotate));
    CHECK(rotate.degrees == Approx(theirs.range(0, "rotation").second * 180 / std::numbers::pi));
    CHECK(-rotate.degrees == Approx(theirs.range(0, "rotation").first * 180 / std::numbers::pi));
    CHECK(rotate.probability == theirs(0, "p_rotation"));
    CHECK(theirs(0, "p_rot_per_axis") == 1);
    const auto& zoom = at_c<1>(geometry);
    CHECK(is<augment::nnunet::zoom>(zoom));
    CHECK(range_of(zoom) == theirs.range(0, "scaling"));
    CHECK(zoom.probability == theirs(0, "p_scaling"));
    CHECK(theirs(0, "p_synchronize_scaling_across_axes") == 1);
    CHECK(theirs(0, "p_elastic_deform") == 0);
    CHECK(theirs(0, "random_crop") == 0);
    CHECK(theirs(0, "padding_value_image") == 0); // the mean; here it is air, as the page says
    const auto& flip = at_c<2>(geometry);
    CHECK(is<augment::flip>(flip));
    CHECK(theirs.fields[8].at("allowed_axes") == std::vector<double>{0, 1}); // each with 0.5, which is written in MirrorTransform
    CHECK(flip.left_right == 0.5);
    CHECK(flip.up_down == 0.5);

    CHECK(is<augment::nnunet::clip>(at_c<0>(intensity))); // a part of normalisation there
    const auto& noise = at_c<1>(intensity);
    CHECK(is<augment::nnunet::noise>(noise));
    CHECK(theirs.range(1, "noise_variance").first == 0);
    CHECK(noise.hu == Approx(theirs.range(1, "noise_variance").second * preset.deviation));
    CHECK(noise.probability == theirs.probability(1));
    const auto& blur = at_c<2>(intensity);
    CHECK(is<augment::blur>(blur));
    CHECK(range_of(blur) == theirs.range(2, "blur_sigma"));
    CHECK(blur.same_axes == (theirs(2, "synchronize_axes") == 1));
    CHECK(blur.probability == Approx(theirs.probability(2)));
    const auto& brightness = at_c<3>(intensity);
    CHECK(is<augment::nnunet::brightness>(brightness));
    CHECK(range_of(brightness) == theirs.range(3, "multiplier_range"));
    CHECK(brightness.probability == theirs.probability(3));
    CHECK(brightness.mean == preset.mean);
    const auto& contrast = at_c<4>(intensity);
    CHECK(is<augment::nnunet::contrast>(contrast));
    CHECK(range_of(contrast) == theirs.range(4, "contrast_range"));
    CHECK(contrast.probability == theirs.probability(4));
    CHECK(theirs(4, "preserve_range") == 1);
    const auto& low = at_c<5>(intensity);
    CHECK(is<augment::low_resolution>(low));
    CHECK(range_of(low) == theirs.range(5, "scale"));
    CHECK(low.probability == Approx(theirs.probability(5)));
    CHECK(theirs(5, "synchronize_axes") == 1);
    const auto check_gamma = [&](const auto& op, std::size_t place) {
        CHECK(is<augment::nnunet::gamma>(op));
        CHECK(range_of(op) == theirs.range(place, "gamma"));
        CHECK(op.inverted == (theirs(place, "p_invert_image") == 1));
        CHECK(op.probability == theirs.probability(place));
        CHECK(theirs(place, "p_retain_stats") == 1);
    };
    check_gamma(at_c<6>(intensity), 6);
    check_gamma(at_c<7>(intensity), 7);
}
