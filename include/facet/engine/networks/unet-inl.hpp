#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/Functions.h>

#include <facet/engine/blocks.hpp>
#include <facet/engine/networks.hpp>

namespace facet {

namespace detail {

inline layers::conv_blocks two_convolutions(layers::registry& r, const std::string& name, int in, int out, const block_style& style) {
    layers::conv_blocks blocks;
    blocks.emplace_back(r, name + ".conv_0", in, out, style, layers::monai_layout);
    blocks.emplace_back(r, name + ".conv_1", out, out, style, layers::monai_layout);
    return blocks;
}

/// One step up in a U-Net: double the sides of what lies below, append it to the skip connection, two convolutions.
class up_and_merge {
public:
    up_and_merge(layers::registry& r, const std::string& name, int below, int skip, int up, int out, const block_style& style)
        : up_{r, name + ".upsample", below, up, style.upsample}, merge_{two_convolutions(r, name + ".convs", skip + up, out, style)} {}

    [[nodiscard]] at::Tensor operator()(const at::Tensor& below, std::vector<at::Tensor> skips, bool training) const {
        skips.push_back(up_(below));
        return layers::apply(merge_, at::cat(skips, 1), training);
    }

private:
    layers::upsampling up_;
    layers::conv_blocks merge_;
};

/// Channels after doubling the sides from `level` to the one above. MONAI keeps them all in the last step.
inline int channels_up(int features, int level) { return level > 1 ? features << (level - 1) : features << level; }

class unet_network final : public layers::headed_network {
public:
    unet_network(const unet_shape& s, int channels) {
        down_.push_back(two_convolutions(registry_, "conv_0", channels, s.features, s.style));
        for (int i = 1; i <= s.depth; ++i)
            down_.push_back(two_convolutions(registry_, "down_" + std::to_string(i) + ".convs", s.features << (i - 1), s.features << i, s.style));
        for (int i = 1; i <= s.depth; ++i) {
            const int above = s.features << (i - 1);
            up_.emplace_back(registry_, "upcat_" + std::to_string(i), s.features << i, above, channels_up(s.features, i), above, s.style);
        }
        heads_.emplace_back(registry_, "final_conv", s.features);
        for (int i = 1; s.deep_supervision && i < s.depth; ++i) heads_.emplace_back(registry_, "heads." + std::to_string(i), s.features << i);
    }

private:
    std::vector<at::Tensor> features(const at::Tensor& images) override {
        std::vector<at::Tensor> maps{layers::apply(down_[0], images, training_)};
        for (std::size_t i = 1; i < down_.size(); ++i) maps.push_back(layers::apply(down_[i], at::max_pool2d(maps.back(), 2), training_));
        for (std::size_t i = up_.size(); i-- > 0;) maps[i] = up_[i](maps[i + 1], {maps[i]}, training_);
        return maps;
    }

    std::vector<layers::conv_blocks> down_;
    std::vector<up_and_merge> up_;
};

/// Node (i, j): level i, j-th from the left; it sees every node left of it and the one below left.
class unet_plus_plus_network final : public layers::headed_network {
public:
    unet_plus_plus_network(const unet_shape& s, int channels) {
        const auto number = [](int i, int j) { return std::to_string(i) + "_" + std::to_string(j); };
        down_.push_back(two_convolutions(registry_, "conv_0_0", channels, s.features, s.style));
        for (int i = 1; i <= s.depth; ++i)
            down_.push_back(two_convolutions(registry_, "conv_" + number(i, 0) + ".convs", s.features << (i - 1), s.features << i, s.style));
        for (int j = 1; j <= s.depth; ++j) {
            std::vector<up_and_merge> column;
            for (int i = 0; i + j <= s.depth; ++i) {
                const int here = s.features << i;
                column.emplace_back(registry_, "upcat_" + number(i, j), 2 * here, j * here, channels_up(s.features, i + 1), here, s.style);
            }
            columns_.push_back(std::move(column));
        }
        for (int j = s.depth; j > 0; --j) heads_.emplace_back(registry_, "final_conv_" + number(0, j), s.features);
    }

private:
    std::vector<at::Tensor> features(const at::Tensor& images) override {
        std::vector<std::vector<at::Tensor>> rows{{layers::apply(down_[0], images, training_)}};
        for (std::size_t i = 1; i < down_.size(); ++i) rows.push_back({layers::apply(down_[i], at::max_pool2d(rows.back()[0], 2), training_)});
        for (std::size_t j = 0; j < columns_.size(); ++j)
            for (std::size_t i = 0; i < columns_[j].size(); ++i) rows[i].push_back(columns_[j][i](rows[i + 1][j], rows[i], training_));
        return {rows[0].rbegin(), rows[0].rend() - 1};
    }

    std::vector<layers::conv_blocks> down_;
    std::vector<std::vector<up_and_merge>> columns_;
};

} // namespace detail

template <class T> std::shared_ptr<network> networks<T>::unet(const unet_shape& shape, int channels) {
    return std::make_shared<detail::unet_network>(shape, channels);
}

template <class T> std::shared_ptr<network> networks<T>::unet_plus_plus(const unet_shape& shape, int channels) {
    return std::make_shared<detail::unet_plus_plus_network>(shape, channels);
}

} // namespace facet
