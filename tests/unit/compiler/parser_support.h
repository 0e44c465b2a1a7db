#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/parser.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the tests of the parser and the formatter share.
namespace proviso::test {

inline std::filesystem::path projectPath(const std::string& path) {
    return std::filesystem::path(PROVISO_ROOT) / path;
}

inline std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Every pack of the tree that is meant to be read, by path.
inline std::vector<std::filesystem::path> allPacks() {
    std::vector<std::filesystem::path> packs;
    for (const char* folder : {"stdlib-rules", "examples", "tests/golden/surface"}) {
        if (!std::filesystem::exists(projectPath(folder))) {
            continue;
        }
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(projectPath(folder))) {
            if (entry.path().extension() == ".prv") {
                packs.push_back(entry.path());
            }
        }
    }
    std::sort(packs.begin(), packs.end());
    return packs;
}

/// One text read as a pack, with all that was said about it.
struct Parsed {
    explicit Parsed(std::string text, const ParseLimits& limits = {})
        : id(sources.add("test.prv", std::move(text))), pack(parsePack(sources, id, sink, limits)) {
    }

    /// The codes of the messages in the order of the text, joined by spaces.
    [[nodiscard]] std::string codes() const {
        std::string result;
        for (const Diagnostic& diagnostic : sink.sorted(sources)) {
            result += (result.empty() ? "" : " ") + std::string(diagnostic.code());
        }
        return result;
    }
    /// The messages with the text they point at: "E0105 `2025-1-1`: ...".
    [[nodiscard]] std::string messages() const {
        std::string result;
        for (const Diagnostic& diagnostic : sink.sorted(sources)) {
            result += std::string(diagnostic.code()) + " `" +
                      std::string(sources.text(diagnostic.span)) + "`: " + diagnostic.message() +
                      (diagnostic.help.empty() ? "" : " (" + diagnostic.help + ")") + "\n";
        }
        return result;
    }

    Sources sources;
    DiagnosticSink sink;
    SourceId id;
    std::optional<ast::Pack> pack;
};

}  // namespace proviso::test
