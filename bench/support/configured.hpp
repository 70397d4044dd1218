#pragma once

#include <facet/facet.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

/// The same experiment as a program has it that reads its configuration when it starts: JSON, a factory by name, virtual calls, and
/// hyper-parameters that are variables. The arithmetic is the policies' own, so what differs is the way it is reached.
namespace configured {

using facet::augment::domain;

struct any_loss {
    virtual ~any_loss() = default;
    virtual at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const = 0;
};
template <class P> struct held_loss final : any_loss {
    explicit held_loss(P p) : policy{p} {}
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override { return policy(logits, target); }
    P policy;
};

/// One that looks its weights up at every call, as `config["loss"]["fp_weight"]` inside a training step does.
struct looked_up_loss final : any_loss {
    explicit looked_up_loss(const nlohmann::json& c) : config{c} {}
    at::Tensor operator()(const at::Tensor& logits, const at::Tensor& target) const override {
        return facet::loss::focal_tversky{.fp_weight = config.at("loss").at("fp_weight").get<double>(),
                                          .fn_weight = config.at("loss").at("fn_weight").get<double>(),
                                          .exponent = config.at("loss").at("exponent").get<double>()}(logits, target);
    }
    const nlohmann::json& config;
};

inline std::unique_ptr<any_loss> make_loss(const nlohmann::json& config) {
    const auto& l = config.at("loss");
    const auto name = l.at("name").get<std::string>();
    const auto number = [&](const char* key) { return l.at(key).get<double>(); };
    const auto held = [](auto p) -> std::unique_ptr<any_loss> { return std::make_unique<held_loss<decltype(p)>>(p); };
    if (name == "focal_tversky")
        return held(facet::loss::focal_tversky{.fp_weight = number("fp_weight"), .fn_weight = number("fn_weight"), .exponent = number("exponent")});
    return held(facet::loss::dice_bce{});
}

struct any_operation {
    virtual ~any_operation() = default;
    [[nodiscard]] virtual domain where() const = 0;
    virtual void move(facet::augment::affine&, facet::rng::stream&, double) const {}
    [[nodiscard]] virtual at::Tensor change(at::Tensor images, facet::augment::draws&) const { return images; }
};
template <class P> struct held_operation final : any_operation {
    explicit held_operation(P p) : policy{p} {}
    [[nodiscard]] domain where() const override { return P::where; }
    void move(facet::augment::affine& map, facet::rng::stream& draw, double size) const override {
        if constexpr (P::where == domain::geometry) policy(map, draw, size);
    }
    [[nodiscard]] at::Tensor change(at::Tensor images, facet::augment::draws& draw) const override {
        if constexpr (P::where != domain::geometry) return policy(std::move(images), draw);
        else return images;
    }
    P policy;
};

inline std::unique_ptr<any_operation> make_operation(const nlohmann::json& o) {
    const auto name = o.at("name").get<std::string>();
    const auto number = [&](const char* key) { return o.at(key).get<double>(); };
    const auto held = [](auto p) -> std::unique_ptr<any_operation> { return std::make_unique<held_operation<decltype(p)>>(p); };
    if (name == "rotate") return held(facet::augment::rotate{.degrees = number("degrees")});
    if (name == "scale") return held(facet::augment::scale{.low = number("low"), .high = number("high")});
    if (name == "flip") return held(facet::augment::flip{.left_right = number("left_right")});
    if (name == "gaussian_noise") return held(facet::augment::gaussian_noise{.hu = number("hu")});
    return held(facet::augment::gamma{.low = number("low"), .high = number("high")});
}

struct any_objective {
    virtual ~any_objective() = default;
    [[nodiscard]] virtual std::optional<double> operator()(const facet::confusion&) const = 0;
};
template <class P> struct held_objective final : any_objective {
    [[nodiscard]] std::optional<double> operator()(const facet::confusion& c) const override { return policy(c); }
    P policy{};
};
inline std::unique_ptr<any_objective> make_objective(const std::string& name) {
    if (name == "f1") return std::make_unique<held_objective<facet::metric::f1>>();
    return std::make_unique<held_objective<facet::metric::iou>>();
}
/// An objective whose kind is known at run time only, for the same search.
struct objective_by_name {
    using role = facet::role::metric;
    static constexpr bool chooses_threshold = true;
    const any_objective* chosen = nullptr;
    [[nodiscard]] std::optional<double> operator()(const facet::confusion& c) const { return (*chosen)(c); }
};

inline const nlohmann::json config = nlohmann::json::parse(R"({
    "loss": {"name": "focal_tversky", "fp_weight": 0.3, "fn_weight": 0.7, "exponent": 0.75},
    "augment": [{"name": "rotate", "degrees": 15}, {"name": "scale", "low": 0.9, "high": 1.1}, {"name": "flip", "left_right": 0.5},
                {"name": "gaussian_noise", "hu": 20}, {"name": "gamma", "low": 0.8, "high": 1.25}],
    "windows": [[0, 1800], [200, 1200], [-160, 240]],
    "threshold": "f1"})");

/// Everything made from the configuration. A plan holds plain functions, so they find it here.
struct parts {
    std::unique_ptr<any_loss> loss = make_loss(config);
    looked_up_loss looked_up{config};
    std::vector<std::unique_ptr<any_operation>> operations;
    std::vector<facet::hu> windows;
    std::unique_ptr<any_objective> objective = make_objective(config.at("threshold").get<std::string>());
    parts() {
        for (const auto& o : config.at("augment")) operations.push_back(make_operation(o));
        for (const auto& w : config.at("windows")) windows.push_back({w[0].get<double>(), w[1].get<double>()});
    }
};
inline const parts& made() {
    static const parts p;
    return p;
}

inline at::Tensor change(at::Tensor images, domain which, facet::augment::draws& draw) {
    for (const auto& o : made().operations)
        if (o->where() == which) images = o->change(std::move(images), draw);
    return images;
}
inline at::Tensor to_channels(const at::Tensor& images) {
    const auto& windows = made().windows;
    auto out = images.new_empty({images.size(0), static_cast<std::int64_t>(windows.size()), images.size(2), images.size(3)});
    for (std::size_t c = 0; c < windows.size(); ++c)
        out.select(1, static_cast<std::int64_t>(c)).copy_(images.select(1, 0)).sub_(windows[c].low).mul_(1 / (windows[c].high - windows[c].low)).clamp_(0, 1);
    return out;
}

/// `compiled`, with everything that its policies computed reached through the configuration instead.
inline facet::plan plan_like(const facet::plan& compiled) {
    auto p = compiled;
    p.loss = [](const at::Tensor& logits, const at::Tensor& target) { return (*made().loss)(logits, target); };
    p.draw_affine = [](std::uint64_t key, double size) {
        facet::augment::affine map;
        std::uint64_t operation = 0;
        for (const auto& o : made().operations) {
            if (o->where() != domain::geometry) continue;
            facet::rng::stream draw{facet::rng::key(key, operation++)};
            o->move(map, draw, size);
        }
        return map;
    };
    p.augment_hu = [](at::Tensor images, facet::augment::draws&, facet::augment::draws& per_slice) { return change(std::move(images), domain::hu, per_slice); };
    p.augment_window = [](at::Tensor images, facet::augment::draws&, facet::augment::draws& per_slice) { return change(std::move(images), domain::window, per_slice); };
    p.to_channels = &to_channels;
    return p;
}

} // namespace configured
