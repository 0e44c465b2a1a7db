#pragma once

#include "compiler/typed/program.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proviso::analysis {

/// The expressions directly inside another: operands, and what folds, their windows and
/// apportionments hold.
// NOLINTNEXTLINE(misc-no-recursion): an action that comes back here says how deep that goes
void forEachChild(const typed::Program& program, const typed::Expr& expr, const auto& action) {
    for (const typed::ExprId operand : expr.operands) {
        action(operand);
    }
    for (const typed::ExprId inner : {expr.where, expr.body}) {
        if (inner != typed::kNone) {
            action(inner);
        }
    }
    for (const typed::Window& window : expr.windows) {
        for (const typed::ExprId inner : typed::partsOf(window)) {
            if (inner != typed::kNone) {
                action(inner);
            }
        }
    }
    if (expr.kind == typed::ExprKind::Apportion) {
        const typed::Apportionment& pool = program.apportionments[expr.index];
        for (const typed::ExprId inner : {pool.total, pool.where, pool.by, pool.each}) {
            if (inner != typed::kNone) {
                action(inner);
            }
        }
    }
}

/// What must be worked out before what: row spaces, columns, and the single members of decisions
/// that are sets or steps.
///
/// Refers to the program it was made of, which must stay as it is.
class Graph {
  public:
    using Node = std::uint32_t;
    using Step = typed::Program::Step;

    /// One node reads another.
    struct Reading {
        Node node = typed::kNone;
        Span span;                          ///< where it is written
        std::uint32_t rule = typed::kNone;  ///< the rule that brings it about, if one does
    };

    /// An expression that a node is made of, and the row space in which it is evaluated.
    struct Root {
        typed::ExprId expr = typed::kNone;
        typed::SpaceId space = typed::kNone;
        std::uint32_t rule = typed::kNone;
    };

    explicit Graph(const typed::Program& program);

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(steps_.size()); }
    [[nodiscard]] const Step& step(Node node) const { return steps_[node]; }
    /// A name that depends on the packs' words alone, not on the order of declarations.
    [[nodiscard]] const std::string& key(Node node) const { return keys_[node]; }
    [[nodiscard]] const std::vector<Reading>& reads(Node node) const { return reads_[node]; }
    [[nodiscard]] const std::vector<Root>& roots(Node node) const { return roots_[node]; }
    [[nodiscard]] Span spanOf(Node node) const;

    [[nodiscard]] Node space(typed::SpaceId space) const { return space; }
    [[nodiscard]] Node column(typed::ColumnId column) const { return columns_[column]; }
    [[nodiscard]] Node member(typed::ColumnId column, std::uint32_t member) const {
        return columns_[column] + member;
    }

    /// What an expression reads, each node once.
    [[nodiscard]] const std::vector<Reading>& readsOf(typed::ExprId expr) const;

    /// All expressions of a rule, evaluated in the rule's row space.
    [[nodiscard]] std::vector<Root> rootsOfRule(std::uint32_t rule) const;
    /// What a rule reads, beyond its expressions: its rows, decisions shown whole.
    [[nodiscard]] std::vector<Reading> readsOfRule(std::uint32_t rule) const;

    /// Everything that a rule reads, directly or through what it reads, each node once.
    [[nodiscard]] std::vector<Node> reachedByRule(std::uint32_t rule) const;

  private:
    void addNodes();
    void readSpace(typed::SpaceId space);
    void readColumn(typed::ColumnId column);
    void readDefinition(const typed::Definition& definition);
    void readCollected(typed::ColumnId column);
    void readDecision(std::uint32_t decision);
    void
    addRoot(Node node, typed::ExprId expr, typed::SpaceId space, std::uint32_t rule = typed::kNone);
    void addReading(Node node, Reading reading);
    void addGoverningDate(Node node, typed::SpaceId space, Span span);
    void addLink(std::vector<Reading>& readings, typed::LinkId link, Span span) const;
    /// What says in which order the rows of a fold come.
    void addOrder(std::vector<Reading>& readings, const typed::Expr& fold) const;
    void addWhole(std::vector<Reading>& readings, typed::ColumnId column, Span span) const;
    void collect(typed::ExprId expr, std::vector<Reading>& readings) const;

    const typed::Program& program_;
    std::vector<Step> steps_;
    std::vector<std::string> keys_;
    std::vector<std::vector<Reading>> reads_;
    std::vector<std::vector<Root>> roots_;
    std::vector<Node> columns_;  ///< the node of a column, or of its first member
    mutable std::unordered_map<typed::ExprId, std::vector<Reading>> readsOf_;
};

}  // namespace proviso::analysis
