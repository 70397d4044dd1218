#pragma once

#include <ATen/autocast_mode.h>

namespace facet {

/// bf16 autocast for a scope; the previous state comes back on every way out, and the cache of cast weights is dropped.
class autocast_bf16 {
public:
    autocast_bf16(at::DeviceType device, bool on)
        : device_{device}, on_{on}, before_{at::autocast::is_autocast_enabled(device)}, before_type_{at::autocast::get_autocast_dtype(device)} {
        if (!on_) return;
        at::autocast::set_autocast_enabled(device_, true);
        at::autocast::set_autocast_dtype(device_, at::kBFloat16);
        at::autocast::increment_nesting();
    }
    ~autocast_bf16() {
        if (!on_) return;
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(device_, before_);
        at::autocast::set_autocast_dtype(device_, before_type_);
    }
    autocast_bf16(const autocast_bf16&) = delete;
    autocast_bf16& operator=(const autocast_bf16&) = delete;

private:
    at::DeviceType device_;
    bool on_, before_;
    at::ScalarType before_type_;
};

/// No autocast for a scope: the last convolution decides the scores, and bf16 has 8 bits for them.
class autocast_off {
public:
    explicit autocast_off(at::DeviceType device) : device_{device}, before_{at::autocast::is_autocast_enabled(device)} { at::autocast::set_autocast_enabled(device_, false); }
    ~autocast_off() { at::autocast::set_autocast_enabled(device_, before_); }
    autocast_off(const autocast_off&) = delete;
    autocast_off& operator=(const autocast_off&) = delete;

private:
    at::DeviceType device_;
    bool before_;
};

} // namespace facet
