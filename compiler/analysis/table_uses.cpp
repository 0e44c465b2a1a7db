#include "compiler/analysis/table_uses.h"

#include "compiler/analysis/graph.h"

#include <unordered_map>
#include <unordered_set>

namespace proviso::analysis {

using typed::Effect;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::kNone;
using typed::Program;
using typed::Rule;
using typed::Template;

namespace {

/// Shared expressions are looked at once for each place that uses them, which must end somewhere.
constexpr std::uint32_t kMostVisits = 100'000;

class Walk {
  public:
    explicit Walk(const Program& program)
        : program_(program), terms_(program), uses_(program.tables.size()) {}

    void root(ExprId expr) {
        if (expr != kNone && seen_.insert(expr).second) {
            visit(expr, Facts(terms_));
        }
    }

    void rule(const Rule& rule) {
        root(rule.applies);
        for (const std::uint32_t exception : rule.exceptions) {
            root(program_.exceptions[exception].applies);
        }
        for (const Effect& effect : rule.effects) {
            root(effect.guard);
            // What an effect says only counts where it speaks.
            Facts spoken(terms_);
            if (effect.guard != kNone && !spoken.assume(effect.guard)) {
                continue;
            }
            visit(effect.value, spoken);
            visit(effect.atStake, spoken);
            for (const ExprId slot : effect.slots) {
                visit(slot, spoken);
            }
            if (effect.because) {
                for (const Template::Part& part : effect.because->parts) {
                    visit(part.expr, spoken);
                }
            }
        }
    }

    std::vector<std::vector<TableUse>> take() { return std::move(uses_); }

  private:
    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
    bool reads(ExprId id) {
        const auto known = reads_.find(id);
        if (known != reads_.end()) {
            return known->second;
        }
        const Expr& expr = program_.exprs[id];
        bool found = expr.kind == ExprKind::LookupTable;
        // NOLINTNEXTLINE(misc-no-recursion): as above
        forEachChild(program_, expr, [&](ExprId child) { found = reads(child) || found; });
        return reads_[id] = found;
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
    void visit(ExprId id, const Facts& facts) {
        if (id == kNone || !reads(id) || ++visits_ > kMostVisits) {
            return;
        }
        const Expr& expr = program_.exprs[id];
        switch (expr.kind) {
        case ExprKind::LookupTable:
            addUse(expr, facts);
            break;
        case ExprKind::And:
        case ExprKind::Or:
            visitLogic(id, facts);
            return;
        case ExprKind::Select: {
            // The arm not taken does not count.
            visit(expr.operands[0], facts);
            Facts taken = facts;
            if (taken.assume(expr.operands[0])) {
                visit(expr.operands[1], taken);
            }
            visit(expr.operands[2], facts);
            return;
        }
        case ExprKind::Fold:
        case ExprKind::FoldRow: {
            visit(expr.operands[0], facts);
            visit(expr.where, facts);
            for (const typed::Window& window : expr.windows) {
                for (const ExprId inner : typed::partsOf(window)) {
                    visit(inner, facts);
                }
            }
            Facts counted = facts;
            if (expr.where == kNone || counted.assume(expr.where)) {
                visit(expr.body, counted);
            }
            return;
        }
        default:
            break;
        }
        // NOLINTNEXTLINE(misc-no-recursion): as above
        forEachChild(program_, expr, [&](ExprId child) { visit(child, facts); });
    }

    /// A `no` beside it outweighs whatever an operand of `and` is, a `yes` one of `or`: so the
    /// others may be taken for granted.
    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
    void visitLogic(ExprId id, const Facts& facts) {
        const bool conjunction = program_.exprs[id].kind == ExprKind::And;
        const std::vector<ExprId> parts =
            conjunction ? conjuncts(program_, id) : program_.exprs[id].operands;
        for (const ExprId part : parts) {
            if (!reads(part)) {
                continue;
            }
            Facts beside = facts;
            bool possible = true;
            for (const ExprId other : parts) {
                if (other != part && !reads(other)) {
                    possible = possible && beside.assume(other, conjunction);
                }
            }
            if (possible) {
                visit(part, beside);
            }
        }
    }

    void addUse(const Expr& lookup, const Facts& facts) {
        TableUse use;
        for (std::size_t argument = 0; argument + 1 < lookup.operands.size(); ++argument) {
            use.given.push_back(facts.valuesOf(lookup.operands[argument]));
        }
        use.date = facts.valuesOf(lookup.operands.back());
        uses_[lookup.index].push_back(std::move(use));
    }

    const Program& program_;
    Terms terms_;
    std::vector<std::vector<TableUse>> uses_;
    std::unordered_map<ExprId, bool> reads_;
    std::unordered_set<ExprId> seen_;
    std::uint32_t visits_ = 0;
};

}  // namespace

std::vector<std::vector<TableUse>> tableUses(const Program& program) {
    const Graph graph(program);
    Walk walk(program);
    for (Graph::Node node = 0; node < graph.size(); ++node) {
        for (const Graph::Root& root : graph.roots(node)) {
            if (root.rule == kNone) {
                walk.root(root.expr);
            }
        }
    }
    for (const Rule& rule : program.rules) {
        walk.rule(rule);
    }
    return walk.take();
}

}  // namespace proviso::analysis
