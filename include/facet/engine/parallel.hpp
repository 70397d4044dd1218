#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

#include <ATen/Parallel.h>

// LibTorch's OpenMP runtime, which is GNU's. Its entry points are called directly: at::parallel_for is a plain loop in translation units
// compiled without -fopenmp, and clang's -fopenmp would bring a second runtime with threads of its own.
extern "C" {
void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned flags);
int omp_get_thread_num();
int omp_get_num_threads();
int omp_in_parallel();
}

namespace facet {

/// Calls `body(first, last)` for parts of [begin, end) on LibTorch's threads, at least `grain` long but the last. Inside a parallel region, a plain
/// call. The parts depend on the number of threads; the first exception is passed on.
template <class F> void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain, const F& body) {
    if (begin >= end) return;
    const std::int64_t parts = (end - begin + grain - 1) / std::max<std::int64_t>(grain, 1);
    const auto threads = std::min<std::int64_t>(at::get_num_threads(), parts);
    if (threads <= 1 || omp_in_parallel() != 0) return body(begin, end);

    struct team {
        std::int64_t begin, end;
        const F& body;
        std::atomic_flag failed = ATOMIC_FLAG_INIT;
        std::exception_ptr error = nullptr;

        static void work(void* data) {
            auto& self = *static_cast<team*>(data);
            const std::int64_t size = omp_get_num_threads(), mine = omp_get_thread_num();
            const auto length = (self.end - self.begin + size - 1) / size;
            const auto first = self.begin + mine * length, last = std::min(self.end, first + length);
            if (first >= last) return;
            try {
                self.body(first, last);
            } catch (...) {
                if (!self.failed.test_and_set()) self.error = std::current_exception();
            }
        }
    };
    team all{.begin = begin, .end = end, .body = body};
    GOMP_parallel(&team::work, &all, static_cast<unsigned>(threads), 0);
    if (all.error) std::rethrow_exception(all.error);
}

} // namespace facet
