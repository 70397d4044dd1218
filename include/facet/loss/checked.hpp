#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

namespace facet {

/// Calls a loss and says in one sentence what is wrong with what comes back. Looks at shapes only, never at the device's numbers.
template <class = void> struct checked_loss {
    /// Throws bad_input where the loss called `name` fails, returns no scalar, or loses the gradient of `logits` [N,1,H,W].
    static at::Tensor call(std::string_view name, at::Tensor (*loss)(const at::Tensor& logits, const at::Tensor& target), const at::Tensor& logits, const at::Tensor& target);
};

} // namespace facet

#if !defined(FACET_COMPILED)
#include <facet/loss/checked-inl.hpp>
#endif
