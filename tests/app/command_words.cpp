#include <facet/app/command_words.hpp>

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace facet;

namespace {

/// What is said of these words, after the program's name.
std::string said(std::vector<const char*> words) {
    CLI::App app{"", "program"};
    app.require_subcommand(0, 1);
    app.fallthrough();
    int steps = 0;
    app.add_subcommand("train", "")->add_option("--steps", steps);
    app.add_subcommand("evaluate", "");
    words.insert(words.begin(), "program");
    const int n = static_cast<int>(words.size());
    try {
        app.parse(n, words.data());
        return "accepted";
    } catch (const CLI::ExtrasError&) {
        return command_words::not_known(app, n, words.data());
    }
}

} // namespace

TEST_CASE("the first word that a command line cannot read is named", "[app]") {
    CHECK(said({"train", "--steps", "3"}) == "accepted");
    CHECK(said({"trian", "--steps", "3"}) == "there is no command 'trian'; there are train, evaluate");
    CHECK(said({"train", "--stepz", "20"}) == "there is no option '--stepz'");
    CHECK(said({"train", "--steps", "3", "--out", "x", "--data", "y"}) == "there is no option '--out'");
    CHECK(said({"train", "--steps", "3", "more"}) == "'more' belongs to no option");
}
