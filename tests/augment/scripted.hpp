#pragma once

// Draws told in advance. Included after support/test.hpp.

#include <utility>
#include <vector>

#include <facet/augment/concept.hpp>

/// The k-th uniform draw lies `shares[k]` of the way through its range, for every slice; normal numbers are `normal`; everything happens; the
/// partner is the next slice.
struct scripted final : facet::augment::draws {
    explicit scripted(std::vector<double> shares, std::int64_t n = 1) : shares{std::move(shares)}, n{n} {}
    std::vector<double> shares;
    std::int64_t n;
    std::size_t next = 0;
    double normal = 1;
    at::Tensor uniform(double low, double high) override {
        const double share = shares.at(next++);
        return torch::full({n, 1, 1, 1}, low + (high - low) * share);
    }
    at::Tensor happens(double) override { return torch::ones({n, 1, 1, 1}, at::kBool); }
    at::Tensor normal_like(const at::Tensor& like) override { return torch::full_like(like, normal); }
    at::Tensor partner(bool) override { return torch::arange(n, at::kLong).roll(-1); }
};
