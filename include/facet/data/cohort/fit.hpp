#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// Small vectors and robust least squares for the template's surfaces.
namespace facet::cohort {

using vec = std::array<double, 3>;

constexpr vec operator+(const vec& a, const vec& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
constexpr vec operator-(const vec& a, const vec& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
constexpr vec operator*(double s, const vec& a) { return {s * a[0], s * a[1], s * a[2]}; }
constexpr double dot(const vec& a, const vec& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
constexpr vec cross(const vec& a, const vec& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline vec unit(const vec& a) { return (1 / std::sqrt(dot(a, a))) * a; }

/// A surface over normalised body coordinates: the terms x^i y^j, i + j <= Degree, in the order i = 0, j = 0, 1, ...
template <int Degree> struct surface {
    static constexpr std::size_t terms = (Degree + 1) * (Degree + 2) / 2;
    std::array<double, terms> coefficient{};

    template <class T> static constexpr std::array<T, terms> basis(T x, T y) {
        std::array<T, terms> out{};
        std::size_t n = 0;
        T xi = 1;
        for (int i = 0; i <= Degree; ++i, xi *= x) {
            T yj = xi;
            for (int j = 0; i + j <= Degree; ++j, yj *= y) out[n++] = yj;
        }
        return out;
    }
    template <class T> constexpr T operator()(T x, T y) const {
        const auto b = basis(x, y);
        T sum = 0;
        for (std::size_t n = 0; n < terms; ++n) sum += static_cast<T>(coefficient[n]) * b[n];
        return sum;
    }
};

struct sample { double x, y, value; };

/// Solves the symmetric positive definite system `a v = b` in place (Cholesky); a vanishing pivot leaves its unknown 0.
template <std::size_t N> std::array<double, N> solve(std::array<std::array<double, N>, N> a, std::array<double, N> b) {
    std::array<double, N> v{};
    for (std::size_t i = 0; i < N; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? std::sqrt(std::max(sum, 0.0)) : a[j][j] > 1e-9 ? sum / a[j][j] : 0;
        }
    }
    for (std::size_t i = 0; i < N; ++i) {
        double sum = b[i];
        for (std::size_t k = 0; k < i; ++k) sum -= a[i][k] * v[k];
        v[i] = a[i][i] > 1e-9 ? sum / a[i][i] : 0;
    }
    for (std::size_t i = N; i-- > 0;) {
        double sum = v[i];
        for (std::size_t k = i + 1; k < N; ++k) sum -= a[k][i] * v[k];
        v[i] = a[i][i] > 1e-9 ? sum / a[i][i] : 0;
    }
    return v;
}

/// Least squares with weights 1 / (1 + (r / 1.5 mm)^2)^2, five rounds: osteophytes and neighbours' voxels count little.
template <int Degree> surface<Degree> fit(std::span<const sample> samples) {
    constexpr std::size_t n = surface<Degree>::terms;
    surface<Degree> out;
    std::vector<double> weight(samples.size(), 1.0);
    for (int round = 0; round < 5; ++round) {
        std::array<std::array<double, n>, n> a{};
        std::array<double, n> b{};
        for (std::size_t s = 0; s < samples.size(); ++s) {
            const auto row = surface<Degree>::basis(samples[s].x, samples[s].y);
            for (std::size_t i = 0; i < n; ++i) {
                b[i] += weight[s] * row[i] * samples[s].value;
                for (std::size_t j = 0; j < n; ++j) a[i][j] += weight[s] * row[i] * row[j];
            }
        }
        for (std::size_t i = 0; i < n; ++i) a[i][i] += 1e-6;
        out.coefficient = solve<n>(a, b);
        for (std::size_t s = 0; s < samples.size(); ++s) {
            const double r = (samples[s].value - out(samples[s].x, samples[s].y)) / 1.5;
            weight[s] = 1 / ((1 + r * r) * (1 + r * r));
        }
    }
    return out;
}

} // namespace facet::cohort
