#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/// The fenced blocks of a Markdown page, for tests that run them.
namespace proviso::docs {

struct Example {
    std::string info;  ///< what stands after the fence: `proviso`, `proviso error E0501`
    std::string text;
    std::size_t line = 0;
};

inline std::string readText(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::vector<Example> examplesOf(const std::string& page) {
    std::vector<Example> examples;
    std::istringstream lines(page);
    std::string line;
    bool inside = false;
    std::size_t number = 0;
    while (std::getline(lines, line)) {
        ++number;
        if (line.rfind("```", 0) == 0) {
            inside = !inside;
            if (inside) {
                examples.push_back({line.substr(3), {}, number});
            }
        } else if (inside) {
            examples.back().text += line + '\n';
        }
    }
    return examples;
}

inline std::string rendered(const CompiledSet& set) {
    return renderText(set.sink.sorted(set.sources), set.sources, {});
}

/// The codes of everything that was said, in the order of the text.
inline std::vector<std::string> codesOf(const CompiledSet& set) {
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : set.sink.sorted(set.sources)) {
        codes.emplace_back(diagnostic.code());
    }
    return codes;
}

}  // namespace proviso::docs
