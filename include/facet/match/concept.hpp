#pragma once

#include <concepts>

#include <facet/core/role.hpp>
#include <facet/evaluate/lesions.hpp>

namespace facet::match {

/// When a candidate counts as having found a lesion: `match(contact)`, asked for every lesion and candidate that share voxels. A lesion is
/// found if any candidate matches it; a candidate that matches no lesion is a false positive.
template <class P>
concept policy = plays<P, role::match> && requires(const P& p, const lesion_contact& c) {
    { p(c) } -> std::same_as<bool>;
};

} // namespace facet::match
