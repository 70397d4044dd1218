#include <facet/report/text.hpp>

#include <limits>

#include "support/test.hpp"

using namespace facet::report;

TEST_CASE("an undefined number prints as a dash, never as nan or inf", "[report]") {
    CHECK(decimal(std::nullopt) == "\u2014");
    CHECK(decimal(std::numeric_limits<double>::quiet_NaN()) == "\u2014");
    CHECK(significant(std::numeric_limits<double>::infinity()) == "\u2014");
    CHECK(percent(std::nullopt) == "\u2014");
}

TEST_CASE("numbers keep the digits that matter", "[report]") {
    CHECK(decimal(0.8734, 3) == "0.873");
    CHECK(decimal(-0.0004, 2) == "0.00");
    CHECK(decimal(-1.5, 1) == "\u22121.5");
    CHECK(significant(0.002314) == "0.00231");
    CHECK(significant(13.74) == "13.7");
    CHECK(significant(0.0) == "0");
    CHECK(significant(2.13e-7, 2) == "2.1e-07");
    CHECK(whole(45815) == "45,815");
    CHECK(whole(999) == "999");
    CHECK(whole(-1000000) == "\u22121,000,000");
    CHECK(percent(0.0939) == "9.4\u2009%");
}

TEST_CASE("text is escaped for HTML", "[report]") { CHECK(escape("a<b & \"c\">") == "a&lt;b &amp; &quot;c&quot;&gt;"); }
