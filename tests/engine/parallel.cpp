#include <facet/engine/parallel.hpp>

#include "support/test.hpp"

#include <atomic>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

/// The number of threads for one test.
class threads {
public:
    explicit threads(int n) : before_{at::get_num_threads()} { at::set_num_threads(n); }
    ~threads() { at::set_num_threads(before_); }

private:
    int before_;
};

} // namespace

TEST_CASE("a parallel loop visits every index once", "[engine][parallel]") {
    const threads four{4};
    for (const std::int64_t n : {0, 1, 3, 4, 5, 1000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        facet::parallel_for(0, n, 1, [&](std::int64_t first, std::int64_t last) {
            for (auto i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        const auto total = std::accumulate(visits.begin(), visits.end(), 0, [](int sum, const auto& v) { return sum + v.load(); });
        CHECK(total == n);
        for (const auto& v : visits) REQUIRE(v.load() == 1);
    }
}

TEST_CASE("a parallel loop runs on as many threads as LibTorch has", "[engine][parallel]") {
    const threads two{2};
    std::set<std::thread::id> seen;
    std::mutex guard;
    facet::parallel_for(0, 8, 1, [&](std::int64_t, std::int64_t) {
        const std::scoped_lock lock{guard};
        seen.insert(std::this_thread::get_id());
    });
    CHECK(seen.size() == 2);
}

TEST_CASE("a loop no longer than its grain stays on the caller's thread", "[engine][parallel]") {
    const threads two{2};
    std::set<std::thread::id> seen;
    facet::parallel_for(0, 8, 8, [&](std::int64_t, std::int64_t) { seen.insert(std::this_thread::get_id()); });
    CHECK(seen == std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST_CASE("an exception in a parallel loop reaches the caller", "[engine][parallel]") {
    const threads two{2};
    CHECK_THROWS_AS(facet::parallel_for(0, 8, 1, [](std::int64_t, std::int64_t) { throw std::runtime_error{"stop"}; }), std::runtime_error);
}
