#include "compiler/check/decisions.h"

#include "compiler/check/expressions.h"
#include "compiler/check/records.h"
#include "compiler/check/templates.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <array>

namespace proviso::check {

namespace {

void declareFinding(Context& context, Symbol& symbol) {
    const auto& ast = std::get<ast::Finding>(symbol.node->item);
    constexpr std::array<std::string_view, 3> kSeverities{"violation", "warning", "notice"};
    typed::Finding finding;
    finding.name = ast.name.text;
    finding.pack = symbol.pack;
    finding.title = ast.title.text;
    finding.span = ast.name.span;
    const auto severity = std::find(kSeverities.begin(), kSeverities.end(), ast.severity.text);
    if (severity == kSeverities.end()) {
        context.report(DiagnosticKind::UnknownSeverity, ast.severity.span, {ast.severity.text})
            .help("write `violation`, `warning` or `notice`");
    } else {
        finding.severity = static_cast<typed::Severity>(severity - kSeverities.begin());
    }
    for (const ast::Slot& slot : ast.slots) {
        const bool taken = std::any_of(finding.slots.begin(),
                                       finding.slots.end(),
                                       [&](const auto& one) { return one.name == slot.name.text; });
        if (taken) {
            context.report(DiagnosticKind::DuplicateName, slot.name.span, {slot.name.text});
            continue;
        }
        const std::optional<Type> type = resolveDecisionType(context, symbol.pack, slot.type);
        if (!type) {
            return;
        }
        finding.slots.push_back({slot.name.text, *type});
    }
    if (ast.remedy) {
        finding.remedy = checkRemedy(context, symbol.pack, finding, *ast.remedy);
    }
    symbol.index = static_cast<std::uint32_t>(context.program.findings.size());
    context.program.findings.push_back(std::move(finding));
}

void checkListOutput(
    Context& context, PackId pack, const ast::Output& ast, SpaceId rows, typed::Output& output) {
    output.rows = rows;
    if (ast.fields.empty()) {
        for (const ColumnId column : context.program.spaces[rows].columns) {
            const typed::ColumnKind kind = context.program.columns[column].kind;
            const bool isShown =
                kind != typed::ColumnKind::Computed && !context.program.columns[column].isPrivate;
            if (isShown) {
                output.columns.push_back(column);
            }
        }
        return;
    }
    for (const ast::Name& name : ast.fields) {
        const std::vector<ColumnId> columns = context.columnsNamed(pack, rows, name.text);
        if (columns.size() == 1) {
            output.columns.push_back(columns.front());
            continue;
        }
        auto builder = context.report(DiagnosticKind::UnknownField,
                                      name.span,
                                      {context.program.spaces[rows].name, name.text});
        std::vector<std::string> known;
        for (const auto& [column, id] : context.spaces[rows].columns) {
            known.push_back(column);
        }
        if (const auto near = nearestName(name.text, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
    }
}

void checkOutput(Context& context, PackId pack, const ast::Output& ast) {
    const SpaceId space = resolveSpace(context, pack, ast.record);
    if (space == kNone) {
        return;
    }
    const typed::Space& owner = context.program.spaces[space];
    const bool isGroup = owner.kind == typed::SpaceKind::Group;
    const SpaceId grouped = isGroup ? context.program.groupings[owner.grouping].record : space;
    if (grouped != context.program.entry) {
        context
            .report(DiagnosticKind::BadOutput,
                    ast.name.span,
                    {ast.name.text, "a record can have several rows of `" + owner.name + "`"})
            .help("put out a list of the record or of a group of records, or a `define` of it");
        return;
    }
    for (const typed::Output& other : context.program.outputs) {
        if (other.name == ast.name.text) {
            context.report(DiagnosticKind::DuplicateName, ast.name.span, {ast.name.text})
                .label(other.span, "already an output");
            return;
        }
    }
    for (const typed::Output& other : context.program.outputs) {
        // A program counts the outcomes that are equally right for one kind of row.
        if (ast.choices && other.choices && other.space != space) {
            context
                .report(DiagnosticKind::BadOutput,
                        ast.name.span,
                        {ast.name.text, "`choices` are shown of one record or grouping alone"})
                .label(other.span,
                       "shows those of `" + context.program.spaces[other.space].name + "`");
            return;
        }
    }
    typed::Output output;
    output.name = ast.name.text;
    output.space = space;
    output.choices = ast.choices;
    output.span = ast.name.span;
    const auto [begin, end] = context.spaces[space].lists.equal_range(ast.name.text);
    for (auto place = begin; place != end; ++place) {
        if (context.names.visible(pack, context.spaces[place->second].pack)) {
            checkListOutput(context, pack, ast, place->second, output);
            context.program.outputs.push_back(std::move(output));
            return;
        }
    }
    const std::vector<ColumnId> columns = context.columnsNamed(pack, space, ast.name.text);
    if (columns.size() != 1) {
        auto builder = context.report(DiagnosticKind::UnknownField,
                                      ast.name.span,
                                      {context.program.spaces[space].name, ast.name.text});
        std::vector<std::string> known;
        for (const auto& [column, id] : context.spaces[space].columns) {
            known.push_back(column);
        }
        for (const auto& [list, id] : context.spaces[space].lists) {
            known.push_back(list);
        }
        if (const auto near = nearestName(ast.name.text, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
        return;
    }
    if (!ast.fields.empty() || ast.choices) {
        context.report(DiagnosticKind::BadOutput,
                       ast.name.span,
                       {ast.name.text, "it is one value, without fields or choices"});
        return;
    }
    output.columns = columns;
    context.program.outputs.push_back(std::move(output));
}

}  // namespace

void declareFindings(Context& context) {
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Finding)) {
        declareFinding(context, *symbol);
    }
}

void checkDecisions(Context& context) {
    for (std::uint32_t index = 0; index < context.decisions.size(); ++index) {
        const ast::Decision& ast = *context.decisions[index];
        const typed::Decision& decision = context.program.decisions[index];
        Reader reader;
        reader.words = "decision `" + ast.name.text + "`";
        reader.span = ast.name.span;
        context.readers.push_back(std::move(reader));
        Scope scope = scopeOf(context, decision.pack, decision.binder, ast.name.span);
        scope.reader = static_cast<std::uint32_t>(context.readers.size() - 1);
        ExpressionChecker checker(context, scope);
        if (ast.when) {
            context.program.decisions[index].when = checker.condition(**ast.when);
        }
        for (std::size_t need = 0; need < ast.needs.size(); ++need) {
            if (ast.needs[need].when) {
                context.program.decisions[index].needs[need].when =
                    checker.condition(**ast.needs[need].when);
            }
        }
    }
}

void checkOutputs(Context& context) {
    for (PackId pack = 0; pack < context.packs.size(); ++pack) {
        for (const ast::ItemNode& node : context.packs[pack]->items) {
            if (const auto* output = std::get_if<ast::Output>(&node.item)) {
                checkOutput(context, pack, *output);
            }
        }
    }
}

}  // namespace proviso::check
