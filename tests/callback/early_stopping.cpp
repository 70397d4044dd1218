#include <facet/callback.hpp>

#include "support/test.hpp"

#include "laws/callback.hpp"

using namespace facet;
using callback::decision;

namespace {

decision said(const callback::early_stopping& policy, std::initializer_list<std::optional<double>> scores, std::initializer_list<double> losses = {}) {
    std::vector<callback::epoch> epochs;
    for (const auto& score : scores) epochs.push_back({.number = static_cast<std::int64_t>(epochs.size()) + 1, .step = 0, .train_loss = 0, .validation_loss = 1, .score = score});
    for (std::size_t i = 0; i < losses.size(); ++i) epochs[i].validation_loss = std::data(losses)[i];
    const std::filesystem::path run{"run"};
    return policy({.epochs = epochs, .steps = 100, .run = run});
}

struct onlooker {
    using role = facet::role::callback;
    void operator()(const callback::progress&) const {}
};

} // namespace

TEST_CASE("every callback keeps the laws", "[callback]") {
    laws::callback(callback::early_stopping{});
    laws::callback(callback::early_stopping{.patience = 0});
    laws::callback(callback::early_stopping{.patience = 3, .min_delta = 0.1});
    laws::callback(onlooker{});
}

TEST_CASE("early stopping waits for patience epochs without improvement, and no longer", "[callback]") {
    const callback::early_stopping two{.patience = 2};
    CHECK(said(two, {0.5}) == decision::go_on);
    CHECK(said(two, {0.5, 0.4, 0.4}) == decision::go_on);
    CHECK(said(two, {0.5, 0.4, 0.4, 0.4}) == decision::stop);
    CHECK(said(two, {0.5, 0.4, 0.4, 0.6}) == decision::go_on);
    CHECK(said(two, {0.5, 0.4, 0.6, 0.6, 0.6}) == decision::go_on); // equal is no improvement, and two are borne
    CHECK(said(two, {0.5, 0.4, 0.6, 0.6, 0.6, 0.6}) == decision::stop);
    CHECK(said({.patience = 0}, {0.5, 0.5}) == decision::stop);
}

TEST_CASE("early stopping asks for a gain of min_delta over the best so far", "[callback]") {
    const callback::early_stopping policy{.patience = 1, .min_delta = 0.1};
    CHECK(said(policy, {0.5, 0.55, 0.58}) == decision::stop); // small steps do not add up
    CHECK(said(policy, {0.5, 0.55, 0.61}) == decision::go_on);
}

TEST_CASE("early stopping takes an undefined score for no improvement, and the loss where there is no score at all", "[callback]") {
    const callback::early_stopping one{.patience = 1};
    CHECK(said(one, {std::nullopt, std::nullopt, 0.3}) == decision::go_on);
    CHECK(said(one, {0.3, std::nullopt, std::nullopt}) == decision::stop);
    CHECK(said(one, {std::nullopt, std::nullopt, std::nullopt}, {1.0, 0.9, 0.8}) == decision::go_on);
    CHECK(said(one, {std::nullopt, std::nullopt, std::nullopt}, {0.8, 0.9, 0.85}) == decision::stop);
}
