#pragma once

#include <malloc.h>

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

} // namespace facet
