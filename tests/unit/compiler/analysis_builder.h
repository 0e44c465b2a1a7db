#pragma once

#include "compiler/analysis/analyse.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <string>
#include <utility>
#include <vector>

namespace proviso::test {

/// Builds small typed programs by hand: orders with a list of items.
class ProgramBuilder {
  public:
    static constexpr Type kYesNo{TypeKind::YesNo, 0, 0};
    static constexpr Type kCount{TypeKind::Number, 0, 0};

    ProgramBuilder() {
        program.packs.emplace_back();
        program.packs.back().name = "orders";
        program.packs.back().layer = "house";
        order = addSpace("order", typed::SpaceKind::Record, typed::kNone);
        item = addSpace("item", typed::SpaceKind::List, order);
        program.entry = order;
    }

    /// Every place in the program has a span of its own.
    Span span() {
        ++place_;
        return {SourceId{0}, place_, place_ + 1};
    }

    typed::SpaceId addSpace(const std::string& name, typed::SpaceKind kind, typed::SpaceId parent) {
        typed::Space space;
        space.name = name;
        space.kind = kind;
        space.parent = parent;
        space.span = span();
        const auto id = static_cast<typed::SpaceId>(program.spaces.size());
        if (parent != typed::kNone) {
            space.listName = name + "s";
            space.toParent = addLink(typed::Link::Kind::Parent, id, parent);
        }
        program.spaces.push_back(space);
        return id;
    }

    typed::LinkId addLink(typed::Link::Kind kind, typed::SpaceId from, typed::SpaceId to) {
        program.links.push_back({kind, from, to});
        return static_cast<typed::LinkId>(program.links.size() - 1);
    }

    typed::BinderId addBinder(const std::string& name, typed::SpaceId space) {
        program.binders.push_back({name, space});
        return static_cast<typed::BinderId>(program.binders.size() - 1);
    }

    typed::ExprId add(typed::Expr expr) {
        expr.span = span();
        program.exprs.push_back(std::move(expr));
        return static_cast<typed::ExprId>(program.exprs.size() - 1);
    }

    typed::ExprId constant(std::int64_t value, Type type = kCount) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::Constant;
        expr.type = type;
        expr.value = value;
        return add(expr);
    }

    typed::ExprId row(typed::BinderId binder) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::BinderRow;
        expr.type = {TypeKind::Row, 0, program.binders[binder].space};
        expr.index = binder;
        return add(expr);
    }

    typed::ExprId up(typed::ExprId row, typed::LinkId link) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::UpRow;
        expr.type = {TypeKind::Row, 0, program.links[link].to};
        expr.index = link;
        expr.operands = {row};
        return add(expr);
    }

    typed::ExprId read(typed::ExprId row, typed::ColumnId column) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::ReadColumn;
        expr.type = program.columns[column].type;
        expr.index = column;
        expr.operands = {row};
        return add(expr);
    }

    typed::ExprId readMember(typed::ExprId row, typed::ColumnId column, std::int64_t member) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::ReadMember;
        expr.type = kYesNo;
        expr.index = column;
        expr.value = member;
        expr.operands = {row};
        return add(expr);
    }

    typed::ExprId
    apply(typed::ExprKind kind, std::vector<typed::ExprId> operands, Type type = kYesNo) {
        typed::Expr expr;
        expr.kind = kind;
        expr.type = type;
        expr.operands = std::move(operands);
        return add(expr);
    }

    typed::ExprId compare(typed::Comparison comparison, typed::ExprId left, typed::ExprId right) {
        const typed::ExprId id = apply(typed::ExprKind::Compare, {left, right});
        program.exprs[id].comparison = comparison;
        return id;
    }

    /// `total of VALUE over ITEMS of ROW as BINDER where WHERE`
    typed::ExprId total(typed::ExprId row,
                        typed::BinderId binder,
                        typed::ExprId value,
                        typed::ExprId where = typed::kNone) {
        typed::Expr expr;
        expr.kind = typed::ExprKind::Fold;
        expr.type = kCount;
        expr.fold = typed::FoldKind::Total;
        expr.operands = {row};
        expr.over = {program.spaces[program.binders[binder].space].toParent};
        expr.binder = binder;
        expr.where = where;
        expr.body = value;
        return add(expr);
    }

    typed::ColumnId stored(const std::string& name, typed::SpaceId space, Type type = kCount) {
        typed::Column column;
        column.name = name;
        column.space = space;
        column.type = type;
        column.span = span();
        program.columns.push_back(column);
        const auto id = static_cast<typed::ColumnId>(program.columns.size() - 1);
        program.spaces[space].columns.push_back(id);
        return id;
    }

    /// A definition still without a value: give it one with `define`.
    typed::ColumnId declare(const std::string& name, typed::SpaceId space, Type type = kCount) {
        const typed::ColumnId id = stored(name, space, type);
        program.columns[id].kind = typed::ColumnKind::Computed;
        program.columns[id].definition = static_cast<std::uint32_t>(program.definitions.size());
        typed::Definition definition;
        definition.column = id;
        definition.pack = 0;
        definition.binder = addBinder(program.spaces[space].name, space);
        definition.span = program.columns[id].span;
        program.definitions.push_back(definition);
        return id;
    }

    typed::BinderId binderOf(typed::ColumnId column) {
        return program.definitions[program.columns[column].definition].binder;
    }

    void define(typed::ColumnId column, typed::ExprId value) {
        typed::Definition::Alternative alternative;
        alternative.value = value;
        alternative.span = program.exprs[value].span;
        program.definitions[program.columns[column].definition].alternatives.push_back(alternative);
    }

    std::uint32_t decide(const std::string& name,
                         typed::SpaceId space,
                         Type type,
                         typed::Combination combination) {
        typed::Decision decision;
        decision.name = "orders." + name;
        decision.column = stored(name, space, type);
        decision.pack = 0;
        decision.combination = combination;
        decision.binder = addBinder(program.spaces[space].name, space);
        decision.span = program.columns[decision.column].span;
        program.columns[decision.column].kind = typed::ColumnKind::Decided;
        program.columns[decision.column].decision =
            static_cast<std::uint32_t>(program.decisions.size());
        program.decisions.push_back(decision);
        return static_cast<std::uint32_t>(program.decisions.size() - 1);
    }

    std::uint32_t
    addRule(const std::string& name, typed::BinderId binder, typed::ExprId condition) {
        typed::Rule rule;
        rule.name = "orders." + name;
        rule.pack = 0;
        rule.binder = binder;
        rule.condition = condition;
        rule.applies = condition;
        rule.span = span();
        program.rules.push_back(rule);
        return static_cast<std::uint32_t>(program.rules.size() - 1);
    }

    void contribute(std::uint32_t rule,
                    std::uint32_t decision,
                    std::uint32_t member,
                    typed::ExprId value = typed::kNone) {
        typed::Effect effect;
        effect.guard = program.rules[rule].applies;
        effect.decision = decision;
        effect.row = row(program.rules[rule].binder);
        effect.member = member;
        effect.value = value;
        effect.span = span();
        program.rules[rule].effects.push_back(effect);
    }

    /// A code set of codes as its base.
    std::uint32_t addCodes(const std::string& name, const std::vector<std::string>& codes) {
        typed::CodeSet set;
        set.name = name;
        for (const std::string& code : codes) {
            set.entries.push_back({code, {}, {}, span()});
        }
        program.codeSets.push_back(set);
        return static_cast<std::uint32_t>(program.codeSets.size() - 1);
    }

    typed::Program program;
    typed::SpaceId order = 0;
    typed::SpaceId item = 0;

  private:
    std::uint32_t place_ = 0;
};

/// The codes of what the analysis reports, sorted by place.
inline std::vector<std::string> codesOf(const DiagnosticSink& sink, const Sources& sources) {
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : sink.sorted(sources)) {
        codes.emplace_back(diagnostic.code());
    }
    return codes;
}

}  // namespace proviso::test
