#include <facet/engine/batch.hpp>

#include "support/test.hpp"

#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include <facet/data/store_writer.hpp>

#include "engine/trained.hpp"

using namespace facet;

namespace {

constexpr experiment moving{
    "moving", input::windows{hu{0, 1800}}, input::size{32},
    augment::chain{augment::per_vertebra{augment::rotate{.degrees = 30}, augment::translate{.fraction = 0.1}, augment::scale{.low = 0.8, .high = 1.2}, augment::flip{}}},
    model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};

constexpr experiment noisy{"noisy", input::windows{hu{0, 1800}}, input::size{32}, augment::chain{augment::per_slice{augment::gaussian_noise{.hu = 20}}},
                           model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};

constexpr experiment still{"still", input::windows{hu{0, 1800}}, input::size{32}, augment::chain{}, sampler::balanced{}, model::attention_unet{.features = 4, .depth = 2},
                           budget{.steps = 10, .batch = 4}};

constexpr int side = 32;

/// Two patients with two vertebrae of five slices each; every slice is the same lopsided bar, bone where the mask is 1 and air elsewhere, with
/// one ignored corner. One slice in five is without fracture.
struct bars {
    testing::scratch folder;
    bars() {
        std::vector<std::int16_t> image(side * side, air);
        std::vector<std::uint8_t> mask(side * side, 0);
        for (int row = 8; row < 26; ++row)
            for (int column = 12; column < 12 + row / 4; ++column) image[row * side + column] = 1000, mask[row * side + column] = 1;
        mask[0] = 255;
        const std::vector<std::uint8_t> healthy(side * side, 0);
        store_writer writer{folder / "store", 20, side};
        for (int s = 0; s < 20; ++s) {
            slice_info info;
            info.patient = s < 10 ? "p0" : "p1";
            info.vertebra = 30 + s / 5 % 2;
            info.position = s % 5;
            info.native_pixels = side * side;
            writer.add(info, image, s % 5 == 4 ? healthy : mask);
        }
        writer.finish({{"data", "scans"}});
    }
    [[nodiscard]] store data() const { return store{folder / "store"}; }
};

at::Tensor row(const at::Tensor& batch, std::int64_t i) { return batch.select(0, i); }

} // namespace

TEST_CASE("image and mask move together") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const augmenter augment{plan_of<moving>, data, resident, 1};
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
        const auto batch = augment({0, 10}, epoch, true);
        const auto bone = batch.images.gt(-12); // half-way between air and bone
        const auto marked = batch.masks.eq(1);
        CHECK(marked.sum().item<int>() > 20);
        CHECK(bone.ne(marked).sum().item<int>() <= marked.sum().item<int>() / 10); // the outline, where nearest and linear may differ
    }
}

TEST_CASE("all slices of a vertebra get one geometric draw, other vertebrae and epochs others") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const augmenter augment{plan_of<moving>, data, resident, 1};
    const auto batch = augment({0, 1, 2, 5, 10}, 3, true);
    CHECK(row(batch.images, 0).equal(row(batch.images, 1)));
    CHECK(row(batch.images, 0).equal(row(batch.images, 2)));
    CHECK_FALSE(row(batch.images, 0).equal(row(batch.images, 3))); // the next vertebra of the patient
    CHECK_FALSE(row(batch.images, 0).equal(row(batch.images, 4))); // the same level of another patient
    CHECK_FALSE(row(batch.images, 0).equal(row(augment({0}, 4, true).images, 0)));
}

TEST_CASE("a sample does not depend on the batch it is in") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    for (const plan* p : {&plan_of<moving>, &plan_of<noisy>}) {
        const augmenter augment{*p, data, resident, 1};
        const auto together = augment({7, 3, 12}, 5), alone = augment({12}, 5);
        CHECK(row(together.channels, 2).equal(row(alone.channels, 0)));
        CHECK(row(together.masks, 2).equal(row(alone.masks, 0)));
    }
}

TEST_CASE("noise differs between slices of one vertebra and has the deviation asked for") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const augmenter augment{plan_of<noisy>, data, resident, 1};
    const auto plain = augment.plain({0, 1}).images, batch = augment({0, 1}, 0, true).images;
    CHECK_FALSE(row(batch, 0).equal(row(batch, 1)));
    CHECK((batch - plain).std().item<double>() < 21);
    CHECK((batch - plain).std().item<double>() > 0.1);
}

TEST_CASE("what lies outside a slice is air and healthy") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const std::uint32_t slices[]{0};
    const augment::affine far{{1, 0, 0, 1}, {1000, 0}};
    const auto moved = warp(resident, slices, std::span{&far, 1});
    CHECK(moved.images.eq(-1024).all().item<bool>());
    CHECK(moved.masks.eq(0).all().item<bool>());
}

TEST_CASE("a shift by whole pixels copies them, an ignored pixel stays ignored") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const std::uint32_t slices[]{0};
    const augment::affine shift{{1, 0, 0, 1}, {-3, -2}};
    const auto moved = warp(resident, slices, std::span{&shift, 1});
    const auto image = resident.images().select(0, 0).to(at::kFloat), mask = resident.masks().select(0, 0);
    CHECK(moved.images[0][0].slice(0, 2, side).slice(1, 3, side).equal(image.slice(0, 0, side - 2).slice(1, 0, side - 3)));
    CHECK(moved.masks[0][0].slice(0, 2, side).slice(1, 3, side).equal(mask.slice(0, 0, side - 2).slice(1, 0, side - 3)));
    CHECK(moved.masks[0][0][2][3].item<int>() == 255);
}

TEST_CASE("the kernel of the CPU and the tensor operations of a GPU agree") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::automatic};
    const std::uint32_t slices[]{0, 6};
    const augment::affine maps[]{plan_of<moving>.draw_affine(11, side), plan_of<moving>.draw_affine(12, side)};
    const auto kernel = warp(resident, slices, maps);
    const auto index = at::tensor({0, 6}, at::kLong);
    const auto tensors = facet::detail::warp_by_tensors(resident.images().index_select(0, index), resident.masks().index_select(0, index), facet::detail::theta_of(maps, side));
    CHECK((kernel.images - tensors.images).abs().max().item<float>() < 0.5f); // HU
    CHECK(kernel.masks.ne(tensors.masks).sum().item<int>() <= 2);             // ties between two pixels
    const auto keys = at::tensor({std::int64_t{5}, std::int64_t{-7}}, at::kLong);
    const auto noise = facet::detail::normal_by_tensors(keys, 1001);
    std::vector<float> expected(1001);
    facet::detail::fill_normal(expected.data(), 1001, static_cast<std::uint64_t>(-7));
    CHECK((noise[1] - at::tensor(expected)).abs().max().item<float>() < 1e-3f);
}

TEST_CASE("normal numbers are normal") {
    std::vector<float> x(200'000);
    facet::detail::fill_normal(x.data(), static_cast<std::int64_t>(x.size()), 42);
    const auto t = at::tensor(x).to(at::kDouble);
    CHECK(t.mean().item<double>() == Approx(0).margin(0.01));
    CHECK(t.std().item<double>() == Approx(1).margin(0.01));
    CHECK(t.pow(3).mean().item<double>() == Approx(0).margin(0.03));
    CHECK(t.pow(4).mean().item<double>() == Approx(3).margin(0.06));
    CHECK(t.abs().lt(1.959964).to(at::kDouble).mean().item<double>() == Approx(0.95).margin(0.003));
    CHECK((t.slice(0, 0, -1) * t.slice(0, 1)).mean().item<double>() == Approx(0).margin(0.01));
}

TEST_CASE("augmentation is drawn anew each time the fracture slices have been seen once") {
    const bars b;
    const auto data = b.data();
    std::vector<std::uint32_t> all(20);
    for (std::uint32_t i = 0; i < 20; ++i) all[i] = i;
    const batch_plan order{plan_of<still>, data, all, 4, 1}; // 16 with fracture, 4 without; two of each in a batch
    CHECK(order.positives() == 16);
    CHECK(order.steps_per_pass() == 5);
    CHECK(order.augmentation_epoch(1) == 0);
    CHECK(order.augmentation_epoch(2) == 1); // the four healthy slices return soonest
    CHECK(order.augmentation_epoch(8) == 4);
}

TEST_CASE("whatever the sampler, a slice is augmented anew nearly every time it comes") {
    static constexpr auto by_level = with(still, sampler::weighted{by::level{}});
    static constexpr auto annealed = with(still, sampler::annealed{});
    static constexpr auto hard = with(still, sampler::hard_negatives{.hard_fraction = 0.5, .pool = 0.5});
    static constexpr auto natural = with(still, sampler::natural{});
    const bars b;
    const auto data = b.data();
    std::vector<std::uint32_t> all(data.count());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint32_t>(i);
    for (const plan* p : {&plan_of<by_level>, &plan_of<annealed>, &plan_of<hard>, &plan_of<natural>, &plan_of<still>}) {
        const batch_plan order{*p, data, all, 4, 1, 200};
        std::map<std::pair<std::uint32_t, std::uint64_t>, int> seen;
        int repeated = 0;
        for (std::int64_t step = 0; step < 200; ++step)
            for (const auto slice : order.slices(step)) repeated += ++seen[{slice, order.augmentation_epoch(step)}] > 1;
        CHECK(repeated < 200 * 4 / 4); // where passes and epochs turn at different steps
    }
}

TEST_CASE("on the CPU the store is not copied") {
    const bars b;
    const auto data = b.data();
    const resident_store resident{data, at::kCPU, residency_kind::device};
    CHECK(resident.images().const_data_ptr() == static_cast<const void*>(data.images().data()));
    CHECK(resident.masks().const_data_ptr() == static_cast<const void*>(data.masks().data()));
}

TEST_CASE("ignored pixels carry no gradient and no target") {
    auto logits = at::zeros({1, 1, 2, 2}).set_requires_grad(true);
    const auto masks = at::tensor({0, 1, 255, 255}, at::kByte).view({1, 1, 2, 2});
    const auto seen = supervise(logits, masks);
    CHECK(seen.target.flatten().equal(at::tensor({0.f, 1.f, 0.f, 0.f})));
    CHECK(seen.logits.flatten().equal(at::tensor({0.f, 0.f, -20.f, -20.f})));
    seen.logits.sum().backward();
    CHECK(logits.grad().flatten().equal(at::tensor({1.f, 1.f, 0.f, 0.f})));
}
