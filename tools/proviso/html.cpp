#include "tools/proviso/html.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

namespace proviso::tool {

namespace {

constexpr std::string_view kStyle = R"(
:root { --ink: #1d2733; --soft: #5b6776; --line: #d5dbe2; --pale: #f4f6f8; --accent: #1f4e79;
  --more: #9a3412; --less: #166534; }
* { box-sizing: border-box; }
html { background: #e9edf1; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 3rem 3rem; background: #fff;
  color: var(--ink); font: 15px/1.5 "Segoe UI", "Helvetica Neue", Helvetica, Arial,
  "Liberation Sans", sans-serif; }
header { border-bottom: 3px solid var(--accent); padding-bottom: 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; font-weight: 600; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; color: var(--accent);
  border-bottom: 1px solid var(--line); font-weight: 600; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; font-weight: 600; }
h4 { font-size: .9rem; margin: .9rem 0 .3rem; font-weight: 600; }
p { margin: .4rem 0; }
.sub, .soft { color: var(--soft); }
.small { font-size: .85rem; }
code, .mono, pre { font-family: "Cascadia Mono", Consolas, Menlo, "DejaVu Sans Mono",
  "Liberation Mono", monospace; font-size: .82rem; overflow-wrap: anywhere; }
pre { background: var(--pale); border: 1px solid var(--line); border-left: 3px solid var(--accent);
  padding: .7rem .9rem; white-space: pre-wrap; line-height: 1.45; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .88rem; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 2px solid var(--line);
  padding: .3rem .8rem .3rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; vertical-align: top;
  overflow-wrap: anywhere; }
th.n, td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
  overflow-wrap: normal; }
.figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.figure { flex: 1 1 11rem; border: 1px solid var(--line); border-top: 3px solid var(--accent);
  padding: .7rem .9rem; }
.figure b { display: block; font-size: 1.5rem; line-height: 1.2; font-weight: 600; }
.figure span { color: var(--soft); font-size: .85rem; }
table.whatif th:first-child { width: 22%; }
table.whatif td:nth-child(2):not(:last-child), table.whatif td:nth-child(3):not(:last-child) {
  width: 14%; }
.more { color: var(--more); } .less { color: var(--less); }
.tag { display: inline-block; font-size: .75rem; padding: 0 .45rem; border: 1px solid currentColor;
  border-radius: .6rem; margin-right: .35rem; white-space: nowrap; }
.box { border: 1px solid var(--line); padding: .2rem 1rem .7rem; margin: .9rem 0; }
ul.tree { list-style: none; margin: .3rem 0; padding-left: 1.1rem; border-left: 1px solid
  var(--line); }
ul.tree li { margin: .2rem 0; }
.val { font-weight: 600; }
dl { display: grid; grid-template-columns: 12rem 1fr; gap: .25rem 1rem; margin: .6rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: .8rem; }
@media print {
  @page { margin: 16mm 15mm; }
  html { background: #fff; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2, h3, h4 { break-after: avoid; }
  .figure { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
}
)";

/// Bytes of the character at `place`, 0 where there is none.
std::size_t lengthAt(std::string_view text, std::size_t place) {
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const unsigned first = byte(place);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
    for (std::size_t index = 1; index < size; ++index) {
        if ((byte(place + index) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned second = byte(place + 1);
    const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return bad ? 0 : size;
}

}  // namespace

std::string html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t place = 0; place < text.size();) {
        const std::size_t length = lengthAt(text, place);
        const char letter = text[place];
        if (length == 0) {
            out += '?';
            ++place;
            continue;
        }
        if (length > 1) {
            const std::string_view whole = text.substr(place, length);
            // C1 controls, and what turns the direction of the text around it.
            const bool control =
                (whole[0] == '\xC2' && static_cast<unsigned char>(whole[1]) < 0xA0);
            const bool turns = (whole >= "\xE2\x80\xAA" && whole <= "\xE2\x80\xAE") ||
                               (whole >= "\xE2\x81\xA6" && whole <= "\xE2\x81\xA9") ||
                               whole == "\xE2\x80\x8E" || whole == "\xE2\x80\x8F";
            out += control || turns ? std::string_view("?") : whole;
            place += length;
            continue;
        }
        ++place;
        switch (letter) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default: {
            const auto byte = static_cast<unsigned char>(letter);
            out += (byte < 0x20 && letter != '\n' && letter != '\t') || byte == 0x7F ? ' ' : letter;
        }
        }
    }
    return out;
}

std::string pageBegin(std::string_view title, std::string_view subtitle) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Nothing may be loaded or run, whatever a text in the page says.
    out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'\">\n";
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
    out += html(title);
    out += "</title>\n<style>";
    out += kStyle;
    out += "</style>\n</head>\n<body>\n<header>\n<h1>" + html(title) + "</h1>\n<div class=\"sub\">";
    out += html(subtitle);
    return out + "</div>\n</header>\n<main>\n";
}

std::string pageEnd(std::string_view foot) {
    return "</main>\n<footer>" + html(foot) + "</footer>\n</body>\n</html>\n";
}

std::string writePage(const std::string& path, std::string_view page) {
    const std::string beside = path + ".writing";
    errno = 0;
    {
        std::ofstream file(beside, std::ios::binary | std::ios::trunc);
        file << page;
        file.flush();
        if (!file) {
            const int reason = errno;
            std::remove(beside.c_str());
            return reason == 0 ? "it cannot be written"
                               : std::error_code(reason, std::generic_category()).message();
        }
    }
    if (std::rename(beside.c_str(), path.c_str()) != 0) {
        const int reason = errno;
        std::remove(beside.c_str());
        return std::error_code(reason, std::generic_category()).message();
    }
    return "";
}

}  // namespace proviso::tool
