#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

namespace facet::testing {

/// What is written to stderr while it lives, instead of there.
class captured_stderr {
public:
    captured_stderr() : file_{std::tmpfile()}, before_{::dup(2)} {
        std::fflush(stderr);
        ::dup2(::fileno(file_), 2);
    }
    ~captured_stderr() {
        std::fflush(stderr);
        ::dup2(before_, 2);
        ::close(before_);
        std::fclose(file_);
    }
    captured_stderr(const captured_stderr&) = delete;
    captured_stderr& operator=(const captured_stderr&) = delete;

    [[nodiscard]] std::string text() const {
        std::fflush(stderr);
        std::string out(static_cast<std::size_t>(::lseek(::fileno(file_), 0, SEEK_END)), '\0');
        const auto n = ::pread(::fileno(file_), out.data(), out.size(), 0);
        out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return out;
    }

private:
    std::FILE* file_;
    int before_;
};

} // namespace facet::testing
