#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ucontext.h>

#include <facet/engine/cuda/launcher.hpp>

/// CUDA's execution model on one thread of a CPU, for the kernels of facet/engine/cuda: each thread of a block is a context of its own, which waits where
/// `__syncthreads` and warp shuffles make it wait. Blocks run one after another. Between two waits the threads run in the order of their numbers, or
/// backwards: a kernel that lacks a wait gives different numbers.
namespace cuda_on_host {

struct index3 {
    int x = 0, y = 0, z = 0; // a GPU's are unsigned; the kernels compare them with int
};

class block {
public:
    block(int count, std::size_t shared, bool backwards) : shared_(shared / sizeof(double) + 1), backwards_{backwards}, threads_(static_cast<std::size_t>(count)), shuffled_(static_cast<std::size_t>(count)) {
        for (auto& t : threads_) t.stack = std::make_unique_for_overwrite<char[]>(stack_size);
    }

    void run(const std::function<void()>& kernel, const std::function<void(int)>& enter) {
        kernel_ = &kernel;
        std::fill(shared_.begin(), shared_.end(), std::nan("")); // what is read before it is written shows
        for (auto& t : threads_) start(t);
        for (bool live = true; live;) {
            live = false;
            for (std::size_t k = 0; k < threads_.size(); ++k) {
                const auto i = backwards_ ? threads_.size() - 1 - k : k;
                if (threads_[i].state != phase::ready) continue;
                current_ = i;
                enter(static_cast<int>(i));
                running_ = this;
                swapcontext(&scheduler_, &threads_[i].context);
                live = true;
            }
            live = release(phase::in_block, 0, threads_.size()) || live;
            for (std::size_t warp = 0; warp < threads_.size(); warp += 32) live = release(phase::in_warp, warp, std::min(threads_.size(), warp + 32)) || live;
        }
        for (const auto& t : threads_)
            if (t.state != phase::over) throw std::logic_error{"threads of a block wait for each other for ever"};
    }

    static block& running() { return *running_; }
    void wait_block() { wait(phase::in_block); }
    float shuffle(float value, int other) {
        shuffled_[current_] = value;
        wait(phase::in_warp);
        const float got = shuffled_[current_ ^ static_cast<std::size_t>(other)];
        wait(phase::in_warp);
        return got;
    }
    double* shared() { return shared_.data(); }

private:
    static constexpr std::size_t stack_size = 64 * 1024;
    enum class phase { ready, in_block, in_warp, over };
    struct thread {
        ucontext_t context{};
        std::unique_ptr<char[]> stack;
        phase state = phase::ready;
    };

    void start(thread& t) {
        getcontext(&t.context);
        t.context.uc_stack = {.ss_sp = t.stack.get(), .ss_flags = 0, .ss_size = stack_size};
        t.context.uc_link = &scheduler_;
        t.state = phase::ready;
        makecontext(&t.context, [] {
            auto& b = running();
            (*b.kernel_)();
            b.threads_[b.current_].state = phase::over;
        }, 0);
    }
    void wait(phase what) {
        auto& mine = threads_[current_];
        mine.state = what;
        swapcontext(&mine.context, &scheduler_);
    }
    /// Lets those of a group go on once all that are not over have arrived.
    bool release(phase what, std::size_t first, std::size_t last) {
        std::size_t waiting = 0, over = 0;
        for (auto i = first; i < last; ++i) waiting += threads_[i].state == what, over += threads_[i].state == phase::over;
        if (waiting == 0 || waiting + over < last - first) return false;
        for (auto i = first; i < last; ++i)
            if (threads_[i].state == what) threads_[i].state = phase::ready;
        return true;
    }

    inline static block* running_ = nullptr;
    std::vector<double> shared_;
    bool backwards_;
    std::vector<thread> threads_;
    std::vector<float> shuffled_;
    std::size_t current_ = 0;
    const std::function<void()>* kernel_ = nullptr;
    ucontext_t scheduler_{};
};

/// What a kernel sees.
inline index3 threadIdx, blockIdx, blockDim, gridDim;

inline void syncthreads() { block::running().wait_block(); }
inline float shfl_xor(unsigned, float value, int other) { return block::running().shuffle(value, other); }
inline float as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline unsigned as_bits(float value) { return std::bit_cast<unsigned>(value); }

/// A kernel with the arguments that a launch points to.
using bound = std::function<void()>;
template <class... A> std::function<bound(void**)> kernel(void (*f)(A...)) {
    return [f](void** arguments) -> bound {
        return [f, values = [&]<std::size_t... I>(std::index_sequence<I...>) { return std::tuple<A...>{*static_cast<A*>(arguments[I])...}; }(std::index_sequence_for<A...>{})] { std::apply(f, values); };
    };
}
using kernels = std::map<std::string, std::function<bound(void**)>>;

class launcher final : public facet::cuda::launcher {
public:
    launcher(kernels fp32, kernels bf16) : kernels_{std::move(fp32), std::move(bf16)} {}
    [[nodiscard]] unsigned processors() const override { return multiprocessors; }
    void run(bool bf16, const std::string& name, const facet::cuda::launch_shape& s, void** arguments) override {
        const auto work = kernels_[bf16].at(name)(arguments);
        block b{static_cast<int>(s.block_x * s.block_y), s.shared, backwards};
        blockDim = {static_cast<int>(s.block_x), static_cast<int>(s.block_y)};
        gridDim = {static_cast<int>(s.grid_x), static_cast<int>(s.grid_y)};
        for (blockIdx.y = 0; blockIdx.y < gridDim.y; ++blockIdx.y)
            for (blockIdx.x = 0; blockIdx.x < gridDim.x; ++blockIdx.x) b.run(work, [](int i) { threadIdx = {i % blockDim.x, i / blockDim.x}; });
        ++launches[name];
    }

    unsigned multiprocessors = 3;
    bool backwards = false;
    std::map<std::string, int> launches;

private:
    kernels kernels_[2];
};

} // namespace cuda_on_host
