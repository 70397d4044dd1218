#include <facet/report/html.hpp>

#include "markup.hpp"
#include "support/test.hpp"

using namespace facet::report;

TEST_CASE("a page is well-formed and begins with its statement", "[report]") {
    page p{"run <1>"};
    p.section("Numbers & more");
    p.paragraph("a < b");
    p.add(table{.head = {"level", "n"}, .rows = {{"V31 (L1)", "3"}, {"V30 (L2)", "\u2014"}}, .strong = {1}});
    const page::headline numbers[] = {{"0.41", "PR-AUC", "chance 0.002"}};
    p.headlines(numbers);
    const std::pair<std::string, std::string> items[] = {{"seed", "1"}};
    p.definitions(items);
    p.begin_row();
    p.figure("<svg></svg>", "a caption");
    const std::byte dot[] = {std::byte{1}};
    p.picture(dot, "a \"slice\"", "with contours");
    p.end_row();
    p.statement("Virtual patients.");
    const auto html = p.html();
    CHECK(facet::testing::well_formed(html));
    const auto body = html.substr(html.find("<body>"));
    CHECK(body.find("Virtual patients.") < body.find("<h1>"));
    CHECK(html.find("run &lt;1&gt;") != std::string::npos);
    CHECK(html.find("<tr class=\"strong\"><td>V30 (L2)</td>") != std::string::npos);
    CHECK(html.find("http") == html.find("http://www.w3.org")); // nothing is fetched
}

TEST_CASE("the check for well-formed markup finds what is not", "[report]") {
    CHECK_FALSE(facet::testing::well_formed("<p><b>x</p></b>"));
    CHECK_FALSE(facet::testing::well_formed("<p>"));
    CHECK_FALSE(facet::testing::shows_no_undefined("x=\"nan\""));
    CHECK(facet::testing::shows_no_undefined("information, nano"));
}
