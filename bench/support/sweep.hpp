#pragma once

#include <facet/facet.hpp>

#include <benchmark/benchmark.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "serve.hpp"

/// A program of google-benchmark with LibTorch on all threads; every sweep also counts the peak memory of its process.
inline int run_sweeps(int argc, char** argv) {
    at::set_num_threads(threads());
    facet::keep_freed_memory(); // as in every run of the engine
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    std::fprintf(stderr, "peak memory: %.0f MiB\n", static_cast<double>(peak_memory()) / (1 << 20));
    return 0;
}
