#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <facet/io/base64.hpp>
#include <facet/report/text.hpp>

/// Reports as one HTML file: no script, no network, no other file. Every text is escaped here and nowhere else.
namespace facet::report {

/// A table; numbers stand right-aligned, the first column is the row's name. What follows a line break in a cell is set small below it.
struct table {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> strong{}; ///< rows to emphasise
};

class page {
public:
    explicit page(std::string_view title) : title_{title} {}

    /// What a reader must know before any number: stands first, above the title.
    void statement(std::string_view text) { statement_ += "<p class=\"statement\">" + escape(text) + "</p>\n"; }
    void section(std::string_view heading) { body_ += "<h2>" + escape(heading) + "</h2>\n"; }
    void subsection(std::string_view heading) { body_ += "<h3>" + escape(heading) + "</h3>\n"; }
    void paragraph(std::string_view text) { body_ += "<p>" + escape(text) + "</p>\n"; }
    void note(std::string_view text) { body_ += "<p class=\"note\">" + escape(text) + "</p>\n"; }
    /// Something the reader must act on.
    void warning(std::string_view text) { body_ += "<p class=\"warning\">" + escape(text) + "</p>\n"; }

    /// The few numbers that matter most: value, name, a line of context.
    struct headline {
        std::string value, name, context;
    };
    void headlines(std::span<const headline> items) {
        body_ += "<div class=\"headlines\">\n";
        for (const auto& item : items)
            body_ += "<div><b>" + escape(item.value) + "</b><span>" + escape(item.name) + "</span><small>" + escape(item.context) + "</small></div>\n";
        body_ += "</div>\n";
    }

    /// Figures until `end_row` stand side by side where the screen is wide enough.
    void begin_row() { body_ += "<div class=\"row\">\n"; }
    void end_row() { body_ += "</div>\n"; }
    void figure(std::string_view svg, std::string_view caption) {
        body_ += "<figure>" + std::string{svg} + "<figcaption>" + escape(caption) + "</figcaption></figure>\n";
    }
    /// A picture from PNG bytes; `alternative` is read aloud in its place.
    void picture(std::span<const std::byte> png, std::string_view alternative, std::string_view caption) {
        body_ += "<figure><img alt=\"" + escape(alternative) + "\" src=\"data:image/png;base64," + base64(png) + "\"/><figcaption>" + escape(caption) + "</figcaption></figure>\n";
    }

    void add(const table& t) {
        constexpr std::size_t wide = 10; // columns: closer together, so that they fit the page
        body_ += t.head.size() < wide ? "<div class=\"scroll\"><table>\n<thead><tr>" : "<div class=\"scroll\"><table class=\"wide\">\n<thead><tr>";
        for (const auto& cell : t.head) body_ += "<th>" + escape(cell) + "</th>";
        body_ += "</tr></thead>\n<tbody>\n";
        for (std::size_t r = 0; r < t.rows.size(); ++r) {
            bool strong = false;
            for (const auto s : t.strong) strong = strong || s == r;
            body_ += strong ? "<tr class=\"strong\">" : "<tr>";
            for (const auto& cell : t.rows[r]) body_ += "<td>" + lines(cell) + "</td>";
            body_ += "</tr>\n";
        }
        body_ += "</tbody></table></div>\n";
    }
    /// Names and values, for descriptions and provenance.
    void definitions(std::span<const std::pair<std::string, std::string>> items) {
        body_ += "<dl>\n";
        for (const auto& [name, value] : items) body_ += "<dt>" + escape(name) + "</dt><dd>" + escape(value) + "</dd>\n";
        body_ += "</dl>\n";
    }

    [[nodiscard]] std::string html() const {
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" + escape(title_)
               + "</title>\n<style>\n" + std::string{style} + "</style></head>\n<body><main>\n" + statement_ + "<h1>" + escape(title_) + "</h1>\n" + body_ + "</main></body></html>\n";
    }

private:
    static std::string lines(std::string_view cell) {
        const auto end = cell.find('\n');
        if (end == std::string_view::npos) return escape(cell);
        return escape(cell.substr(0, end)) + "<br/><small>" + escape(cell.substr(end + 1)) + "</small>";
    }

    static constexpr std::string_view style =
        R"(:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:1.75rem;line-height:1.2;margin:1.5rem 0 .5rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.75rem 0 .5rem;padding-top:.9rem;border-top:1px solid #ddd}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{max-width:44rem;margin:.5rem 0}
.statement{max-width:none;margin:0;padding:.7rem .9rem;background:#fff6e5;border-left:4px solid #d98a00;font-weight:600}
.warning{padding:.6rem .9rem;background:#fdeeee;border-left:4px solid #b3261e}
.note,figcaption,small{color:#5c5c5c;font-size:.875rem;line-height:1.45}
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1.25rem 1.5rem;margin:1.25rem 0}
.headlines div{display:flex;flex-direction:column;border-top:2px solid #1a1a1a;padding-top:.5rem}
.headlines b{font-size:1.9rem;line-height:1.15;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.headlines span{font-weight:600;font-size:.95rem}
.row{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr));gap:1.25rem 2rem}
figure{margin:1rem 0;break-inside:avoid}
figure svg,figure img{display:block;width:100%;height:auto}
figure img{image-rendering:auto;border-radius:2px}
figcaption{margin-top:.4rem;max-width:44rem}
.scroll{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:100%}
th,td{padding:.32rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid #eaeaea;vertical-align:top}
td small{font-size:.78rem}
.wide{font-size:.84rem}
.wide th,.wide td{padding:.3rem .35rem}
th{font-weight:600;white-space:normal;color:#5c5c5c;border-bottom:1px solid #8a8a8a;vertical-align:bottom}
th:first-child,td:first-child{text-align:left;padding-left:0}
tr.strong td{font-weight:600}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.2rem 1.25rem;font-size:.9rem}
dt{color:#5c5c5c}
dd{margin:0;overflow-wrap:anywhere}
@media print{main{max-width:none;padding:0}body{font-size:10.5pt}h2{break-after:avoid}.scroll{overflow:visible}}
)";

    std::string title_, statement_, body_;
};

} // namespace facet::report
