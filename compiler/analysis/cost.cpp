#include "compiler/analysis/cost.h"

#include "compiler/analysis/graph.h"
#include "compiler/analysis/words.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace proviso {

using analysis::Graph;
using typed::Apportionment;
using typed::BinderId;
using typed::Collect;
using typed::ColumnId;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::Grouping;
using typed::kNone;
using typed::LinkId;
using typed::Program;
using typed::Space;
using typed::SpaceId;
using typed::SpaceKind;
using typed::Window;

namespace {

std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? INT64_MAX : result;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    return __builtin_add_overflow(a, b, &result) ? INT64_MAX : result;
}

/// What an expression costs for one row besides its operands. Texts are long: the weight of
/// comparing two is that of the operation (runtime/bytecode/ops.def).
std::int64_t stepsOf(ExprKind kind) {
    return kind == ExprKind::Similarity ? 500 : 1;
}

/// Where expressions are evaluated: for each row of `space`, or, inside a fold that compares its
/// rows with those outside, for each row of `space` together with each row of the outer frame.
struct Frame {
    SpaceId space = kNone;
    SpaceId foldedTo = kNone;     ///< the space that the fold's links lead to
    std::uint32_t outer = kNone;  ///< kNone: rows of `space` alone
    auto operator<=>(const Frame&) const = default;
};

/// A row as an expression names it: a binder and the links followed up from it.
struct RowName {
    BinderId binder = kNone;
    std::vector<LinkId> path;
};

/// Counts the nodes of expressions by frame.
class Counter {
  public:
    explicit Counter(const Program& program) : program_(program) {}

    using Counts = std::map<std::uint32_t, std::int64_t>;

    void count(ExprId expr, std::uint32_t frame, Counts& counts) {
        std::set<std::pair<ExprId, std::uint32_t>> seen;
        std::vector<std::pair<ExprId, std::uint32_t>> waiting{{expr, frame}};
        while (!waiting.empty()) {
            const auto [id, at] = waiting.back();
            waiting.pop_back();
            if (id == kNone || !seen.emplace(id, at).second) {
                continue;
            }
            const Expr& inner = program_.exprs[id];
            counts[at] += stepsOf(inner.kind);
            for (const ExprId operand : inner.operands) {
                waiting.emplace_back(operand, at);
            }
            if (inner.kind == ExprKind::Fold || inner.kind == ExprKind::FoldRow) {
                const std::uint32_t child = childFrame(inner, at);
                // Running over the rows is work even where nothing is asked of them.
                ++counts[child];
                for (const Window& window : inner.windows) {
                    ++counts[child];
                    const bool ofChild = window.kind == Window::Kind::Since;
                    waiting.emplace_back(window.date, child);
                    waiting.emplace_back(window.from, at);
                    waiting.emplace_back(window.through, at);
                    waiting.emplace_back(window.row, at);
                    waiting.emplace_back(window.condition, ofChild ? child : at);
                }
                waiting.emplace_back(inner.where, child);
                waiting.emplace_back(inner.body, child);
            } else if (inner.kind == ExprKind::Apportion) {
                const Apportionment& pool = program_.apportionments[inner.index];
                const std::uint32_t list = plainFrame(pool.list);
                ++counts[list];
                waiting.emplace_back(pool.total, plainFrame(pool.parent));
                waiting.emplace_back(pool.where, list);
                waiting.emplace_back(pool.by, list);
                waiting.emplace_back(pool.each, list);
            }
        }
    }

    std::uint32_t plainFrame(SpaceId space) { return frame({space, kNone, kNone}); }
    [[nodiscard]] const Frame& frame(std::uint32_t id) const { return frames_[id]; }

  private:
    std::uint32_t frame(const Frame& wanted) {
        const auto [place, added] =
            ids_.emplace(wanted, static_cast<std::uint32_t>(frames_.size()));
        if (added) {
            frames_.push_back(wanted);
        }
        return place->second;
    }

    std::uint32_t childFrame(const Expr& fold, std::uint32_t at) {
        const SpaceId child = program_.binders[fold.binder].space;
        if (isIndependent(fold)) {
            return plainFrame(child);
        }
        const SpaceId top = fold.over.empty() ? kNone : program_.links[fold.over.back()].to;
        return frame({child, top, at});
    }

    [[nodiscard]] RowName nameOf(ExprId row) const {
        RowName name;
        const Expr* expr = &program_.exprs[row];
        while (expr->kind == ExprKind::UpRow) {
            name.path.insert(name.path.begin(), expr->index);
            expr = &program_.exprs[expr->operands[0]];
        }
        if (expr->kind == ExprKind::BinderRow) {
            name.binder = expr->index;
        }
        return name;
    }

    /// Whether a fold reads nothing but its own rows and what stands above the row it folds to:
    /// then it is worked out once for each of its rows.
    [[nodiscard]] bool isIndependent(const Expr& fold) const {
        // A window chooses other rows for each row that asks.
        if (std::any_of(fold.windows.begin(), fold.windows.end(), [](const Window& window) {
                return window.kind != Window::Kind::Whole;
            })) {
            return false;
        }
        const RowName folded = fold.operands.empty() ? RowName{} : nameOf(fold.operands[0]);
        std::set<BinderId> own{fold.binder};
        std::vector<RowName> named;
        std::unordered_set<ExprId> seen;
        std::vector<ExprId> waiting{fold.where, fold.body};
        while (!waiting.empty()) {
            const ExprId id = waiting.back();
            waiting.pop_back();
            if (id == kNone || !seen.insert(id).second) {
                continue;
            }
            const Expr& expr = program_.exprs[id];
            if (expr.kind == ExprKind::BinderRow || expr.kind == ExprKind::UpRow) {
                RowName name = nameOf(id);
                if (name.binder != kNone) {
                    named.push_back(std::move(name));
                    continue;
                }
            }
            if (expr.kind == ExprKind::Fold || expr.kind == ExprKind::FoldRow) {
                own.insert(expr.binder);
                waiting.push_back(expr.where);
                waiting.push_back(expr.body);
                for (const Window& window : expr.windows) {
                    const auto parts = typed::partsOf(window);
                    waiting.insert(waiting.end(), parts.begin(), parts.end());
                }
            }
            waiting.insert(waiting.end(), expr.operands.begin(), expr.operands.end());
        }
        return std::all_of(named.begin(), named.end(), [&](const RowName& name) {
            return own.count(name.binder) != 0 ||
                   (name.binder == folded.binder && folded.path.size() <= name.path.size() &&
                    std::equal(folded.path.begin(), folded.path.end(), name.path.begin()));
        });
    }

    const Program& program_;
    std::map<Frame, std::uint32_t> ids_;
    std::vector<Frame> frames_;
};

/// How many rows each space has at most, for one entry record or one group.
class Sizes {
  public:
    Sizes(const Program& program, const std::set<SpaceId>& spaces, std::int64_t groupMembers)
        : program_(program) {
        // Groups with the fewest keys hold the others; each kind of them multiplies what must be
        // looked at.
        std::vector<std::set<ColumnId>> coarsest;
        for (const SpaceId space : spaces) {
            if (program.spaces[space].kind != SpaceKind::Group) {
                continue;
            }
            const Grouping& grouping = program.groupings[program.spaces[space].grouping];
            const std::set<ColumnId> keys(grouping.keys.begin(), grouping.keys.end());
            const auto within = [](const std::set<ColumnId>& few, const std::set<ColumnId>& many) {
                return std::includes(many.begin(), many.end(), few.begin(), few.end());
            };
            if (std::any_of(coarsest.begin(), coarsest.end(), [&](const auto& few) {
                    return within(few, keys);
                })) {
                continue;
            }
            std::erase_if(coarsest, [&](const auto& many) { return within(keys, many); });
            coarsest.push_back(keys);
        }
        for (std::size_t one = 0; one < coarsest.size(); ++one) {
            records_ = times(records_, groupMembers);
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the acyclic order of spaces
    std::int64_t rows(SpaceId id) {
        const auto known = rows_.find(id);
        if (known != rows_.end()) {
            return known->second;
        }
        return rows_[id] = work(id);
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the nesting of folds
    std::int64_t rows(const Counter& counter, std::uint32_t frameId) {
        const Frame& frame = counter.frame(frameId);
        if (frame.outer == kNone) {
            return rows(frame.space);
        }
        const std::int64_t inEach =
            frame.foldedTo == kNone ? rows(frame.space) : perRow(frame.space, frame.foldedTo);
        return times(rows(counter, frame.outer), inEach);
    }

  private:
    // NOLINTNEXTLINE(misc-no-recursion): as above
    std::int64_t perRow(SpaceId child, SpaceId parent) {
        // Groups differ in size: one may hold everything.
        if (program_.spaces[parent].kind == SpaceKind::Group) {
            return rows(child);
        }
        const std::int64_t above = std::max<std::int64_t>(rows(parent), 1);
        return std::max<std::int64_t>(rows(child) / above, 1);
    }

    // NOLINTNEXTLINE(misc-no-recursion): as above
    std::int64_t work(SpaceId id) {
        const Space& space = program_.spaces[id];
        switch (space.kind) {
        case SpaceKind::Record:
            return records_;
        case SpaceKind::Group:
            return rows(program_.groupings[space.grouping].record);
        case SpaceKind::List:
            return times(rows(space.parent), space.atMost.value_or(analysis::kDefaultListLength));
        case SpaceKind::Collected: {
            const Collect& collect = program_.collects[space.collect];
            if (collect.covers != kNone) {
                // A stretch between any two neighbouring ends, and one of unknown time.
                return plus(times(2, rows(collect.source)), 1);
            }
            const auto branches =
                static_cast<std::int64_t>(std::max<std::size_t>(collect.rows.size(), 1));
            const std::int64_t all = collect.onePer.empty() ? times(rows(collect.source), branches)
                                                            : rows(collect.source);
            return space.atMost ? std::min(all, times(rows(space.parent), *space.atMost)) : all;
        }
        case SpaceKind::Covers: {
            const Collect& collect = program_.collects[program_.spaces[space.parent].collect];
            return times(rows(space.parent), perRow(collect.source, collect.parent));
        }
        case SpaceKind::Pairs: {
            const SpaceId above =
                space.parent != kNone ? space.parent : program_.spaces[space.pairsOf].parent;
            const std::int64_t of = rows(space.pairsOf);
            return times(of, above == kNone ? of : perRow(space.pairsOf, above));
        }
        }
        return 1;
    }

    const Program& program_;
    std::int64_t records_ = 1;
    std::unordered_map<SpaceId, std::int64_t> rows_;
};

}  // namespace

std::vector<RuleCost> ruleCosts(const Program& program) {
    const Graph graph(program);
    Counter counter(program);
    std::vector<Counter::Counts> ofNode(graph.size());
    for (Graph::Node node = 0; node < graph.size(); ++node) {
        for (const Graph::Root& root : graph.roots(node)) {
            counter.count(root.expr, counter.plainFrame(root.space), ofNode[node]);
        }
    }
    std::vector<RuleCost> costs;
    for (std::uint32_t rule = 0; rule < program.rules.size(); ++rule) {
        Counter::Counts counts;
        for (const Graph::Root& root : graph.rootsOfRule(rule)) {
            counter.count(root.expr, counter.plainFrame(root.space), counts);
        }
        std::set<SpaceId> spaces;
        for (const Graph::Node node : graph.reachedByRule(rule)) {
            if (graph.step(node).kind == Program::Step::Kind::Space) {
                spaces.insert(graph.step(node).index);
            }
            for (const auto& [frame, nodes] : ofNode[node]) {
                counts[frame] += nodes;
            }
        }
        RuleCost cost;
        Sizes sizes(program, spaces, analysis::kDefaultGroupMembers);
        Sizes alone(program, spaces, 1);
        std::map<SpaceId, std::int64_t> weights;
        for (const auto& [frame, nodes] : counts) {
            weights[counter.frame(frame).space] += nodes;
            cost.bound = plus(cost.bound, times(nodes, sizes.rows(counter, frame)));
            cost.boundAlone = plus(cost.boundAlone, times(nodes, alone.rows(counter, frame)));
        }
        cost.weights.assign(weights.begin(), weights.end());
        costs.push_back(std::move(cost));
    }
    return costs;
}

bool analysis::checkCosts(const Program& program, DiagnosticSink& sink, std::int64_t ceiling) {
    bool fits = true;
    const std::vector<RuleCost> costs = ruleCosts(program);
    for (std::size_t rule = 0; rule < costs.size(); ++rule) {
        if (costs[rule].boundAlone > ceiling) {
            fits = false;
            sink.report(DiagnosticKind::RuleTooCostly,
                        program.rules[rule].span,
                        {program.rules[rule].name, figure(costs[rule].boundAlone), figure(ceiling)})
                .help("say `at most` how many rows the lists it reads can have, or move what is "
                      "asked "
                      "again and again into a `define`");
        }
    }
    return fits;
}

}  // namespace proviso
