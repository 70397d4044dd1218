#pragma once

#include <stdexcept>
#include <string>

namespace facet {

/// What the process returns; users' scripts rely on these numbers.
enum class exit_code : int { ok = 0, bad_input = 2, io = 3, diverged = 4, out_of_memory = 5, interrupted = 130 };

/// An error a user can act on. `what()` is one sentence that names the file or value and what was expected.
class error : public std::runtime_error {
public:
    error(exit_code code, const std::string& sentence) : std::runtime_error{sentence}, code_{code} {}
    [[nodiscard]] exit_code code() const noexcept { return code_; }

private:
    exit_code code_;
};

/// Wrong usage or wrong data (exit code 2).
struct bad_input : error {
    explicit bad_input(const std::string& sentence) : error{exit_code::bad_input, sentence} {}
};

/// The system refused to read or write (exit code 3).
struct io_error : error {
    explicit io_error(const std::string& sentence) : error{exit_code::io, sentence} {}
};

} // namespace facet
