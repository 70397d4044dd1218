#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <iostream>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <facet/engine/memory.hpp>

/// Threads of both sides: FACET_BENCH_THREADS, or all there are.
inline int threads() {
    const char* wanted = std::getenv("FACET_BENCH_THREADS");
    return wanted ? std::atoi(wanted) : static_cast<int>(std::thread::hardware_concurrency());
}

/// Bytes this process had in memory at most.
inline long long peak_memory() { return static_cast<long long>(facet::peak_memory_mib() * 1048576); }

/// The protocol of a benchmark worker: `ready`, one answer in seconds per unit for every line read, and at the end one JSON line with the
/// peak memory and `values`, results for the driver to compare with the peer's.
template <class Round> void serve(Round round, const std::map<std::string, double>& values = {}) {
    facet::keep_freed_memory(); // as in every run of the engine
    round(); // caches, memory pools
    std::puts("ready");
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        std::printf("%.9g\n", round());
        std::fflush(stdout);
    }
    std::printf("{\"peak\": %lld, \"mode\": \"\", \"values\": {", peak_memory());
    const char* separator = "";
    for (const auto& [name, value] : values) std::printf("%s\"%s\": %.17g", std::exchange(separator, ", "), name.c_str(), value);
    std::puts("}}");
}

/// Seconds on the clock, or with FACET_BENCH_CLOCK=cpu of this process's own computing: on a busy machine, with one thread, that is what
/// a quiet one would take.
inline double now() {
    static const bool cpu = std::string{std::getenv("FACET_BENCH_CLOCK") ? std::getenv("FACET_BENCH_CLOCK") : ""} == "cpu";
    timespec t{};
    ::clock_gettime(cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Seconds that `work` takes.
template <class Work> double seconds(Work work) {
    const double begin = now();
    work();
    return now() - begin;
}

inline double median(std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2), x.end());
    return x[x.size() / 2];
}

/// The median time of `n` calls.
template <class Work> double median_seconds(int n, Work work) {
    std::vector<double> times;
    for (int i = 0; i < n; ++i) times.push_back(seconds(work));
    return median(std::move(times));
}

/// The command line without the program's name; ends the program with `usage` unless there are `count` arguments.
inline std::vector<std::string> arguments(int argc, char** argv, int count, const char* usage) {
    if (argc != count + 1) std::fprintf(stderr, "usage: %s\n", usage), std::exit(2);
    return {argv + 1, argv + argc};
}
