#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace facet::testing {

/// Every tag closed in order, as XML wants it; the report writes void elements as `<x/>`.
inline bool well_formed(std::string_view text) {
    std::vector<std::string_view> open;
    for (std::size_t i = 0; (i = text.find('<', i)) != std::string_view::npos;) {
        const auto end = text.find('>', i);
        if (end == std::string_view::npos) return false;
        const auto tag = text.substr(i + 1, end - i - 1);
        i = end + 1;
        if (tag.starts_with("!")) continue;
        if (tag.find('<') != std::string_view::npos || std::ranges::count(tag, '"') % 2 != 0) return false;
        const auto name_from = [](std::string_view t) { return t.substr(0, t.find_first_of(" \n/")); };
        if (tag.starts_with("/")) {
            if (open.empty() || open.back() != name_from(tag.substr(1))) return false;
            open.pop_back();
        } else if (!tag.ends_with("/")) {
            open.push_back(name_from(tag));
            if (open.back() == "style") i = text.find("</style>", i);
        }
    }
    return open.empty();
}

/// No "nan" or "inf" stands alone as a word or number in it.
inline bool shows_no_undefined(std::string_view text) {
    for (const std::string_view word : {"nan", "inf", "NaN", "Inf"})
        for (std::size_t i = 0; (i = text.find(word, i)) != std::string_view::npos; ++i) {
            const auto letter = [&](std::size_t at) { return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])); };
            if (!(i > 0 && letter(i - 1)) && !letter(i + word.size())) return false;
        }
    return true;
}

} // namespace facet::testing
