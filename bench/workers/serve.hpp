#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

/// The protocol of a benchmark worker: `ready`, then one answer in seconds per unit for every line read.
template <class Round> void serve(Round round) {
    round(); // caches, memory pools
    std::puts("ready");
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        std::printf("%.9g\n", round());
        std::fflush(stdout);
    }
}

/// Seconds that `work` takes.
template <class Work> double seconds(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2), x.end());
    return x[x.size() / 2];
}

/// The whole numbers of the command line; ends the program with `usage` where there are fewer than `count`.
inline std::vector<int> numbers(int argc, char** argv, int count, const char* usage) {
    if (argc <= count) std::fprintf(stderr, "usage: %s\n", usage), std::exit(2);
    std::vector<int> out;
    for (int i = 1; i < argc; ++i) out.push_back(std::atoi(argv[i]));
    return out;
}
