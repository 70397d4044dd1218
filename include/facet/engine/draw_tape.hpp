#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include <facet/augment/concept.hpp>
#include <facet/engine/random_draws.hpp>

namespace facet {

/// All that a chain draws for a batch, for a GPU. What its operations ask for does not depend on the slices, so it is listed once; for each batch
/// the host writes the numbers down in that order, they travel in two tensors, and the operations read them there. A recorded step that reads
/// them needs nothing else of the host. The integers are the same on every device; the floating-point rest agrees to rounding.
class draw_tape {
    enum class kind { uniform, happens, normal, partner };
    struct request {
        kind what;
        bool by_vertebra;
        std::uint64_t place, draw;
        double low = 0, high = 0; ///< of `uniform`; `high` is the probability of `happens`
        bool fractured = false;   ///< of `partner`
    };

public:
    /// The numbers of one batch of N slices.
    struct numbers {
        at::Tensor reals;    ///< float [R,N]
        at::Tensor integers; ///< int64 [I,N]: keys of noise, and partners
    };

    draw_tape() = default;
    /// `ask(by_vertebra, by_slice)` lets a chain ask both for all that it needs, on whatever images of the right size.
    template <class Ask> explicit draw_tape(const Ask& ask) {
        listener by_vertebra{*this, true}, by_slice{*this, false};
        ask(by_vertebra, by_slice);
        for (const auto& r : requests_) ++(is_real(r.what) ? reals_ : integers_);
    }

    /// On the CPU.
    [[nodiscard]] numbers write(const draw_source& by_vertebra, const draw_source& by_slice) const {
        const auto n = static_cast<std::int64_t>(by_slice.slices());
        numbers out{at::empty({reals_, n}, at::kFloat), at::empty({integers_, n}, at::kLong)};
        auto* real = out.reals.data_ptr<float>();
        auto* integer = out.integers.data_ptr<std::int64_t>();
        for (const auto& r : requests_) {
            const auto& source = r.by_vertebra ? by_vertebra : by_slice;
            for (std::size_t i = 0; i < by_slice.slices(); ++i) {
                if (r.what == kind::uniform) *real++ = source.uniform(i, r.place, r.draw, r.low, r.high);
                else if (r.what == kind::happens) *real++ = source.happens(i, r.place, r.draw, r.high) ? 1.f : 0.f;
                else if (r.what == kind::normal) *integer++ = static_cast<std::int64_t>(source.pixel_key(i, r.place, r.draw));
                else *integer++ = source.partner(i, r.place, r.draw, r.fractured);
            }
        }
        return out;
    }
    /// `work(by_vertebra, by_slice)` with draws that read the numbers, in the order in which they were asked for.
    auto read(const numbers& from, const auto& work) const {
        cursor at{*this, from};
        reader by_vertebra{at}, by_slice{at};
        auto out = work(by_vertebra, by_slice);
        TORCH_CHECK(at.next == requests_.size(), "an augmentation asked for fewer numbers than it did at first");
        return out;
    }

private:
    static bool is_real(kind k) { return k == kind::uniform || k == kind::happens; }

    /// Notes what is asked for, and answers anything.
    struct listener final : augment::draws {
        listener(draw_tape& tape, bool by_vertebra) : tape_{tape}, by_vertebra_{by_vertebra} {}
        void begin(std::uint64_t place) override {
            place_ = place;
            next_ = 0;
        }
        at::Tensor uniform(double low, double high) override {
            note({.what = kind::uniform, .by_vertebra = by_vertebra_, .place = place_, .draw = next_++, .low = low, .high = high});
            return at::full({1, 1, 1, 1}, (low + high) / 2, at::kFloat);
        }
        at::Tensor happens(double probability) override {
            note({.what = kind::happens, .by_vertebra = by_vertebra_, .place = place_, .draw = next_++, .high = probability});
            return at::ones({1, 1, 1, 1}, at::kBool);
        }
        at::Tensor normal_like(const at::Tensor& like) override {
            note({.what = kind::normal, .by_vertebra = by_vertebra_, .place = place_, .draw = next_++});
            return at::zeros_like(like);
        }
        at::Tensor partner(bool fractured) override {
            note({.what = kind::partner, .by_vertebra = by_vertebra_, .place = place_, .draw = next_++, .fractured = fractured});
            return at::zeros({1}, at::kLong);
        }

    private:
        void note(request r) const { tape_.requests_.push_back(r); }
        draw_tape& tape_;
        bool by_vertebra_;
        std::uint64_t place_ = 0, next_ = 0;
    };

    struct cursor {
        const draw_tape& tape;
        const numbers& from;
        std::size_t next = 0;
        std::int64_t real = 0, integer = 0;

        at::Tensor take(kind wanted) {
            TORCH_CHECK(next < tape.requests_.size() && tape.requests_[next].what == wanted, "an augmentation asks for other numbers than it did at first");
            ++next;
            return is_real(wanted) ? from.reals.select(0, real++) : from.integers.select(0, integer++);
        }
    };
    /// For both scopes: in one order.
    struct reader final : augment::draws {
        explicit reader(cursor& c) : at_{c} {}
        at::Tensor uniform(double, double) override { return at_.take(kind::uniform).view({-1, 1, 1, 1}); }
        at::Tensor happens(double) override { return at_.take(kind::happens).view({-1, 1, 1, 1}).to(at::kBool); }
        at::Tensor normal_like(const at::Tensor& like) override { return detail::normal_by_tensors(at_.take(kind::normal), like.numel() / like.size(0)).view(like.sizes()); }
        at::Tensor partner(bool) override { return at_.take(kind::partner); }

    private:
        cursor& at_;
    };

    std::vector<request> requests_;
    std::int64_t reals_ = 0, integers_ = 0;
};

} // namespace facet
