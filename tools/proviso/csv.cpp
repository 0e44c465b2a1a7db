#include "tools/proviso/csv.h"

namespace proviso::tool {

void appendCsvField(std::string& out, std::string_view text) {
    // Spreadsheets take a leading sign for a formula.
    const bool formula =
        !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += formula ? "\"'" : "\"";
    for (const char letter : text) {
        if (letter == '"') {
            out += '"';
        }
        out += letter;
    }
    out += '"';
}

}  // namespace proviso::tool
