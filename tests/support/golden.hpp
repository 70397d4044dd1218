#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

/// Rows of tests/golden/<name>, without comments and the header line. The Python script of the same name made them.
inline std::vector<std::vector<std::string>> golden_rows(const std::string& name) {
    std::ifstream file{std::string{FACET_SOURCE_DIR} + "/tests/golden/" + name};
    if (!file) throw std::runtime_error{"tests/golden/" + name + " cannot be read"};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        auto& row = rows.emplace_back();
        std::istringstream cells{line};
        for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
    }
    rows.erase(rows.begin());
    return rows;
}
