#include "compiler/driver/compile.h"

#include "compiler/analysis/analyse.h"
#include "compiler/analysis/lint.h"
#include "compiler/driver/load.h"
#include "compiler/lowering/lower.h"
#include "compiler/parser/parser.h"
#include "runtime/base/check.h"
#include "runtime/bytecode/verifier.h"

#include <variant>

namespace proviso {

namespace {

void loadTables(CompiledSet& set) {
    for (const ast::Pack& pack : set.packs) {
        for (const ast::ItemNode& node : pack.items) {
            const auto* table = std::get_if<ast::Table>(&node.item);
            if (table == nullptr || !table->file) {
                continue;
            }
            if (set.tableFiles.find(pack.source, table->file->text).isValid()) {
                continue;
            }
            const std::optional<SourceId> text =
                loadTableText(pack.source, *table->file, set.sources, set.sink);
            if (text) {
                set.tableFiles.add(pack.source, table->file->text, *text);
            }
        }
    }
}

void parse(CompiledSet& set) {
    for (const SourceId source : set.packTexts) {
        if (std::optional<ast::Pack> pack = parsePack(set.sources, source, set.sink)) {
            set.packs.push_back(std::move(*pack));
        }
    }
}

void check(CompiledSet& set) {
    // A table that is not there would be reported once more by the checker, and what it lacks along
    // with it.
    const std::size_t errorsBefore = set.sink.errorCount();
    loadTables(set);
    if (set.sink.errorCount() != errorsBefore) {
        return;
    }
    std::optional<typed::Program> program =
        checkPackSet(set.packs, set.sources, set.tableFiles, set.sink);
    if (!program || !analyse(*program, set.sources, set.sink)) {
        return;
    }
    lint(set.packs, *program, set.sink);
    set.typed = std::move(program);
}

void lowerAndVerify(CompiledSet& set, const typed::Program& typed) {
    if (typed.entry == typed::kNone) {
        set.sink
            .report(
                DiagnosticKind::NoEntryRecord, set.packs.front().name.span, {"none is declared"})
            .help("load the pack that declares the records as well");
        return;
    }
    auto program = std::make_shared<bytecode::Program>(lower(typed, set.sources));
    const Result<void> verified = bytecode::verify(*program);
    if (!verified) {
        // Whatever analysis accepts must lower to a program that verifies.
        throw InternalError("bytecode does not verify: " + verified.error().message + " (" +
                            verified.error().context + ")");
    }
    set.program = std::move(program);
}

void compile(CompiledSet& set, CompileGoal goal) {
    parse(set);
    // Whoever mends a mistake of spelling wants to hear of it alone: names that a broken pack
    // declares would be missing everywhere else.
    if (goal == CompileGoal::Parsed || set.sink.hasErrors() || set.packs.empty()) {
        return;
    }
    check(set);
    if (goal == CompileGoal::Lowered && set.typed && !set.sink.hasErrors()) {
        lowerAndVerify(set, *set.typed);
    }
}

}  // namespace

std::unique_ptr<CompiledSet> compilePaths(const std::vector<std::string>& paths, CompileGoal goal) {
    auto set = std::make_unique<CompiledSet>();
    set->packTexts = loadPackTexts(paths, set->sources, set->sink);
    compile(*set, goal);
    return set;
}

std::unique_ptr<CompiledSet>
compileTexts(const std::vector<std::pair<std::string, std::string>>& texts, CompileGoal goal) {
    auto set = std::make_unique<CompiledSet>();
    for (const auto& [path, text] : texts) {
        set->packTexts.push_back(set->sources.add(path, text));
    }
    compile(*set, goal);
    return set;
}

}  // namespace proviso
