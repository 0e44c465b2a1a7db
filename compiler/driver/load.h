#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/source.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace proviso {

/// How much of the file system one pack set may ask for.
struct LoadLimits {
    std::size_t packBytes = std::size_t{1} << 20U;
    std::size_t tableBytes = std::size_t{16} << 20U;
    std::size_t files = 10'000;
    std::size_t folderDepth = 32;
};

/// Reads the pack texts named: a file as it is, a folder with every `*.prv` below it. The result is
/// sorted by path and names each file once. What cannot be read is reported; links to folders are
/// not followed.
std::vector<SourceId> loadPackTexts(const std::vector<std::string>& paths,
                                    Sources& sources,
                                    DiagnosticSink& sink,
                                    const LoadLimits& limits = {});

/// Reads the rows of a table, `from "rows.csv"`, from the folder of the pack. Only files in that
/// folder or below it are read. Reports what is wrong at the name of the file.
std::optional<SourceId> loadTableText(SourceId pack,
                                      const ast::Text& file,
                                      Sources& sources,
                                      DiagnosticSink& sink,
                                      const LoadLimits& limits = {});

/// Reads one regular file of at most `mostBytes` bytes into `text`. The answer is empty on success,
/// otherwise the reason in a few words.
std::string readFile(const std::string& path, std::size_t mostBytes, std::string& text);

}  // namespace proviso
