#include "compiler/check/records.h"
#include "compiler/check/types.h"

#include <algorithm>

namespace proviso::check {

namespace {

void dateGrouping(Context& context,
                  const Symbol& symbol,
                  const ast::Grouping& ast,
                  SpaceId space,
                  const std::vector<ColumnId>& keys) {
    const ColumnId entryDate = context.program.spaces[context.program.entry].governingDate;
    ColumnId wanted = entryDate;
    if (ast.datedBy) {
        wanted = storedColumn(context, symbol.pack, context.program.entry, *ast.datedBy);
        const bool isKey = std::find(keys.begin(), keys.end(), wanted) != keys.end();
        if (wanted != kNone && !isKey) {
            context
                .report(DiagnosticKind::BadGroupingDate,
                        ast.datedBy->span,
                        {ast.name.text, ast.datedBy->text, "it differs inside a group"})
                .help("a group is dated by one of its keys");
            return;
        }
        if (wanted != kNone && context.program.columns[wanted].type.kind != TypeKind::Date) {
            context.report(DiagnosticKind::BadGroupingDate,
                           ast.datedBy->span,
                           {ast.name.text, ast.datedBy->text, "it is not a date"});
            return;
        }
    }
    for (std::size_t index = 0; index < keys.size(); ++index) {
        if (keys[index] == wanted && wanted != kNone) {
            typed::Space& group = context.program.spaces[space];
            group.governingDate = group.columns[index];
        }
    }
}

void declareGrouping(Context& context, Symbol& symbol) {
    const auto& ast = std::get<ast::Grouping>(symbol.node->item);
    const SpaceId record = resolveSpace(context, symbol.pack, ast.record);
    if (record == kNone) {
        return;
    }
    if (record != context.program.entry) {
        context.report(
            DiagnosticKind::WrongKindOfName,
            ast.record.span,
            {ast.record.text, "not the record that comes in", "what groupings are made of"});
        return;
    }
    typed::Grouping grouping;
    grouping.record = record;
    grouping.complete = ast.complete;
    std::vector<std::pair<ColumnId, Span>> keys;
    for (const ast::Name& name : ast.keys) {
        const ColumnId column = storedColumn(context, symbol.pack, record, name);
        if (column == kNone) {
            continue;
        }
        const typed::Column& key = context.program.columns[column];
        if (key.canBeUnknown) {
            context
                .report(DiagnosticKind::BadGroupingKey,
                        name.span,
                        {name.text, "where it is absent, the row would belong nowhere"})
                .label(key.span, "declared `optional` here")
                .help("a key is a required field, or one whose absence has a meaning");
            continue;
        }
        if (std::find(grouping.keys.begin(), grouping.keys.end(), column) != grouping.keys.end()) {
            context.report(DiagnosticKind::DuplicateName, name.span, {name.text});
            continue;
        }
        grouping.keys.push_back(column);
        keys.emplace_back(column, name.span);
    }
    for (const ast::Name& name : ast.order) {
        const ColumnId column = storedColumn(context, symbol.pack, record, name);
        if (column != kNone) {
            grouping.order.push_back(column);
        }
    }
    typed::Space space;
    space.name = symbol.name;
    space.kind = typed::SpaceKind::Group;
    space.grouping = static_cast<std::uint32_t>(context.program.groupings.size());
    space.span = symbol.span;
    SpaceInfo info;
    info.pack = symbol.pack;
    const SpaceId id = context.addSpace(std::move(space), std::move(info));
    symbol.index = id;
    for (const auto& [key, span] : keys) {
        typed::Column column = context.program.columns[key];
        column.space = id;
        column.field = kNone;
        column.isKey = true;
        column.required = true;
        column.canBeUnknown = false;
        column.absentMeans = kNone;
        column.span = span;
        context.addColumn(std::move(column), symbol.pack);
    }
    grouping.space = id;
    grouping.membership = context.addLink(typed::Link::Kind::Group, record, id);
    dateGrouping(context, symbol, ast, id, grouping.keys);
    context.program.groupings.push_back(std::move(grouping));
}

void declareCollect(Context& context, Symbol& symbol, SpaceId parent) {
    const auto& ast = std::get<ast::Collect>(symbol.node->item);
    typed::Collect collect;
    collect.parent = parent;
    collect.span = ast.name.span;
    typed::Space space;
    space.name = symbol.name;
    space.listName = symbol.name + "s";
    space.kind = typed::SpaceKind::Collected;
    space.parent = parent;
    space.atMost = ast.atMost;
    space.collect = static_cast<std::uint32_t>(context.program.collects.size());
    space.span = symbol.span;
    SpaceInfo info;
    info.pack = symbol.pack;
    info.collect = &ast;
    const SpaceId id = context.addSpace(std::move(space), std::move(info));
    symbol.index = id;
    collect.space = id;
    context.program.collects.push_back(std::move(collect));
    context.collects.push_back({&ast, Progress::Waiting, Progress::Waiting});
    if (ast.sources.empty()) {
        context
            .report(DiagnosticKind::MissingSource,
                    symbol.span,
                    {"collected record `" + symbol.name + "`"})
            .help("add `source \"...\"` after its name");
    }
}

}  // namespace

void declareGroupings(Context& context) {
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Grouping)) {
        declareGrouping(context, *symbol);
    }
}

void declareCollects(Context& context) {
    std::vector<Symbol*> waiting = context.symbolsInOrder(SymbolKind::Collect);
    bool moved = true;
    while (moved && !waiting.empty()) {
        moved = false;
        std::vector<Symbol*> later;
        for (Symbol* symbol : waiting) {
            const auto& ast = std::get<ast::Collect>(symbol->node->item);
            const auto found =
                context.names.find(symbol->pack, ast.parent.text, {SymbolKind::Collect});
            const bool mustWait = found.size() == 1 && found.front()->index == kNone;
            if (mustWait) {
                later.push_back(symbol);
                continue;
            }
            moved = true;
            const SpaceId parent = resolveSpace(context, symbol->pack, ast.parent);
            if (parent != kNone) {
                declareCollect(context, *symbol, parent);
            }
        }
        waiting = std::move(later);
    }
    for (const Symbol* symbol : waiting) {
        // Where the parent itself was reported, nothing more is said.
        const auto& ast = std::get<ast::Collect>(symbol->node->item);
        if (ast.parent.text == symbol->name) {
            context.report(DiagnosticKind::BadCollect,
                           ast.parent.span,
                           {symbol->name, "it cannot be collected of itself"});
        } else if (!context.sink.hasErrors()) {
            context.report(DiagnosticKind::BadCollect,
                           ast.parent.span,
                           {symbol->name, "it contains what it is collected of"});
        }
    }
}

}  // namespace proviso::check
