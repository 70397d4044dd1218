#include <facet/engine/batch.hpp>

#include "support/test.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <facet/augment/kernels-inl.hpp>
#include <facet/data/store_writer.hpp>
#include <facet/engine/learner.hpp>
#include <facet/facet.hpp>

using namespace facet;

namespace {

constexpr int side = 48;

constexpr auto all_geometry = augment::per_vertebra{augment::rotate{.degrees = 20}, augment::shear{.left_right = 10, .up_down = 5}, augment::translate{.fraction = 0.05},
                                                augment::scale{.low = 0.9, .high = 1.2}, augment::flip{.left_right = 0.5, .up_down = 0.5},
                                                augment::elastic{.fraction = 0.05, .control_points = 6}};

constexpr experiment everything{
    "everything", input::windows{hu{0, 1800}, hu{-160, 240}}, input::size{side}, loss::bce{},
    augment::chain{all_geometry,
                   augment::per_vertebra{augment::hu_shift{.slope = 0.05, .probability = 0.5}, augment::window_jitter{}, augment::blur{.probability = 0.5}},
                   augment::per_slice{augment::gaussian_noise{}, augment::ct_noise{.probability = 0.5}, augment::slice_thickness{.probability = 0.5},
                                      augment::low_resolution{.probability = 0.5}, augment::metal_streak{.probability = 0.5}, augment::coarse_dropout{}, augment::gamma{},
                                      augment::brightness{}, augment::contrast{.probability = 0.5}}},
    model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment sheared{"sheared", input::size{side}, augment::chain{augment::per_vertebra{augment::shear{.left_right = 20, .up_down = 10}}},
                             model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment bent{"bent", input::size{side}, augment::chain{augment::per_vertebra{augment::elastic{.fraction = 0.1}}},
                          model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment moved{"moved", input::size{side}, augment::chain{all_geometry}, model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment as_nnunet{"as_nnunet", input::size{side}, input::windows{hu{0, 1800}, hu{-160, 240}}, augment::nnunet_2d{},
                               model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment mixing{"mixing", input::windows{hu{-1024, 1000}}, input::size{side}, augment::chain{augment::per_batch{augment::cutmix{.probability = 1}}},
                            model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment soft{"soft", input::windows{hu{-1024, 1000}}, input::size{side}, loss::bce{}, augment::chain{augment::per_batch{augment::mixup{.probability = 1}}},
                          model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};
constexpr experiment pasting{"pasting", input::windows{hu{-1024, 1000}}, input::size{side}, augment::chain{augment::per_batch{augment::copy_paste{.margin = 2, .probability = 1}}},
                             model::attention_unet{.features = 4, .depth = 2}, budget{.steps = 10, .batch = 4}};

/// Twelve slices, four to a vertebra: a cross of bone in air on a mask of the same form, each at a place of its own; the third vertebra is healthy.
struct crosses {
    testing::scratch folder;
    crosses() {
        store_writer writer{folder / "store", 12, side};
        for (int s = 0; s < 12; ++s) {
            std::vector<std::int16_t> image(side * side, air);
            std::vector<std::uint8_t> mask(side * side, 0);
            for (int along = -9; along <= 9; ++along)
                for (int across = -2; across <= 2; ++across)
                    for (const auto& [x, y] : {std::pair{along, across}, std::pair{across, along}}) {
                        const auto at = static_cast<std::size_t>((side / 2 - 3 + s % 3 + y) * side + side / 2 + 2 - s % 4 + x);
                        image[at] = 1000, mask[at] = s < 8;
                    }
            slice_info info;
            info.patient = "p0";
            info.vertebra = 30 + s / 4;
            info.position = s % 4;
            info.native_pixels = side * side;
            writer.add(info, image, mask);
        }
        writer.finish({{"data", "scans"}});
    }
    [[nodiscard]] store data() const { return store{folder / "store"}; }
};

struct fixture {
    crosses made;
    store data = made.data();
    resident_store resident{data, at::kCPU, residency_kind::automatic};
    [[nodiscard]] augmenter with(const plan& p) const { return {p, data, resident, 1}; }
};

} // namespace

namespace {

/// Bone and mask of every slice after the geometry of `chain`: one picture, but for the outline, and one place.
void check_cross(const fixture& f, const auto& chain) {
    const std::uint32_t slices[]{0, 5};
    const auto stored = warp(f.resident, slices, {});
    double total = 0;
    for (std::uint64_t key = 0; key < 25; ++key) {
        std::vector<augment::affine> maps(2, chain.draw_affine(key, side));
        at::Tensor field;
        if (const auto points = chain.control_points(); points > 0) {
            field = torch::zeros({2, 2, points, points});
            chain.draw_displacement(key, side, {points, {field.data_ptr<float>(), static_cast<std::size_t>(2 * points * points)}});
            field[1].copy_(field[0]);
        }
        const auto after = warp(f.resident, slices, maps, field);
        const auto bone = (after.images - air) / (1000 - air), mask = after.masks.to(at::kFloat);
        REQUIRE(mask.sum().template item<double>() > 50);
        CHECK((bone - mask).abs().max().template item<double>() <= 0.7501); // the nearest pixel holds a quarter of the weight at least: half a pixel in x and y
        const auto place = torch::arange(side, at::kFloat);
        for (const auto& axis : {place.view({1, 1, 1, side}), place.view({1, 1, side, 1})}) {
            const auto centre = [&](const at::Tensor& x) { return (x * axis).sum({1, 2, 3}) / x.sum({1, 2, 3}); };
            CHECK((centre(bone) - centre(mask)).abs().max().template item<double>() < 0.5);
        }
        total += (after.images - stored.images).abs().mean().template item<double>();
    }
    CHECK(total > 25); // HU: it does move
}

} // namespace

TEMPLATE_TEST_CASE("a drawn cross stays on its mask within half a pixel under each geometric operation", "[augment]", augment::rotate, augment::translate, augment::scale,
                   augment::flip, augment::shear, augment::nnunet::zoom) {
    check_cross(fixture{}, augment::chain{augment::per_vertebra{TestType{}}});
}

TEST_CASE("a drawn cross stays on its mask within half a pixel under bending, and under all geometry at once", "[augment]") {
    const fixture f;
    check_cross(f, augment::chain{augment::per_vertebra{augment::elastic{.fraction = 0.1}}});
    check_cross(f, augment::chain{all_geometry});
}

TEST_CASE("geometry with neutral parameters copies the slice", "[augment]") {
    const augment::chain still{augment::per_vertebra{augment::rotate{.degrees = 0}, augment::translate{.fraction = 0}, augment::scale{.low = 1, .high = 1}, augment::flip{.left_right = 0},
                                                     augment::shear{.left_right = 0}, augment::elastic{.fraction = 0}}};
    const augment::chain never{augment::per_vertebra{augment::rotate{.probability = 0}, augment::translate{.probability = 0}, augment::scale{.probability = 0},
                                                     augment::shear{.probability = 0}, augment::elastic{.probability = 0}}};
    const fixture f;
    const std::uint32_t slice[]{2};
    const auto stored = warp(f.resident, slice, {});
    const auto check = [&](const auto& chain) {
        std::vector<float> field(2 * 49);
        chain.draw_displacement(1, side, {7, field});
        CHECK(std::ranges::all_of(field, [](float x) { return x == 0; }));
        const auto map = chain.draw_affine(1, side);
        const auto out = warp(f.resident, slice, std::span{&map, 1}, torch::zeros({1, 2, 7, 7}));
        CHECK((out.images - stored.images).abs().max().template item<double>() < 0.02); // HU
        CHECK(out.masks.equal(stored.masks));
    };
    check(still);
    check(never);
}

TEST_CASE("all slices of a vertebra are sheared and bent by one draw", "[augment]") {
    const fixture f;
    for (const plan* p : {&plan_of<sheared>, &plan_of<bent>}) {
        const auto vertebra = std::uint64_t{99};
        std::vector<float> one(2 * 49), two(2 * 49);
        if (p->control_points == 7) {
            p->draw_displacement(vertebra, side, {7, one});
            p->draw_displacement(vertebra, side, {7, two});
            CHECK(one == two);
            p->draw_displacement(vertebra + 1, side, {7, two});
            CHECK(one != two);
        } else {
            CHECK(p->draw_affine(vertebra, side).matrix == p->draw_affine(vertebra, side).matrix);
            CHECK(p->draw_affine(vertebra, side).matrix != p->draw_affine(vertebra + 1, side).matrix);
        }
    }
    // the augmenter asks by vertebra: a slice seen through the draw of its neighbour is the same slice
    const auto together = f.with(plan_of<bent>)({0, 1, 4}, 3, true), again = f.with(plan_of<bent>)({1}, 3, true);
    CHECK(together.images[1].equal(again.images[0]));
}

TEST_CASE("bending by nothing is the affine alone, and the kernel of the CPU does what the tensors do", "[augment]") {
    const fixture f;
    const std::uint32_t slices[]{0, 3, 9};
    std::vector<augment::affine> maps;
    for (std::uint64_t key = 0; key < 3; ++key) maps.push_back(plan_of<moved>.draw_affine(key, side));
    const auto still = warp(f.resident, slices, maps), unbent = warp(f.resident, slices, maps, torch::zeros({3, 2, 6, 6}));
    CHECK((still.images - unbent.images).abs().max().item<double>() < 0.05);
    CHECK(still.masks.ne(unbent.masks).sum().item<int>() <= 3); // ties between two pixels

    auto control = torch::zeros({3, 2, 6, 6});
    for (std::uint64_t key = 0; key < 3; ++key)
        plan_of<moved>.draw_displacement(key, side, {6, {control.data_ptr<float>() + key * 72, 72}});
    CHECK(control.abs().max().item<double>() > 1);
    const auto kernel = warp(f.resident, slices, maps, control);
    const auto index = torch::tensor({0, 3, 9}, at::kLong);
    const auto tensors = facet::detail::warp_by_tensors(f.resident.images().index_select(0, index), f.resident.masks().index_select(0, index), facet::detail::theta_of(maps, side), control, facet::detail::spline_basis(side, 6));
    CHECK((kernel.images - tensors.images).abs().max().item<double>() < 1); // HU, where a pixel's step is 2024
    CHECK(kernel.masks.ne(tensors.masks).sum().item<int>() <= 3);
    CHECK((kernel.images - still.images).abs().max().item<double>() > 100);
}

TEST_CASE("the largest field that compiles does not fold the slice", "[augment]") {
    constexpr std::int64_t points = 7, n = 64;
    const augment::elastic op{.fraction = 0.12};
    for (std::uint64_t key = 0; key < 50; ++key) {
        std::vector<float> c(2 * points * points);
        augment::displacement field{points, c};
        rng::stream draw{key};
        op(field, draw, n);
        for (auto& x : c) x = x < 0 ? -0.12f * (n - 1) : 0.12f * (n - 1); // the extremes
        const augment::affine same;
        const auto grid = facet::detail::bend_grid(torch::zeros({1, n, n, 2}), torch::tensor(c).view({1, 2, points, points}), facet::detail::theta_of(std::span{&same, 1}, n), facet::detail::spline_basis(n, points)).squeeze(0) * ((n - 1) / 2.0);
        const auto d = [&](int axis, int along) { return grid.select(2, axis).diff(1, along).slice(0, 0, n - 1).slice(1, 0, n - 1); };
        const auto det = (1 + d(0, 1)) * (1 + d(1, 0)) - d(0, 0) * d(1, 1);
        CHECK(det.min().item<double>() > 0);
    }
}

TEST_CASE("a sample depends neither on its batch nor on the number of threads, whatever is done to it", "[augment]") {
    const fixture f;
    const auto threads = at::get_num_threads();
    for (const plan* p : {&plan_of<everything>, &plan_of<as_nnunet>})
        for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
            const auto augment = f.with(*p);
            at::set_num_threads(1);
            const auto alone = augment({7}, epoch);
            const auto together = augment({0, 7, 3, 11, 5, 2}, epoch);
            at::set_num_threads(2);
            const auto threaded = augment({5, 11, 7, 2}, epoch);
            CHECK(alone.channels[0].equal(together.channels[1]));
            CHECK(alone.channels[0].equal(threaded.channels[2]));
            CHECK(alone.masks[0].equal(threaded.masks[2]));
            CHECK(alone.channels.isfinite().all().item<bool>());
            CHECK(alone.channels.min().item<double>() >= 0);
            CHECK(alone.channels.max().item<double>() <= 1);
        }
    at::set_num_threads(threads);
}

TEST_CASE("mean and deviation of a full-size slice depend neither on the threads nor on the batch", "[augment]") {
    torch::manual_seed(4);
    const auto x = torch::rand({3, 1, 256, 256}) * 3000 - 1000; // large enough for LibTorch to add in parallel
    const auto factor = torch::full({1, 1, 1, 1}, 0.8f);
    const auto threads = at::get_num_threads();
    const auto both = [&](const at::Tensor& images) {
        return torch::cat({augment::kernels<>::contrast(images, factor), augment::kernels<>::power(images, factor, true, true)}, 1);
    };
    at::set_num_threads(1);
    const auto alone = both(x.narrow(0, 1, 1));
    at::set_num_threads(2);
    CHECK(alone.equal(both(x.narrow(0, 1, 1))));
    CHECK(alone[0].equal(both(x)[1]));
    at::set_num_threads(threads);
    const auto of = augment::detail::stats_on_cpu(x);
    CHECK((of.mean - x.mean({2, 3}, true)).abs().max().item<double>() < 0.01);
    CHECK((of.deviation / x.std({2, 3}, true, true) - 1).abs().max().item<double>() < 1e-5);
    CHECK(of.low.equal(x.amin({2, 3}, true)));
    CHECK(of.high.equal(x.amax({2, 3}, true)));
}

TEST_CASE("a separable map runs on the CPU as it does by tensors", "[augment]") {
    const auto x = torch::rand({3, 2, 40, 40}) * 1000;
    const auto sigma = torch::tensor({0.5f, 0.9f, 1.4f}).view({3, 1, 1, 1});
    for (const auto& taps : {augment::detail::gaussian_taps(sigma, 40, 1.5), augment::detail::box_taps(sigma * 2, 40, 3), augment::detail::low_resolution_taps(sigma / 2, 40)})
        for (const std::int64_t axis : {2, 3})
            CHECK((augment::detail::through_on_cpu(x, taps, axis) - augment::detail::through_by_tensors(x, taps, axis)).abs().max().item<double>() < 1e-3);
}

TEST_CASE("mixed slices keep image and mask together, whatever the order of the batch", "[augment]") {
    const fixture f;
    const auto augment = f.with(plan_of<mixing>);
    int changed = 0;
    for (std::uint64_t epoch = 0; epoch < 10; ++epoch) {
        const auto batch = augment({0, 1, 5, 6}, epoch);
        CHECK(batch.channels.gt(0.5).equal(batch.masks.eq(1)));
        changed += !batch.channels[0].equal(augment.plain({0}).channels[0]);
        const auto disordered = augment({6, 0, 5, 1}, epoch);
        CHECK(disordered.channels[1].equal(batch.channels[0]));
        CHECK(disordered.masks[0].equal(batch.masks[3]));
    }
    CHECK(changed > 5);
}

TEST_CASE("a fracture is pasted onto healthy slices, and never a healthy one onto others", "[augment]") {
    const fixture f;
    const auto batch = f.with(plan_of<pasting>)({8, 9, 1}, 2);
    CHECK(batch.masks[0].eq(1).sum().item<int>() > 50);
    CHECK(batch.masks[1].eq(1).sum().item<int>() > 50);
    CHECK(batch.channels[2].equal(f.with(plan_of<pasting>).plain({1}).channels[0])); // no other slice has a fracture
    const auto healthy = f.with(plan_of<pasting>)({8, 9}, 2);
    CHECK(healthy.channels.equal(f.with(plan_of<pasting>).plain({8, 9}).channels));
}

TEST_CASE("shares of mixup reach the loss as targets, ignored pixels do not", "[augment]") {
    const fixture f;
    const auto batch = f.with(plan_of<soft>)({0, 1, 8, 9}, 4);
    REQUIRE(batch.masks.is_floating_point());
    const auto target = supervise(torch::zeros_like(batch.masks), batch.masks).target;
    CHECK(target.equal(batch.masks));
    CHECK(target.gt(0).logical_and(target.lt(1)).any().item<bool>());
    CHECK((batch.channels - batch.masks)[0].abs().max().item<double>() <= 0.5); // cross and mask are one picture, but healthy crosses have no mask
    auto ignoring = batch.masks.clone();
    ignoring[0][0][0][0] = 255;
    const auto seen = supervise(torch::zeros_like(ignoring), ignoring);
    CHECK(seen.target[0][0][0][0].item<double>() == 0);
    CHECK(seen.logits[0][0][0][0].item<double>() == -20);
    learner<> student{plan_of<soft>, at::kCPU, 1, 10};
    CHECK(std::isfinite(student.step(batch.channels, ignoring).item<double>()));
    student.check_finite(1);
}

TEST_CASE("a batch made from an order, as on a GPU, is the one the CPU makes", "[augment][tape]") {
    static constexpr auto in_place = with(everything, augment::chain{
        augment::per_vertebra{augment::hu_shift{.slope = 0.05, .probability = 0.5}, augment::window_jitter{.probability = 0.7}, augment::gaussian_noise{.hu = 5, .probability = 0.5}},
        augment::per_slice{augment::gaussian_noise{}, augment::ct_noise{.probability = 0.5}, augment::low_resolution{.probability = 0.5}, augment::metal_streak{.probability = 0.5},
                           augment::coarse_dropout{}, augment::gamma{.probability = 0.5}, augment::contrast{.probability = 0.5}},
        augment::per_batch{augment::cutmix{.probability = 0.5}, augment::copy_paste{.margin = 2, .probability = 0.5}}});
    const fixture f;
    const std::vector<std::uint32_t> slices{0, 1, 5, 9, 11};
    const auto augment = f.with(plan_of<in_place>);
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
        const auto order = augment.order(slices, epoch);
        const auto made = augment.made(order), here = augment(slices, epoch, true);
        CHECK((made.images - here.images).abs().max().item<double>() < 0.1); // HU
        CHECK((made.channels - here.channels).abs().max().item<double>() < 1e-3);
        CHECK(made.masks.equal(here.masks));
    }
    for (const plan* p : {&plan_of<moved>, &plan_of<everything>, &plan_of<as_nnunet>, &plan_of<soft>}) { // interpolated by other kernels
        const auto other = f.with(*p);
        for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
            const auto made = other.made(other.order(slices, epoch)), here = other(slices, epoch);
            CHECK((made.channels - here.channels).abs().mean().item<double>() < 2e-3);
            CHECK(made.masks.to(at::kFloat).sub(here.masks.to(at::kFloat)).abs().gt(1e-3).sum().item<int>() <= 5); // ties between two pixels
        }
    }
}

TEST_CASE("a step that makes its batch is the step of the batch made before", "[augment][tape]") {
    const fixture f;
    const auto augment = f.with(plan_of<everything>);
    learner<> one{plan_of<everything>, at::kCPU, 1, 10}, two{plan_of<everything>, at::kCPU, 1, 10};
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
        const auto order = augment.order(std::vector<std::uint32_t>{0, 4, 8, 9}, epoch);
        const auto batch = augment.made(order);
        const auto a = one.step(order, [&](const std::vector<at::Tensor>& o) { return augment.made(o); }), b = two.step(batch.channels, batch.masks);
        CHECK(a.equal(b));
    }
}
