#include "compiler/check/records.h"
#include "compiler/check/types.h"

#include <algorithm>

namespace proviso::check {

namespace {

/// The rows that a grouping's name stands for; its keys come later, when definitions are known.
void declareGrouping(Context& context, Symbol& symbol) {
    const auto& ast = std::get<ast::Grouping>(symbol.node->item);
    if (context.names.resolve(symbol.pack,
                              ast.record.text,
                              ast.record.span,
                              {SymbolKind::Record},
                              "a record that comes in") == nullptr) {
        return;
    }
    const SpaceId record = resolveSpace(context, symbol.pack, ast.record);
    if (record == kNone) {
        return;
    }
    typed::Grouping grouping;
    grouping.record = record;
    grouping.complete = ast.complete;
    grouping.span = symbol.span;
    typed::Space space;
    space.name = symbol.name;
    space.kind = typed::SpaceKind::Group;
    space.grouping = static_cast<std::uint32_t>(context.program.groupings.size());
    space.span = symbol.span;
    SpaceInfo info;
    info.pack = symbol.pack;
    const SpaceId id = context.addSpace(std::move(space), std::move(info));
    symbol.index = id;
    grouping.space = id;
    grouping.membership = context.addLink(typed::Link::Kind::Group, record, id);
    context.program.groupings.push_back(std::move(grouping));
    context.groupings.push_back(&ast);
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
