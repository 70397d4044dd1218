#pragma once

#include <malloc.h>
#include <sys/resource.h>

namespace facet {

/// The tensors of a step are freed and asked for again in the next. glibc gives large ones back to the system each time, and the system clears
/// every page it hands out again: a tenth of a small step. Kept instead, up to 1 GiB.
inline void keep_freed_memory() {
#if defined(__GLIBC__)
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most it takes
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    ::mallopt(M_TOP_PAD, 64 << 20);
#endif
}

/// The most memory that this process has held so far, in MiB.
[[nodiscard]] inline double peak_memory_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

} // namespace facet
