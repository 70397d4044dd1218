#pragma once

#include <string>

namespace facet::report {

enum class verdict { pass, fail, skipped };

/// One line of the doctor's checklist.
struct finding {
    std::string name;     ///< "image and mask correspond"
    verdict result = verdict::pass;
    std::string evidence{}; ///< the numbers behind the verdict, one sentence
    std::string advice{};   ///< what to do where it fails
};

} // namespace facet::report
