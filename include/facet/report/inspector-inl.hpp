#pragma once

// unit: facet::inspector<>
// library: engine

#include <facet/report/inspector.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <facet/core/error.hpp>
#include <facet/data/labels.hpp>
#include <facet/data/split.hpp>
#include <facet/engine/batch.hpp>
#include <facet/engine/inference.hpp>
#include <facet/engine/run_identity.hpp>
#include <facet/report/image.hpp>

namespace facet::report {

/// Rows of equally large pictures with headings above them, growing downwards.
class contact_sheet {
public:
    contact_sheet(std::size_t cell, std::size_t columns) : cell_{cell}, width_{gap + columns * (cell + gap)} {}

    void heading(std::span<const std::string> words) {
        canvas strip{width_, 18, white};
        for (std::size_t c = 0; c < words.size(); ++c) strip.write(words[c], gap + c * (cell_ + gap), 7, black);
        parts_.push_back(std::move(strip));
    }
    void row(std::span<const canvas> pictures) {
        canvas strip{width_, cell_ + gap, white};
        for (std::size_t c = 0; c < pictures.size(); ++c) strip.paste(pictures[c], gap + c * (cell_ + gap), 0);
        parts_.push_back(std::move(strip));
    }
    [[nodiscard]] canvas picture() const {
        std::size_t height = 0;
        for (const auto& part : parts_) height += part.height();
        canvas out{width_, height, white};
        std::size_t y = 0;
        for (const auto& part : parts_) {
            out.paste(part, 0, y);
            y += part.height();
        }
        return out;
    }

private:
    static constexpr std::size_t gap = 4;
    std::size_t cell_, width_;
    std::vector<canvas> parts_;
};

/// Draws slices of one store and of batches made from it at one magnification.
class slice_view {
public:
    explicit slice_view(const store& data) : data_{data}, size_{data.size()}, scale_{std::max<std::size_t>(1, 160 / size_)} {}

    [[nodiscard]] std::size_t cell() const { return size_ * scale_; }
    /// As stored, in the bone window.
    [[nodiscard]] canvas stored(std::uint32_t slice) const {
        const auto pixels = size_ * size_;
        return with_mask(render(data_.images().subspan(slice * pixels, pixels), size_, bone_window, scale_), data_.masks().subspan(slice * pixels, pixels));
    }
    /// One channel of item n as the network gets it.
    [[nodiscard]] canvas channel(const training_batch& batch, std::size_t n, std::size_t c) const {
        const auto pixels = size_ * size_;
        const auto channels = static_cast<std::size_t>(batch.channels.size(1));
        const std::span<const float> values{batch.channels.data_ptr<float>() + (n * channels + c) * pixels, pixels};
        const std::span<const std::uint8_t> mask{batch.masks.data_ptr<std::uint8_t>() + n * pixels, pixels};
        return with_mask(render(values, size_, hu{0, 1}, scale_), mask);
    }

private:
    [[nodiscard]] canvas with_mask(canvas picture, std::span<const std::uint8_t> mask) const {
        hatch_ignored(picture, mask, size_, scale_);
        draw_mask(picture, mask, size_, scale_, truth_colour);
        return picture;
    }

    const store& data_;
    std::size_t size_, scale_;
};

/// `count` consecutive slices of the training vertebra with the most fracture pixels, around its largest fracture.
[[nodiscard]] inline std::vector<std::uint32_t> run_through_a_fracture(std::span<const slice_info> slices, std::span<const std::uint32_t> training, std::size_t count) {
    std::map<std::pair<std::string, int>, std::vector<std::uint32_t>> vertebrae;
    std::map<std::pair<std::string, int>, std::int64_t> load;
    for (const auto i : training) {
        vertebrae[{slices[i].patient, slices[i].vertebra}].push_back(i);
        load[{slices[i].patient, slices[i].vertebra}] += slices[i].fracture_pixels;
    }
    if (load.empty()) return {};
    auto rows = vertebrae[std::ranges::max_element(load, {}, [](const auto& v) { return v.second; })->first];
    std::ranges::sort(rows, {}, [&](auto i) { return slices[i].position; });
    const auto middle = std::ranges::max_element(rows, {}, [&](auto i) { return slices[i].fracture_pixels; }) - rows.begin();
    count = std::min(count, rows.size());
    const auto first = std::clamp<std::ptrdiff_t>(middle - static_cast<std::ptrdiff_t>(count / 2), 0, static_cast<std::ptrdiff_t>(rows.size() - count));
    return {rows.begin() + first, rows.begin() + first + static_cast<std::ptrdiff_t>(count)};
}

} // namespace facet::report

namespace facet {

template <class T> void inspector<T>::write(const plan& p, const store& data, const inspect_options& options) {
    constexpr std::size_t columns = 8, most_rows = 8;
    const auto parts = parts_for(p, data, options.fold);
    const auto batch = inference<>::augmented_batch(p, data, parts, options.seed, options.step);
    const auto channels = static_cast<std::size_t>(batch.channels.size(1));
    const report::slice_view view{data};
    const std::size_t together = std::max<std::size_t>(1, columns / (channels + 1)); // items side by side
    report::contact_sheet sheet{view.cell(), std::max(columns, channels + 1)};

    std::vector<std::string> heads;
    for (std::size_t item = 0; item < together; ++item) {
        heads.push_back("stored");
        for (const auto& window : p.windows) heads.push_back(std::to_string(std::lround(window.low)) + " to " + std::to_string(std::lround(window.high)) + " HU");
    }
    sheet.heading(heads);
    const auto shown = std::min(batch.slices.size(), together * most_rows);
    for (std::size_t first = 0; first < shown; first += together) {
        std::vector<report::canvas> pictures;
        for (std::size_t i = first; i < std::min(first + together, shown); ++i) {
            const auto n = i * batch.slices.size() / shown; // spread over the batch, which may be sorted
            const auto& slice = data.slices()[batch.slices[n]];
            const std::string label[] = {printed(vertebra_id{slice.vertebra}), slice.patient, "slice " + std::to_string(slice.position)};
            pictures.push_back(report::labelled(view.stored(batch.slices[n]), label));
            for (std::size_t c = 0; c < channels; ++c) pictures.push_back(view.channel(batch, n, c));
        }
        sheet.row(pictures);
    }

    const auto row = report::run_through_a_fracture(data.slices(), parts.train, columns);
    const batch_plan order{p, data, parts.train, p.batch, options.seed};
    const auto moved = inference<>::augmented(p, data, row, options.seed, order.augmentation_epoch(options.step));
    std::vector<std::string> positions;
    std::vector<report::canvas> before, after;
    for (std::size_t n = 0; n < row.size(); ++n) {
        positions.push_back("slice " + std::to_string(data.slices()[row[n]].position));
        before.push_back(view.stored(row[n]));
        after.push_back(view.channel(moved, n, channels - 1));
    }
    const auto name = printed(vertebra_id{data.slices()[row.front()].vertebra});
    const std::string stored_label[] = {name, "stored"}, moved_label[] = {name, "augmented"};
    before.front() = report::labelled(before.front(), stored_label);
    after.front() = report::labelled(after.front(), moved_label);
    sheet.heading(positions);
    sheet.row(before);
    sheet.row(after);
    sheet.picture().save(options.out);
}

} // namespace facet
