// Draws docs/images/augment.png. Hidden; run by hand on a store of sagittal slices of the sample CT's virtual patients (docs/cohort.md):
//   FACET_PICTURE_STORE=STORE FACET_PICTURE_OUT=augment.png facet_tests "[picture]"
#include <facet/augment.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include <facet/data/store.hpp>
#include <facet/engine/random_draws.hpp>
#include <facet/engine/warp.hpp>
#include <facet/input.hpp>
#include <facet/report/image.hpp>

using namespace facet;

namespace {

class sheet {
public:
    explicit sheet(const std::filesystem::path& folder) : data_{folder} {
        // the slice with the most fracture, and that of another vertebra
        for (std::uint32_t i = 0; i < data_.count(); ++i)
            if (data_.slices()[i].fracture_pixels > data_.slices()[first_].fracture_pixels) first_ = i;
        for (std::uint32_t i = 0; i < data_.count(); ++i)
            if (data_.slices()[i].patient != data_.slices()[first_].patient
                && (data_.slices()[second_].patient == data_.slices()[first_].patient || data_.slices()[i].fracture_pixels > data_.slices()[second_].fracture_pixels))
                second_ = i;
    }

    void plain() { add("as stored", warp(resident_, both(), {})); }
    /// A geometric operation.
    template <class Op> void moved(const char* name, const Op& op, std::uint64_t key) {
        const augment::chain chain{augment::per_vertebra{op}};
        const auto points = chain.control_points();
        at::Tensor field;
        if (points > 0) {
            field = torch::zeros({2, 2, points, points});
            chain.draw_displacement(key, side(), {points, {field.data_ptr<float>(), static_cast<std::size_t>(2 * points * points)}});
        }
        const std::vector<augment::affine> maps(2, chain.draw_affine(key, side()));
        add(name, warp(resident_, both(), maps, field));
    }
    /// An operation on HU.
    template <class Op> void changed(const char* name, const Op& op, std::uint64_t key) {
        auto slices = warp(resident_, both(), {});
        auto draw = draws(key);
        slices.images = op(slices.images, draw);
        add(name, slices);
    }
    /// An operation on a channel, shown in the bone window.
    template <class Op> void channel(const char* name, const Op& op, std::uint64_t key) {
        auto slices = warp(resident_, both(), {});
        auto draw = draws(key);
        slices.images = hu_of(op(channel_of(slices.images), draw));
        add(name, slices);
    }
    template <class Op> void windows(const char* name, const Op& op, std::uint64_t key) {
        auto slices = warp(resident_, both(), {});
        auto draw = draws(key), none = draws(key);
        slices.images = hu_of(augment::chain{augment::per_slice{op}}.channels(input::windows{report::bone_window}, slices.images, none, draw));
        add(name, slices);
    }
    template <class Op> void mixed(const char* name, const Op& op, std::uint64_t key) {
        auto slices = warp(resident_, both(), {});
        auto draw = draws(key);
        const auto out = op(augment::mixture{channel_of(slices.images), slices.masks}, draw);
        add(name, {hu_of(out.channels), out.masks.gt(0).logical_and(out.masks.ne(255)).to(at::kByte)});
    }
    [[nodiscard]] report::canvas picture(std::size_t columns) const { return report::montage(cells_, columns); }

private:
    [[nodiscard]] std::array<std::uint32_t, 2> both() const { return {first_, second_}; }
    [[nodiscard]] double side() const { return static_cast<double>(data_.size()); }
    [[nodiscard]] static random_draws draws(std::uint64_t key) { return {{key, key + 1}, {key, key + 1}, {true, true}}; }
    [[nodiscard]] static at::Tensor channel_of(const at::Tensor& hu) { return ((hu - report::bone_window.low) / (report::bone_window.high - report::bone_window.low)).clamp(0, 1); }
    [[nodiscard]] static at::Tensor hu_of(const at::Tensor& channel) { return channel * (report::bone_window.high - report::bone_window.low) + report::bone_window.low; }

    void add(const std::string& name, const warped& slices) {
        const auto image = slices.images[0].contiguous(), mask = slices.masks[0].contiguous();
        const auto pixels = static_cast<std::size_t>(image.numel());
        auto cell = report::render(std::span<const float>{image.data_ptr<float>(), pixels}, data_.size());
        report::draw_mask(cell, {mask.data_ptr<std::uint8_t>(), pixels}, data_.size(), 1, report::truth_colour);
        cell.write(name, 4, 4, report::black);
        cell.write(name, 3, 3, report::white);
        cells_.push_back(std::move(cell));
    }

    store data_;
    resident_store resident_{data_, at::kCPU, residency_kind::automatic};
    std::uint32_t first_ = 0, second_ = 0;
    std::vector<report::canvas> cells_;
};

} // namespace

TEST_CASE("the picture of all augmentations", "[.picture]") {
    const char* folder = std::getenv("FACET_PICTURE_STORE");
    const char* out = std::getenv("FACET_PICTURE_OUT");
    if (folder == nullptr || out == nullptr) {
        WARN("FACET_PICTURE_STORE and FACET_PICTURE_OUT name the store and the picture");
        return;
    }
    sheet all{folder};
    all.plain();
    all.moved("rotate", augment::rotate{}, 3);
    all.moved("translate", augment::translate{}, 5);
    all.moved("scale", augment::scale{.low = 1.2, .high = 1.25}, 3);
    all.moved("flip", augment::flip{.left_right = 1}, 1);
    all.moved("shear", augment::shear{}, 2);
    all.moved("elastic", augment::elastic{.fraction = 0.04}, 2);
    all.changed("gaussian noise", augment::gaussian_noise{.hu = 150}, 3);
    all.changed("ct noise", augment::ct_noise{.hu = 40, .dose = 0.25}, 4);
    all.changed("blur", augment::blur{.low = 1, .high = 1.5}, 1);
    all.changed("low resolution", augment::low_resolution{.low = 0.5, .high = 0.55}, 1);
    all.changed("slice thickness", augment::slice_thickness{.pixels = 16}, 3);
    all.changed("hu shift", augment::hu_shift{.hu = 400, .slope = 0.2}, 9);
    all.changed("metal streak", augment::metal_streak{.hu = 1500, .streaks = 12}, 6);
    all.changed("coarse dropout", augment::coarse_dropout{.rectangles = 5}, 2);
    all.windows("window jitter", augment::window_jitter{.level = 150, .width = 1.5}, 2);
    all.channel("brightness", augment::brightness{.low = 1.2, .high = 1.3}, 1);
    all.channel("contrast", augment::contrast{.low = 0.6, .high = 0.7}, 1);
    all.channel("gamma", augment::gamma{.low = 0.6, .high = 0.65}, 1);
    all.channel("gamma inverted", augment::gamma{.low = 0.6, .high = 0.65, .inverted = true}, 1);
    all.mixed("mixup", augment::mixup{}, 5);
    all.mixed("cutmix", augment::cutmix{}, 3);
    all.mixed("copy paste", augment::copy_paste{}, 3);
    all.picture(6).save(out);
    CHECK(std::filesystem::file_size(out) > 10'000);
}
