#include <facet/data/phantom.hpp>

#include "support/data_test.hpp"

#include <map>
#include <set>

using namespace facet;
using phantom::draw_patient;
using phantom::fracture;
using phantom::fracture_kind;

namespace {

constexpr std::array<double, 3> coarse{2.5, 2.5, 3};

/// The tenth patient of a seed without and with one fracture at L1, all else alike.
phantom::patient one_fracture(const fracture& f) {
    auto p = draw_patient(5, 9);
    for (auto& v : p.spine) {
        v.broken.reset();
        if (v.number == 31) v.broken = f;
    }
    return p;
}

/// Height of the body in its midline, `y` in half depths.
double height_at(const phantom::vertebra& v, double y) {
    const phantom::texture flat{1};
    const auto c = phantom::body_at(v, flat, {0, y * v.half_depth, 0});
    return c.top - c.bottom;
}

std::string bytes_of(const std::filesystem::path& path) {
    const mapped_file file{path};
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::map<std::string, std::string> files_of(const std::filesystem::path& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) out[std::filesystem::relative(entry.path(), folder).string()] = bytes_of(entry.path());
    return out;
}

} // namespace

TEST_CASE("vertebrae of a phantom break as often as in VerSe19, level by level and grade by grade") {
    constexpr int patients = 6000;
    std::map<int, std::array<int, 4>> grades;
    int unbroken = 0;
    for (int n = 0; n < patients; ++n) {
        bool any = false;
        for (const auto& v : draw_patient(11, n).spine) {
            ++grades[v.number][static_cast<std::size_t>(v.broken ? v.broken->grade() : 0)];
            any = any || v.broken;
        }
        unbroken += !any;
    }
    // L1: 15, 15 and 17 of 123. T10: 5, 4 and 0 of 88. Patients differ, so the standard error is above that of a coin; 0.02 is five of them.
    const auto share = [&](int level, std::size_t grade) { return static_cast<double>(grades[level][grade]) / patients; };
    CHECK(share(31, 1) == Approx(15.0 / 123).margin(0.02));
    CHECK(share(31, 2) == Approx(15.0 / 123).margin(0.02));
    CHECK(share(31, 3) == Approx(17.0 / 123).margin(0.02));
    CHECK(share(34, 1) == Approx(5.0 / 88).margin(0.015));
    CHECK(share(34, 2) == Approx(4.0 / 88).margin(0.015));
    CHECK(grades[34][3] == 0);
    CHECK(share(27, 1) + share(27, 2) + share(27, 3) == Approx(15.0 / 110).margin(0.02));
    for (const int end : {26, 41, 42}) CHECK(grades[end][0] == patients); // the ends of the scan are no samples
    // Fractures keep company: 62 of VerSe19's 153 series have none. Independent draws would leave 4 % without.
    CHECK(static_cast<double>(unbroken) / patients == Approx(0.38).margin(0.05));
}

TEST_CASE("bodies of a phantom have anatomical sizes on average") {
    constexpr int patients = 1500;
    std::map<int, std::array<double, 4>> sums;
    for (int n = 0; n < patients; ++n)
        for (const auto& v : draw_patient(2, n).spine) {
            auto& s = sums[v.number];
            s[0] += 2 * v.half_width, s[1] += v.anterior, s[2] += v.posterior, s[3] += v.disc;
        }
    const auto mean = [&](int level, std::size_t what) { return sums[level][what] / patients; };
    CHECK(mean(31, 0) == Approx(41.1).epsilon(0.01)); // L1: width, anterior and posterior height, disc below
    CHECK(mean(31, 1) == Approx(24.5).epsilon(0.01));
    CHECK(mean(31, 2) == Approx(26.6).epsilon(0.01));
    CHECK(mean(31, 3) == Approx(6.6).epsilon(0.015));
    CHECK(mean(27, 0) == Approx(48.8).epsilon(0.01)); // L5
    CHECK(mean(33, 0) == Approx(37.6).epsilon(0.01)); // T11
}

TEST_CASE("a patient follows from seed and number") {
    const auto a = draw_patient(3, 4), b = draw_patient(3, 4), other = draw_patient(3, 5), later = draw_patient(4, 4);
    const auto scan = phantom::render(a, coarse);
    CHECK(scan.ct.voxels == phantom::render(b, coarse).ct.voxels);
    CHECK(a.texture == b.texture);
    CHECK(a.texture != other.texture);
    CHECK(a.texture != later.texture);
    CHECK(a.spine[5].anterior != other.spine[5].anterior);
}

TEST_CASE("each kind of fracture takes height where its name says") {
    auto v = draw_patient(1, 1).spine[5];
    v.node = 0;
    v.broken.reset();
    const std::array places{-0.9, 0.0, 0.9};
    std::array<double, 3> before{};
    for (std::size_t i = 0; i < 3; ++i) before[i] = height_at(v, places[i]);
    const auto losses = [&](fracture_kind kind, bool lower) {
        v.broken = fracture{.kind = kind, .loss = 0.35, .lower = lower, .rough = 0};
        std::array<double, 3> out{};
        for (std::size_t i = 0; i < 3; ++i) out[i] = (before[i] - height_at(v, places[i])) / v.height();
        return out;
    };
    for (const bool lower : {false, true}) {
        const auto wedge = losses(fracture_kind::wedge, lower), biconcave = losses(fracture_kind::biconcave, lower), crush = losses(fracture_kind::crush, lower);
        CHECK(wedge[0] == Approx(0.35).margin(0.02));
        CHECK(wedge[2] < 0.03);
        CHECK(biconcave[1] == Approx(0.35).margin(0.02));
        CHECK(biconcave[0] < 0.15);
        CHECK(biconcave[2] < 0.15);
        for (const double loss : crush) CHECK(loss == Approx(0.33).margin(0.04));
    }
}

TEST_CASE("Genant grades begin at 20, 25 and 40 percent") {
    for (int grade = 1; grade <= 3; ++grade)
        for (const double within : {0.0, 0.5, 0.999}) {
            fracture f;
            f.loss = within;
            CHECK(phantom::of_grade(f, grade).grade() == grade);
        }
    CHECK(phantom::of_grade(fracture{.loss = 0}, 1).loss == 0.20);
    CHECK(phantom::of_grade(fracture{.loss = 1}, 3).loss == 0.55);
}

TEST_CASE("a fracture mask is the broken part of a broken body, never the whole of it") {
    for (const auto kind : {fracture_kind::wedge, fracture_kind::biconcave, fracture_kind::crush}) {
        const auto scan = phantom::render(one_fracture({.kind = kind, .loss = 0.35}), coarse);
        std::map<int, std::array<std::size_t, 2>> count;
        for (std::size_t i = 0; i < scan.ct.voxels.size(); ++i) ++count[scan.vertebrae.voxels.data()[i]][scan.fractures.voxels.data()[i]];
        for (const auto& [label, n] : count) {
            INFO("label " << label);
            if (label == 31) CHECK((n[1] > 30 && n[1] < (n[0] + n[1]) / 2));
            else CHECK(n[1] == 0);
        }
    }
}

TEST_CASE("a broken body is denser in its band and the healed one hardly") {
    const auto band_over_rest = [](double density) {
        auto p = one_fracture({.kind = fracture_kind::crush, .loss = 0.3, .density = density, .cleft = 0});
        const auto scan = phantom::render(p, coarse);
        double in = 0, n_in = 0, out = 0, n_out = 0;
        for (std::size_t i = 0; i < scan.ct.voxels.size(); ++i) {
            if (scan.vertebrae.voxels.data()[i] != 31) continue;
            const double hu = scan.ct.voxels.data()[i];
            if (scan.fractures.voxels.data()[i] == 1) in += hu, ++n_in;
            else if (hu < 350) out += hu, ++n_out; // without the cortex of the arch
        }
        return in / n_in - out / n_out;
    };
    CHECK(band_over_rest(1.2) > band_over_rest(0.2) + 60);
}

TEST_CASE("noise has the deviation it is given, and is all that differs between two doses") {
    auto p = draw_patient(7, 0);
    p.noise = 0;
    const auto clean = phantom::render(p, coarse);
    p.noise = 25;
    const auto noisy = phantom::render(p, coarse);
    CHECK(clean.vertebrae.voxels == noisy.vertebrae.voxels);
    double squares = 0, n = 0;
    for (std::size_t i = 0; i < clean.ct.voxels.size(); ++i) {
        if (clean.ct.voxels.data()[i] < -900) continue; // air is cut off at -1024
        const double d = noisy.ct.voxels.data()[i] - clean.ct.voxels.data()[i];
        squares += d * d, ++n;
    }
    CHECK(std::sqrt(squares / n) == Approx(25).epsilon(0.03));
}

TEST_CASE("soft tissue of a phantom is as dense as in a patient") {
    auto p = draw_patient(7, 1);
    p.noise = 0;
    const auto scan = phantom::render(p, coarse);
    const auto& l3 = p.spine[3];
    REQUIRE(l3.number == 29);
    const auto hu_at = [&](double x, double y, double z) {
        const auto& g = scan.ct.grid;
        return scan.ct.voxels(static_cast<std::size_t>((z - g.origin[2]) / g.spacing[2] + 0.5), static_cast<std::size_t>((y - g.origin[1]) / g.spacing[1] + 0.5), static_cast<std::size_t>((x - g.origin[0]) / g.spacing[0] + 0.5));
    };
    CHECK(hu_at(l3.x, l3.y + l3.half_depth + 8, l3.z) == Approx(26).margin(25));     // thecal sac
    CHECK(hu_at(l3.x + 25, l3.y + l3.half_depth + 35, l3.z) == Approx(40).margin(60)); // erector spinae, with some fat
    const auto& t8 = p.spine[10];
    REQUIRE(t8.number == 36);
    CHECK(hu_at(t8.x - t8.half_width - 22, t8.y, t8.z) < -600); // right lung
}

TEST_CASE("no vertebra from L5 to T4 is cut by the border of the scan") {
    for (int n = 0; n < 5; ++n) {
        const auto scan = phantom::render(draw_patient(13, n), {3, 3, 3});
        const auto& v = scan.vertebrae.voxels;
        std::set<int> seen, cut;
        for (std::size_t k = 0; k < v.shape(0); ++k)
            for (std::size_t j = 0; j < v.shape(1); ++j)
                for (std::size_t i = 0; i < v.shape(2); ++i) {
                    seen.insert(v(k, j, i));
                    if (k == 0 || j == 0 || i == 0 || k + 1 == v.shape(0) || j + 1 == v.shape(1) || i + 1 == v.shape(2)) cut.insert(v(k, j, i));
                }
        for (int level = 27; level <= 40; ++level) {
            INFO("patient " << n << ", level " << level);
            CHECK(seen.contains(level));
            CHECK(!cut.contains(level));
        }
    }
}

TEST_CASE("phantom cases are the same for any number of threads, kept when finished, drawn anew for other options") {
    const facet::testing::scratch folder;
    phantom_options options{.out = folder / "one", .patients = 3, .seed = 1, .spacing = {4, 4, 5}, .threads = 1, .quiet = true};
    const auto first = make_phantom(options);
    CHECK(first.patients == 3);
    CHECK(first.vertebrae == 3 * 14);
    CHECK(first.reused == 0);
    const auto files = files_of(options.out);
    CHECK(files.size() == 3 * 4);
    options.out = folder / "two", options.threads = 2;
    make_phantom(options);
    CHECK(files_of(options.out) == files);

    std::filesystem::remove(options.out / "phantom002" / "case.json"); // as after an interruption
    CHECK(make_phantom(options).reused == 2);
    CHECK(files_of(options.out) == files);
    options.seed = 2;
    CHECK(make_phantom(options).reused == 0);
    CHECK(files_of(options.out) != files);

    const auto json = nlohmann::json::parse(files.at("phantom001/case.json"));
    CHECK(json.at("source") == "phantom");
    CHECK(json.at("template") == "phantom001"); // every patient is an anatomy of its own
}

TEST_CASE("a phantom that is asked to stop says so and leaves no half-written case") {
    const facet::testing::scratch folder;
    const std::atomic<bool> stop = true;
    const auto summary = make_phantom({.out = folder / "cases", .patients = 2, .spacing = {4, 4, 5}, .quiet = true, .interrupted = &stop});
    CHECK(summary.interrupted);
    CHECK(summary.patients == 0);
    CHECK(files_of(folder / "cases").empty());
}

TEST_CASE("options a phantom cannot use are refused with one sentence") {
    const facet::testing::scratch folder;
    CHECK_THROWS_WITH(make_phantom({.out = folder / "c", .patients = 0}), Catch::Contains("--patients 0 asks for nothing"));
    CHECK_THROWS_WITH(make_phantom({.out = folder / "c", .patients = 1, .spacing = {1, 1, 0}}), Catch::Contains("is not a voxel of a CT; expected 0.3 to 5 mm"));
    write_atomically(folder / "file", std::string_view{"x"});
    CHECK_THROWS_AS(make_phantom({.out = folder / "file" / "c", .patients = 1}), io_error);
}
