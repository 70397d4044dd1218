#include <facet/io/atomic_file.hpp>

#include "support/data_test.hpp"

#include <fstream>
#include <sstream>

#include <sys/resource.h>
#include <csignal>

using namespace facet;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::size_t entries(const fs::path& folder) { return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{})); }

/// Files cannot grow beyond `bytes` while it lives: what a full disk looks like to a writer.
struct small_disk {
    rlimit before{};
    explicit small_disk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit now{bytes, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~small_disk() { ::setrlimit(RLIMIT_FSIZE, &before); }
};

} // namespace

TEST_CASE("an atomic write replaces the whole file", "[io]") {
    const testing::scratch folder;
    write_atomically(folder / "a.txt", std::string_view{"a long first text"});
    write_atomically(folder / "a.txt", std::string_view{"second"});
    CHECK(content(folder / "a.txt") == "second");
    CHECK(entries(folder.path()) == 1); // no temporary file is left
}

TEST_CASE("a write that fails half-way leaves the old file and no other", "[io]") {
    const testing::scratch folder;
    write_atomically(folder / "a.txt", std::string_view{"old"});
    const std::string large(100'000, 'x');
    {
        const small_disk full{4096};
        CHECK_THROWS_AS(write_atomically(folder / "a.txt", std::string_view{large}), io_error);
    }
    CHECK(content(folder / "a.txt") == "old");
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("an error of the system names the file and the reason", "[io]") {
    CHECK_THROWS_WITH(write_atomically("/nowhere/at/all/a.txt", std::string_view{"x"}),
                      Catch::Contains("/nowhere/at/all/a.txt") && Catch::Contains("No such file or directory"));
}

TEST_CASE("a folder takes its name in one step", "[io]") {
    const testing::scratch folder;
    fs::create_directory(folder / "made");
    write_atomically(folder / "made" / "x", std::string_view{"1"});
    rename_durably(folder / "made", folder / "final");
    CHECK(content(folder / "final" / "x") == "1");
    CHECK_FALSE(fs::exists(folder / "made"));
}
