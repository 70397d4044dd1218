#pragma once

#include <facet/loss/concept.hpp>
#include <facet/loss/soft_counts.hpp>

namespace facet::loss {

/// Boundary loss, mean(p D): probability times the signed distance D in pixels to the outline of the fractures (Kervadec et al., 2019,
/// arXiv:1812.07032). It can be negative. As in the paper, D is 0 on the outermost fracture pixels.
///
/// An outline is all it sees: a slice without fracture adds nothing, so it stands beside an overlap loss:
/// loss::sum{loss::dice{}, loss::weighted{loss::boundary{}, 0.01}} with target::distance_maps{}.
struct boundary {
    using role = facet::role::loss;

    at::Tensor operator()(const at::Tensor& logits, const at::Tensor&, const distance_map& distances) const {
        const auto p = at_least_float(logits).sigmoid();
        const auto from_outermost = distances.pixels.add(distances.pixels.lt(0));
        return p.mul(from_outermost.to(p.scalar_type())).mean();
    }
};

static_assert(policy<boundary>);

} // namespace facet::loss
