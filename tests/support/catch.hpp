#pragma once

// Included through test.hpp or data_test.hpp only. Catch2 2 is one header; Catch2 3 is a library with headers of its own.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

#include "scratch.hpp"
#include "shared_data.hpp"
