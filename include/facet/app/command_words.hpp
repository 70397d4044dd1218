#pragma once

#include <algorithm>
#include <string>

#include <CLI/CLI.hpp>

/// What a command line says about words it cannot read, in sentences of ours.
namespace facet::command_words {

/// "train, evaluate, predict"
inline std::string commands_of(const CLI::App& app) {
    std::string names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) names += (names.empty() ? "" : ", ") + command->get_name();
    return names;
}

/// Of an `app` whose parse left words over: names the first of them, since what follows may be its value.
inline std::string not_known(const CLI::App& app, int argc, const char* const* argv) {
    const auto rest = app.remaining(true);
    const auto* const* const first = std::find_if(argv + 1, argv + argc, [&](const char* word) { return std::ranges::find(rest, word) != rest.end(); });
    if (first == argv + argc) return "a word belongs to no option";
    const std::string word = *first;
    if (word.starts_with('-')) return "there is no option '" + word + "'";
    return app.get_subcommands().empty() ? "there is no command '" + word + "'; there are " + commands_of(app) : "'" + word + "' belongs to no option";
}

} // namespace facet::command_words
