#include "compiler/check/records.h"
#include "compiler/check/types.h"
#include "compiler/check/values.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>

namespace proviso::check {

namespace {

std::optional<typed::Combination> combinationOf(const ast::Decision& ast) {
    if (!ast.combinedBy) {
        return typed::Combination::ExactlyOne;
    }
    const std::string& word = ast.combinedBy->text;
    if (word == "strictest") {
        return typed::Combination::Strictest;
    }
    if (word == "union") {
        return typed::Combination::Union;
    }
    if (word == "lowest") {
        return typed::Combination::Lowest;
    }
    if (word == "highest") {
        return typed::Combination::Highest;
    }
    return std::nullopt;
}

bool fits(typed::Combination combination, Type type) {
    switch (combination) {
    case typed::Combination::Strictest:
        return type.kind == TypeKind::Step;
    case typed::Combination::Union:
        return type.kind == TypeKind::Set;
    case typed::Combination::Lowest:
    case typed::Combination::Highest:
        return isOrdered(type.kind);
    case typed::Combination::ExactlyOne:
        return type.kind != TypeKind::Step && type.kind != TypeKind::Set;
    }
    return false;
}

void declareDecision(Context& context, PackId pack, const ast::Decision& ast) {
    const SpaceId space = resolveSpace(context, pack, ast.record);
    const std::optional<Type> type = resolveDecisionType(context, pack, ast.type);
    if (space == kNone || !type) {
        return;
    }
    const std::optional<typed::Combination> combination = combinationOf(ast);
    if (!combination || !fits(*combination, *type)) {
        const std::string how = ast.combinedBy ? ast.combinedBy->text : "exactly one";
        std::string help = "amounts and dates: `lowest`, `highest` or `exactly one`";
        if (type->kind == TypeKind::Step) {
            help = "steps of a scale are combined by `strictest`";
        } else if (type->kind == TypeKind::Set) {
            help = "sets are combined by `union`";
        } else if (!isOrdered(type->kind)) {
            help = "values without an order are `exactly one`";
        }
        context
            .report(DiagnosticKind::BadCombination,
                    ast.combinedBy ? ast.combinedBy->span : ast.name.span,
                    {ast.name.text, inWords(context.program, *type), how})
            .help(help);
        return;
    }
    typed::Column column;
    column.name = ast.name.text;
    column.space = space;
    column.type = *type;
    column.kind = typed::ColumnKind::Decided;
    column.label = textOf(ast.label);
    column.decision = static_cast<std::uint32_t>(context.program.decisions.size());
    column.span = ast.name.span;
    typed::Decision decision;
    decision.name = context.names.packName(pack) + "." + ast.name.text;
    decision.column = context.addColumn(std::move(column), pack);
    decision.pack = pack;
    decision.label = textOf(ast.label);
    decision.combination = *combination;
    decision.binder = context.addBinder(context.program.spaces[space].name, space);
    decision.span = ast.name.span;
    for (const ast::Decision::Need& need : ast.needs) {
        const auto& layers = context.program.layers;
        const auto known = std::find_if(layers.begin(), layers.end(), [&](const auto& layer) {
            return layer.name == need.layer.text;
        });
        if (known == layers.end()) {
            std::vector<std::string> names;
            for (const typed::Layer& layer : layers) {
                names.push_back(layer.name);
            }
            auto builder =
                context.report(DiagnosticKind::UnknownLayer, need.layer.span, {need.layer.text});
            if (const auto near = nearestName(need.layer.text, names)) {
                builder.help("did you mean `" + std::string(*near) + "`?");
            }
        }
        decision.needs.push_back({need.layer.text, kNone});
    }
    context.program.decisions.push_back(std::move(decision));
    context.decisions.push_back(&ast);
}

void declareDefinition(Context& context, PackId pack, const ast::Define& ast) {
    const SpaceId space = resolveSpace(context, pack, ast.record);
    std::optional<Type> type;
    if (ast.type) {
        type = resolveValueType(context, pack, *ast.type);
        if (!type) {
            return;
        }
    }
    if (space == kNone) {
        return;
    }
    typed::Column column;
    column.name = ast.name.text;
    column.space = space;
    column.type = type.value_or(Type{});
    column.kind = typed::ColumnKind::Computed;
    column.label = textOf(ast.label);
    column.definition = static_cast<std::uint32_t>(context.program.definitions.size());
    column.span = ast.name.span;
    typed::Definition definition;
    definition.column = context.addColumn(std::move(column), pack);
    context.columns[definition.column].typeKnown = type.has_value();
    definition.pack = pack;
    definition.binder = context.addBinder(context.program.spaces[space].name, space);
    definition.sources = sourcesOf(ast.sources);
    definition.span = ast.name.span;
    context.program.definitions.push_back(std::move(definition));
    context.definitions.push_back({&ast, type.has_value(), Progress::Waiting});
}

/// A row of `one per instant` says when it begins and ends.
void declareInstant(Context& context, std::uint32_t index) {
    const ast::Collect& ast = *context.collects[index].ast;
    const SpaceId space = context.program.collects[index].space;
    const auto add = [&](const char* name, const ast::ExpressionPtr& written) {
        typed::Column column;
        column.name = name;
        column.space = space;
        column.type = {TypeKind::Minutes};
        column.kind = typed::ColumnKind::Instant;
        column.span = written->span;
        return context.addColumn(std::move(column), context.spaces[space].pack);
    };
    const ColumnId start = add("start", ast.onePer.front());
    const ColumnId finish = add("finish", ast.onePer.back());
    context.program.collects[index].start = start;
    context.program.collects[index].finish = finish;
}

void declareCollectedFields(Context& context, std::uint32_t index) {
    const ast::Collect& ast = *context.collects[index].ast;
    const SpaceId space = context.program.collects[index].space;
    std::vector<std::string> known;
    if (ast.onePerInstant) {
        declareInstant(context, index);
    }
    for (const ast::Collect::Row& row : ast.rows) {
        for (const ast::Collect::RowField& field : row.fields) {
            if (std::find(known.begin(), known.end(), field.name.text) != known.end()) {
                continue;
            }
            known.push_back(field.name.text);
            typed::Column column;
            column.name = field.name.text;
            column.space = space;
            column.kind = typed::ColumnKind::Collected;
            column.span = field.name.span;
            const ColumnId id = context.addColumn(std::move(column), context.spaces[space].pack);
            context.columns[id].typeKnown = false;
            context.program.collects[index].fields.push_back(id);
        }
    }
    for (const ast::Name& name : ast.order) {
        const auto place = std::find(known.begin(), known.end(), name.text);
        if (ast.onePerInstant && (name.text == "start" || name.text == "finish")) {
            typed::Collect& collect = context.program.collects[index];
            collect.order.push_back(name.text == "start" ? collect.start : collect.finish);
            continue;
        }
        if (place == known.end()) {
            auto builder =
                context.report(DiagnosticKind::UnknownField, name.span, {ast.name.text, name.text});
            if (const auto near = nearestName(name.text, known)) {
                builder.help("did you mean `" + std::string(*near) + "`?");
            }
            continue;
        }
        typed::Collect& collect = context.program.collects[index];
        collect.order.push_back(collect.fields[static_cast<std::size_t>(place - known.begin())]);
    }
}

/// One namespace a record: fields, lists, definitions and decisions that one pack sees have
/// different names.
void checkMemberNames(Context& context, SpaceId space) {
    struct Member {
        std::string name;
        PackId pack;
        Span span;
    };
    std::vector<Member> members;
    for (const ColumnId column : context.program.spaces[space].columns) {
        const typed::Column& one = context.program.columns[column];
        members.push_back({one.name, context.columns[column].pack, one.span});
    }
    for (const auto& [name, list] : context.spaces[space].lists) {
        members.push_back({name, context.spaces[list].pack, context.program.spaces[list].span});
    }
    std::stable_sort(members.begin(), members.end(), [](const Member& a, const Member& b) {
        return a.name != b.name ? a.name < b.name : a.pack < b.pack;
    });
    for (std::size_t index = 1; index < members.size(); ++index) {
        const Member* a = &members[index - 1];
        const Member* b = &members[index];
        if (a->name != b->name) {
            continue;
        }
        if (a->pack != b->pack && context.names.visible(a->pack, b->pack)) {
            std::swap(a, b);
        }
        if (context.names.visible(b->pack, a->pack)) {
            context.report(DiagnosticKind::DuplicateName, b->span, {b->name})
                .label(a->span, "the record has a member of this name")
                .help("give one of them another name");
        }
    }
}

}  // namespace

void checkAbsentMeanings(Context& context) {
    for (const auto& [column, expression] : context.absentMeanings) {
        const Type type = context.program.columns[column].type;
        const auto value = checkConstant(context, context.columns[column].pack, *expression, type);
        if (value) {
            const ExprId id = context.constant(type, *value, expression->span);
            context.program.columns[column].absentMeans = id;
        }
    }
}

void declareMembers(Context& context) {
    if (context.program.entry == kNone) {
        return;
    }
    for (std::uint32_t index = 0; index < context.collects.size(); ++index) {
        declareCollectedFields(context, index);
    }
    for (PackId pack = 0; pack < context.packs.size(); ++pack) {
        for (const ast::ItemNode& node : context.packs[pack]->items) {
            if (const auto* decision = std::get_if<ast::Decision>(&node.item)) {
                declareDecision(context, pack, *decision);
            } else if (const auto* define = std::get_if<ast::Define>(&node.item)) {
                declareDefinition(context, pack, *define);
            }
        }
    }
    resolveGroupings(context);
    for (SpaceId space = 0; space < context.program.spaces.size(); ++space) {
        checkMemberNames(context, space);
    }
}

}  // namespace proviso::check
