#pragma once

// The only door to Catch2 for tests without LibTorch.
#include "catch.hpp"
