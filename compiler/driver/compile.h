#pragma once

#include "compiler/ast/ast.h"
#include "compiler/check/check.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/source.h"
#include "compiler/typed/program.h"
#include "runtime/bytecode/program.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proviso {

/// Of the language; raised whenever packs may say what a former compiler does not read, or reads
/// otherwise.
inline constexpr std::uint32_t kLanguageVersion = 1;

/// How long stages took, in microseconds.
struct StageTimes {
    std::int64_t read = 0;
    std::int64_t parse = 0;
    std::int64_t check = 0;  ///< with the reading of tables, and analysis
    std::int64_t lower = 0;
    std::int64_t verify = 0;
};

/// A pack set on its way from text to bytecode, with everything that was said about it. A stage
/// that found errors leaves what comes after it empty.
struct CompiledSet {
    Sources sources;
    DiagnosticSink sink;
    std::vector<SourceId> packTexts;  ///< by path
    std::vector<ast::Pack> packs;     ///< those that could be read
    std::vector<SourceId> broken;     ///< those of them in which there are mistakes
    TableFiles tableFiles;
    std::optional<typed::Program> typed;               ///< checked and analysed
    std::shared_ptr<const bytecode::Program> program;  ///< verified
    StageTimes times;
};

/// How far to go.
enum class CompileGoal : std::uint8_t {
    Parsed,   ///< `packs`
    Checked,  ///< `typed`
    Lowered,  ///< `program`
};

/// Compiles the packs below the paths (see loadPackTexts). Mistakes of the packs' authors are in
/// `sink`; a mistake of ours throws InternalError.
std::unique_ptr<CompiledSet> compilePaths(const std::vector<std::string>& paths, CompileGoal goal);

/// The same, for packs of which few changed: the trees of those that stand where they stood in
/// `former` and say the same are taken from it. What was warned of in those is not warned of again.
std::unique_ptr<CompiledSet> compilePathsAgain(const std::vector<std::string>& paths,
                                               CompileGoal goal,
                                               std::unique_ptr<CompiledSet> former);

/// The same for texts in memory: path and text. Tables come from files beside the paths.
std::unique_ptr<CompiledSet>
compileTexts(const std::vector<std::pair<std::string, std::string>>& texts, CompileGoal goal);

/// A pack in memory, with the tables that it takes from files, by the names it gives them.
struct TextsOfPack {
    std::string path;
    std::string text;
    std::vector<std::pair<std::string, std::string>> tables;
};
/// The same for texts that are whole: no file is read.
std::unique_ptr<CompiledSet> compileWholeTexts(const std::vector<TextsOfPack>& packs,
                                               CompileGoal goal);

}  // namespace proviso
