#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <facet/engine/recording.hpp>

namespace facet {

/// A function of tensors that a GPU records at its first call and plays at later calls with the same shapes; elsewhere, for other shapes, and where
/// it cannot be recorded, a plain call. The tensor returned is overwritten by the next call.
class recorded_function {
public:
    using function = std::function<at::Tensor(const std::vector<at::Tensor>&)>;
    using tensors = std::function<std::vector<at::Tensor>()>;

    /// `changed`: what `f` writes besides its result, which the runs before the recording must leave as it was. `seed` sets what `f` draws from;
    /// the runs before the recording draw too, and leave nothing of that behind.
    at::Tensor operator()(const std::vector<at::Tensor>& inputs, const function& f, const tensors& changed, const std::function<void()>& seed = [] {}) {
        const auto plain = [&] {
            seed();
            return f(inputs);
        };
        if (!on_ || !inputs.front().is_cuda() || !recordings<>::possible()) return plain();
        if (inputs_.empty()) record(inputs, f, changed());
        if (!recording_ || !std::ranges::equal(inputs, inputs_, {}, &at::Tensor::sizes, &at::Tensor::sizes)) return plain();
        for (std::size_t i = 0; i < inputs.size(); ++i) inputs_[i].copy_(inputs[i], true);
        seed();
        recording_->play();
        return output_;
    }
    void turn(bool on) { on_ = on; }
    [[nodiscard]] bool recorded() const { return recording_ != nullptr; }

private:
    void record(const std::vector<at::Tensor>& inputs, const function& f, const std::vector<at::Tensor>& changed) {
        std::vector<at::Tensor> before;
        for (const auto& t : changed) before.push_back(t.detach().clone());
        for (const auto& t : inputs) inputs_.push_back(t.clone());
        const auto undo = [&] {
            const at::NoGradGuard no_grad;
            for (std::size_t i = 0; i < changed.size(); ++i) changed[i].detach().copy_(before[i]);
        };
        try {
            recording_ = recordings<>::of([&] { output_ = f(inputs_); }, undo);
        } catch (const c10::OutOfMemoryError&) {
            throw;
        } catch (const c10::Error&) { // a loss that asks the device, for example
            undo();
        }
    }

    bool on_ = true;
    std::vector<at::Tensor> inputs_;
    std::unique_ptr<recording> recording_;
    at::Tensor output_;
};

} // namespace facet
