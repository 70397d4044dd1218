#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <dlfcn.h>

/// NVIDIA's run-time compiler (NVRTC, CUDA 13), opened where it is: LibTorch brings it with its CUDA libraries. It needs no GPU.
namespace facet::cuda {

class nvrtc {
public:
    nvrtc() {
        // LibTorch's door to NVRTC knows where its own copy lies; a toolkit's is found by name.
        for (const char* name : {"libcaffe2_nvrtc.so", "libnvrtc.so.13"})
            if (library_ == nullptr && (library_ = ::dlopen(name, RTLD_NOW)) == nullptr) missing_ += (missing_.empty() ? "" : "; ") + std::string{::dlerror()};
        if (library_ == nullptr) return;
        find(create_, "nvrtcCreateProgram");
        find(compile_, "nvrtcCompileProgram");
        find(destroy_, "nvrtcDestroyProgram");
        find(code_size_, "nvrtcGetCUBINSize");
        find(code_, "nvrtcGetCUBIN");
        find(log_size_, "nvrtcGetProgramLogSize");
        find(log_, "nvrtcGetProgramLog");
    }

    struct result {
        std::optional<std::vector<char>> code; ///< of the GPU; nothing where the compiler refused
        std::string log;
    };
    [[nodiscard]] bool found() const { return create_ != nullptr && compile_ != nullptr && destroy_ != nullptr && code_size_ != nullptr && code_ != nullptr; }
    /// Why it was not found.
    [[nodiscard]] const std::string& missing() const { return missing_; }
    /// `architecture`: 90 for compute capability 9.0.
    [[nodiscard]] result compile(const std::string& source, int architecture) const {
        program p = nullptr;
        if (create_(&p, source.c_str(), "facet.cu", 0, nullptr, nullptr) != 0) return {std::nullopt, "no program"};
        const std::string target = "--gpu-architecture=sm_" + std::to_string(architecture);
        const std::array<const char*, 2> options{target.c_str(), "--std=c++17"};
        result out;
        const int failed = compile_(p, static_cast<int>(options.size()), options.data());
        std::size_t size = 0;
        if (log_size_ != nullptr && log_ != nullptr && log_size_(p, &size) == 0 && size > 1) {
            out.log.resize(size);
            log_(p, out.log.data());
        }
        if (failed == 0 && code_size_(p, &size) == 0) {
            out.code.emplace(size);
            if (code_(p, out.code->data()) != 0) out.code.reset();
        }
        destroy_(&p);
        return out;
    }

private:
    using program = void*;
    template <class F> void find(F*& function, const char* name) { function = reinterpret_cast<F*>(::dlsym(library_, name)); }

    void* library_ = nullptr;
    std::string missing_;
    int (*create_)(program*, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
    int (*compile_)(program, int, const char* const*) = nullptr;
    int (*destroy_)(program*) = nullptr;
    int (*code_size_)(program, std::size_t*) = nullptr;
    int (*code_)(program, char*) = nullptr;
    int (*log_size_)(program, std::size_t*) = nullptr;
    int (*log_)(program, char*) = nullptr;
};

} // namespace facet::cuda
