#include <facet/core/probability_text.hpp>

#include "support/test.hpp"

using namespace facet;

TEST_CASE("a probability as text is told from 0 and 1", "[core]") {
    CHECK(probability_text(0.5) == "0.5000");
    CHECK(probability_text(0.41118) == "0.4112");
    CHECK(probability_text(0.999) == "0.9990");
    CHECK(probability_text(0.999968) == "0.999968");
    CHECK(probability_text(3.14e-5) == "0.000031");
    CHECK(probability_text(0) == "0.0000");
    CHECK(probability_text(1) == "1.0000");
    CHECK(probability_text(1e-8) == "1.0e-08");
}
