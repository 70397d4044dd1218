#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include <malloc.h>

namespace facet {

/// The tensors of a step are freed and asked for again in the next. glibc gives large ones back to the system each time, and the system clears
/// every page it hands out again: a tenth of a small step. Kept instead, up to 1 GiB. (TCMalloc, where a program links it, does so by itself.)
inline void keep_freed_memory() {
#if defined(__GLIBC__)
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most it takes
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    ::mallopt(M_TOP_PAD, 64 << 20);
#endif
}

/// The most memory that this program has held so far, in MiB. (getrusage would count what the process was before it became this program.)
[[nodiscard]] inline double peak_memory_mib() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
    return 0;
}

} // namespace facet
