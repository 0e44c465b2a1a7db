#include "compiler/check/definitions.h"

#include "compiler/check/constants.h"
#include "compiler/check/dates.h"
#include "compiler/check/expressions.h"

#include <algorithm>

namespace proviso::check {

namespace {

// Each definition without a written type that another needs is checked inside that one.
constexpr int kDeepestDefinitions = 64;

bool checkSources(Context& context, const ast::Define& ast) {
    const bool dated = ast.values.size() > 1 || !ast.values.front().period.always;
    for (const ast::DatedValue& value : ast.values) {
        if (ast.sources.empty() && value.sources.empty() &&
            (dated || holdsConstant(*value.value))) {
            context
                .report(DiagnosticKind::MissingSource,
                        ast.name.span,
                        {"definition `" + ast.name.text + "`"})
                .label(value.value->span,
                       dated ? "this depends on dates" : "this holds an amount, a date or a code")
                .help("add `source \"...\"` after its name");
            return false;
        }
    }
    return true;
}

std::uint32_t readerOf(Context& context, const ast::Define& ast, const ast::DatedValue& value) {
    Reader reader;
    reader.words = "definition `" + ast.name.text + "`";
    reader.span = value.period.span.source.isValid() ? value.period.span : ast.name.span;
    reader.period = periodOf(value.period);
    reader.bounded = true;
    context.readers.push_back(std::move(reader));
    return static_cast<std::uint32_t>(context.readers.size() - 1);
}

/// The values of all alternatives with one type, or nothing.
bool unify(Context& context,
           ExpressionChecker& checker,
           std::vector<Value>& values,
           ColumnId column) {
    Type type = values.front().type;
    for (const Value& value : values) {
        if (!sameKind(value.type, type)) {
            context
                .report(DiagnosticKind::TypeMismatch,
                        value.span,
                        {inWords(context.program, type), inWords(context.program, value.type)})
                .label(values.front().span, "what the other alternative gives");
            return false;
        }
        type.scale = std::max(type.scale, value.type.scale);
    }
    for (Value& value : values) {
        value.id = checker.rescale(value.id, type.scale, value.span);
    }
    context.program.columns[column].type = type;
    context.columns[column].typeKnown = true;
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by kDeepestDefinitions
void checkDefinition(Context& context, std::uint32_t index) {
    const ast::Define& ast = *context.definitions[index].ast;
    const bool typeWritten = context.definitions[index].typeWritten;
    const ColumnId column = context.program.definitions[index].column;
    const PackId pack = context.program.definitions[index].pack;
    const SpaceId space = context.program.columns[column].space;
    checkSources(context, ast);
    const bool dated = ast.values.size() > 1 || !ast.values.front().period.always;
    if (dated && context.program.spaces[space].governingDate == kNone) {
        context
            .report(DiagnosticKind::NoGoverningDate,
                    ast.name.span,
                    {context.program.spaces[space].name})
            .help("give its grouping a date among its keys");
    }
    std::vector<Value> values;
    std::vector<DatedEntry> entries;
    bool failed = false;
    Scope scope = scopeOf(context, pack, context.program.definitions[index].binder, ast.name.span);
    scope.definitionOf = space;
    ExpressionChecker checker(context, scope);
    for (const ast::DatedValue& alternative : ast.values) {
        checkPeriod(context, alternative.period);
        scope.reader = readerOf(context, ast, alternative);
        Value value;
        if (typeWritten) {
            const Type type = context.program.columns[column].type;
            const Type plainType = type.kind == TypeKind::Attestation ? kYesNo : type;
            value.id = checker.checkAs(*alternative.value, plainType, Place::WholeDefinition);
            value.shape = value.id == kNone ? Value::Shape::Error : Value::Shape::Plain;
        } else {
            value = checker.checkValue(*alternative.value, nullptr, Place::WholeDefinition);
        }
        failed = failed || value.isError();
        values.push_back(std::move(value));
        entries.push_back({inForceOf(alternative.period, alternative.published),
                           alternative.period.span.source.isValid() ? alternative.period.span
                                                                    : alternative.value->span});
    }
    checkOverlaps(context, "definition `" + ast.name.text + "`", entries);
    if (failed || (!typeWritten && !unify(context, checker, values, column))) {
        return;
    }
    typed::Definition& definition = context.program.definitions[index];
    for (std::size_t place = 0; place < values.size(); ++place) {
        typed::Definition::Alternative alternative;
        alternative.inForce = entries[place].inForce;
        alternative.value = values[place].id;
        alternative.sources = sourcesOf(ast.values[place].sources);
        alternative.span = entries[place].span;
        definition.alternatives.push_back(std::move(alternative));
    }
    std::stable_sort(definition.alternatives.begin(),
                     definition.alternatives.end(),
                     [](const auto& a, const auto& b) {
                         return a.inForce.period.from != b.inForce.period.from
                                    ? a.inForce.period.from < b.inForce.period.from
                                    : a.inForce.published < b.inForce.published;
                     });
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): bounded by kDeepestDefinitions
bool ensureDefinition(Context& context, std::uint32_t index) {
    const ColumnId column = context.program.definitions[index].column;
    if (context.definitions[index].progress == Progress::Done) {
        return context.columns[column].typeKnown;
    }
    const ast::Define& ast = *context.definitions[index].ast;
    if (context.definitions[index].progress == Progress::Running ||
        context.definitionDepth >= kDeepestDefinitions) {
        const bool circular = context.definitions[index].progress == Progress::Running;
        context
            .report(DiagnosticKind::TypeUnknown,
                    ast.name.span,
                    {ast.name.text,
                     circular ? "it depends on itself" : "too many definitions stand behind it"})
            .help("write its type: `define " + ast.name.text + " of " + ast.record.text +
                  " : ...`");
        return false;
    }
    context.definitions[index].progress = Progress::Running;
    ++context.definitionDepth;
    checkDefinition(context, index);
    --context.definitionDepth;
    context.definitions[index].progress = Progress::Done;
    return context.columns[column].typeKnown;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by kDeepestDefinitions
bool ensureTyped(Context& context, ColumnId column) {
    if (context.columns[column].typeKnown) {
        return true;
    }
    const typed::Column& one = context.program.columns[column];
    if (one.kind == typed::ColumnKind::Computed) {
        return ensureDefinition(context, one.definition);
    }
    if (one.kind == typed::ColumnKind::Collected) {
        const std::uint32_t collect = context.program.spaces[one.space].collect;
        ensureCollect(context, collect);
        return context.columns[column].typeKnown;
    }
    const typed::Space& space = context.program.spaces[one.space];
    if (space.kind == typed::SpaceKind::Group) {
        // A group's key is what its rows compute.
        const auto place = std::find(space.columns.begin(), space.columns.end(), column);
        const auto index = static_cast<std::size_t>(place - space.columns.begin());
        const ColumnId key = context.program.groupings[space.grouping].keys[index];
        const bool known = ensureTyped(context, key);
        context.program.columns[column].type = context.program.columns[key].type;
        context.columns[column].typeKnown = known;
        return known;
    }
    return false;
}

void checkDefinitions(Context& context) {
    for (std::uint32_t index = 0; index < context.definitions.size(); ++index) {
        ensureDefinition(context, index);
    }
}

}  // namespace proviso::check
