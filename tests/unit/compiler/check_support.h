#pragma once

#include "compiler/check/check.h"
#include "compiler/parser/parser.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::test {

/// A pack set checked from text. Files begin with lines `-- file: NAME`; without one, the text is
/// one pack. Files whose names end in .csv are table files of every pack.
struct Checked {
    Sources sources;
    DiagnosticSink sink;
    std::optional<typed::Program> program;

    [[nodiscard]] std::vector<std::string> codes() const {
        std::vector<std::string> result;
        for (const Diagnostic& diagnostic : sink.sorted(sources)) {
            result.emplace_back(diagnostic.code());
        }
        return result;
    }
};

struct NamedText {
    std::string name;
    std::string text;
};

inline std::vector<NamedText> splitFiles(std::string_view text) {
    constexpr std::string_view kMark = "-- file: ";
    std::vector<NamedText> files{{"pack.prv", ""}};
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.substr(0, kMark.size()) == kMark) {
            files.push_back({std::string(line.substr(kMark.size())), ""});
        } else {
            files.back().text += std::string(line) + "\n";
        }
    }
    const bool onlyComments = files.front().text.find("pack ") == std::string::npos;
    if (onlyComments) {
        files.erase(files.begin());
    }
    return files;
}

/// `reversed` gives the packs in the opposite order, which must not matter.
inline Checked checkText(std::string_view text, bool reversed = false) {
    Checked result;
    std::vector<ast::Pack> packs;
    std::vector<std::pair<std::string, SourceId>> tables;
    std::vector<NamedText> files = splitFiles(text);
    if (reversed) {
        files = {files.rbegin(), files.rend()};
    }
    for (NamedText& file : files) {
        const SourceId id = result.sources.add(file.name, std::move(file.text));
        if (file.name.size() > 4 && file.name.substr(file.name.size() - 4) == ".csv") {
            tables.emplace_back(file.name, id);
            continue;
        }
        if (auto pack = parsePack(result.sources, id, result.sink)) {
            packs.push_back(std::move(*pack));
        }
    }
    TableFiles tableFiles;
    for (const ast::Pack& pack : packs) {
        for (const auto& [name, id] : tables) {
            tableFiles.add(pack.source, name, id);
        }
    }
    result.program = checkPackSet(packs, result.sources, tableFiles, result.sink);
    return result;
}

}  // namespace proviso::test
