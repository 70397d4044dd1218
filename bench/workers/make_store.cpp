// Writes a store of noise with a split.json whose first fold, one patient, is small to validate on. Usage: make_store FOLDER SLICES SIDE
#include <facet/facet.hpp>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include <facet/io/atomic_file.hpp>

#include "made_store.hpp"
#include "serve.hpp"

int main(int argc, char** argv) {
    const auto a = arguments(argc, argv, 3, "make_store FOLDER SLICES SIDE");
    const std::filesystem::path folder = a[0];
    make_store(folder, std::stoul(a[1]), std::stoul(a[2]));
    const facet::store data{folder};
    nlohmann::json rest = nlohmann::json::array();
    for (std::size_t p = 1; p * 256 < data.count(); ++p) rest.push_back("p" + std::to_string(p));
    const nlohmann::json split{{"format", 1}, {"content_hash", data.content_hash()}, {"seed", 1}, {"test", nlohmann::json::array()},
                               {"folds", {{"p0"}, rest}}, {"shared_template_waiver", true}, {"parts", nlohmann::json::object()}};
    facet::write_atomically(folder / "split.json", split.dump() + "\n");
}
