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

/// A pack set on its way from text to bytecode, with everything that was said about it. A stage
/// that found errors leaves what comes after it empty.
struct CompiledSet {
    Sources sources;
    DiagnosticSink sink;
    std::vector<SourceId> packTexts;  ///< by path
    std::vector<ast::Pack> packs;     ///< those that could be read without a mistake
    TableFiles tableFiles;
    std::optional<typed::Program> typed;               ///< checked and analysed
    std::shared_ptr<const bytecode::Program> program;  ///< verified
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

/// The same for texts in memory: path and text. Tables come from files beside the paths.
std::unique_ptr<CompiledSet>
compileTexts(const std::vector<std::pair<std::string, std::string>>& texts, CompileGoal goal);

}  // namespace proviso
