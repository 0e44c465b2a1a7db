#include "compiler/driver/compile.h"

#include "compiler/analysis/analyse.h"
#include "compiler/analysis/lint.h"
#include "compiler/driver/load.h"
#include "compiler/lowering/lower.h"
#include "compiler/parser/parser.h"
#include "runtime/base/check.h"
#include "runtime/bytecode/verifier.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <variant>

namespace proviso {

namespace {

/// Where the rows of tables come from that stand in files of their own.
enum class Tables : std::uint8_t {
    OnDisk,  ///< beside their packs
    Given,   ///< with the texts; there are no others
};

void loadTables(CompiledSet& set, Tables tables) {
    for (const ast::Pack& pack : set.packs) {
        for (const ast::ItemNode& node : pack.items) {
            const auto* table = std::get_if<ast::Table>(&node.item);
            if (table == nullptr || !table->file) {
                continue;
            }
            if (set.tableFiles.find(pack.source, table->file->text).isValid()) {
                continue;
            }
            if (tables == Tables::Given) {
                set.sink.report(DiagnosticKind::FileUnreadable,
                                table->file->span,
                                {table->file->text, "it is not among the texts given"});
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

/// Adds the time from its making to its end.
class Stopwatch {
  public:
    explicit Stopwatch(std::int64_t& microseconds) : microseconds_(microseconds) {}
    ~Stopwatch() {
        microseconds_ += std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - began_)
                             .count();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

  private:
    std::int64_t& microseconds_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The tree of a pack that says what it said in a former set, at the same place: spans name the
/// place. Nothing where there is none, or where there were mistakes to tell of.
ast::Pack* formerPack(const CompiledSet& set, SourceId source, CompiledSet* former) {
    if (former == nullptr || former->sources.path(source) != set.sources.path(source) ||
        former->sources.text(source) != set.sources.text(source) ||
        std::count(former->broken.begin(), former->broken.end(), source) != 0) {
        return nullptr;
    }
    const auto pack = std::find_if(former->packs.begin(),
                                   former->packs.end(),
                                   [&](const ast::Pack& each) { return each.source == source; });
    return pack == former->packs.end() ? nullptr : &*pack;
}

void parse(CompiledSet& set, CompiledSet* former) {
    const Stopwatch stopwatch(set.times.parse);
    for (const SourceId source : set.packTexts) {
        if (ast::Pack* same = formerPack(set, source, former)) {
            set.packs.push_back(std::move(*same));
            continue;
        }
        const std::size_t errorsBefore = set.sink.errorCount();
        std::optional<ast::Pack> pack = parsePack(set.sources, source, set.sink);
        if (set.sink.errorCount() != errorsBefore) {
            set.broken.push_back(source);
        }
        if (pack) {
            set.packs.push_back(std::move(*pack));
        }
    }
}

void check(CompiledSet& set, Tables tables) {
    const Stopwatch stopwatch(set.times.check);
    // A table that is not there would be reported once more by the checker, and what it lacks along
    // with it.
    const std::size_t errorsBefore = set.sink.errorCount();
    loadTables(set, tables);
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
    std::shared_ptr<bytecode::Program> program;
    {
        const Stopwatch stopwatch(set.times.lower);
        program = std::make_shared<bytecode::Program>(lower(typed, set.sources));
    }
    const Stopwatch stopwatch(set.times.verify);
    const Result<void> verified = bytecode::verify(*program);
    if (!verified) {
        // Whatever analysis accepts must lower to a program that verifies.
        throw InternalError("bytecode does not verify: " + verified.error().message + " (" +
                            verified.error().context + ")");
    }
    set.program = std::move(program);
}

void compile(CompiledSet& set,
             CompileGoal goal,
             CompiledSet* former = nullptr,
             Tables tables = Tables::OnDisk) {
    parse(set, former);
    // Whoever mends a mistake of spelling wants to hear of it alone: names that a broken pack
    // declares would be missing everywhere else.
    if (goal == CompileGoal::Parsed || set.sink.hasErrors() || set.packs.empty()) {
        return;
    }
    check(set, tables);
    if (goal == CompileGoal::Lowered && set.typed && !set.sink.hasErrors()) {
        lowerAndVerify(set, *set.typed);
    }
}

}  // namespace

std::unique_ptr<CompiledSet> compilePaths(const std::vector<std::string>& paths, CompileGoal goal) {
    return compilePathsAgain(paths, goal, nullptr);
}

std::unique_ptr<CompiledSet> compilePathsAgain(const std::vector<std::string>& paths,
                                               CompileGoal goal,
                                               std::unique_ptr<CompiledSet> former) {
    auto set = std::make_unique<CompiledSet>();
    {
        const Stopwatch stopwatch(set->times.read);
        set->packTexts = loadPackTexts(paths, set->sources, set->sink);
    }
    compile(*set, goal, former.get());
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

std::unique_ptr<CompiledSet> compileWholeTexts(const std::vector<TextsOfPack>& packs,
                                               CompileGoal goal) {
    auto set = std::make_unique<CompiledSet>();
    for (const TextsOfPack& pack : packs) {
        set->packTexts.push_back(set->sources.add(pack.path, pack.text));
    }
    for (std::size_t index = 0; index < packs.size(); ++index) {
        const std::filesystem::path folder = std::filesystem::path(packs[index].path).parent_path();
        for (const auto& [name, text] : packs[index].tables) {
            const std::string path = (folder / name).lexically_normal().string();
            set->tableFiles.add(set->packTexts[index], name, set->sources.add(path, text));
        }
    }
    compile(*set, goal, nullptr, Tables::Given);
    return set;
}

}  // namespace proviso
