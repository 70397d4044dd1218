#pragma once
// unit: facet::checked_loss<>
// library: engine

#include <facet/loss/checked.hpp>

#include <string>

#include <ATen/ATen.h>

#include <facet/core/error.hpp>

namespace facet {

namespace detail {

/// "[16, 1, 64, 64]"
inline std::string shape_of(const at::Tensor& t) {
    std::string out;
    for (const auto n : t.sizes()) out += (out.empty() ? "" : ", ") + std::to_string(n);
    return '[' + out + ']';
}

} // namespace detail

template <class T>
at::Tensor checked_loss<T>::call(std::string_view name, at::Tensor (*loss)(const at::Tensor&, const at::Tensor&), const at::Tensor& logits, const at::Tensor& target) {
    const auto the_loss = [&] { return "the loss " + std::string{name}; };
    at::Tensor value;
    try {
        value = loss(logits, target);
    } catch (const c10::OutOfMemoryError&) {
        throw;
    } catch (const c10::Error& e) {
        const std::string text = e.what_without_backtrace();
        if (text.find("out of memory") != text.npos || text.find("CUDA") != text.npos) throw;
        throw bad_input{the_loss() + " cannot be computed of logits and target of shape " + detail::shape_of(logits) + ": " + text.substr(0, text.find('\n'))};
    }
    if (!value.defined()) throw bad_input{the_loss() + " returned an empty tensor; return one number for the batch, for example with .mean()"};
    if (value.dim() != 0)
        throw bad_input{the_loss() + " returned a tensor of shape " + detail::shape_of(value) + " for logits of shape " + detail::shape_of(logits)
                        + "; return one number for the batch, for example with .mean()"};
    if (logits.requires_grad() && !value.requires_grad())
        throw bad_input{the_loss() + " returned a number without a gradient; compute it from the logits, without thresholds, .detach() or .item()"};
    return value;
}

} // namespace facet
