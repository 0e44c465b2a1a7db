#include "compiler/lowering/context.h"

#include <algorithm>

namespace proviso::lowering {

using bytecode::Clause;
using typed::ExprKind;

namespace {

constexpr std::size_t kMaxWords = 200;

bool isLogic(ExprKind kind) {
    return kind == ExprKind::And || kind == ExprKind::Or || kind == ExprKind::Not;
}

}  // namespace

/// The text of the pack under a span, on one line and without its comments.
std::string Lowering::words(const Span& span) const {
    const std::string_view all = sources_.text(span.source);
    std::string folded;
    bool inComment = false;
    bool inString = false;
    for (std::size_t i = span.begin; i < span.end && i < all.size(); ++i) {
        const char c = all[i];
        if (c == '"' && !inComment) {
            inString = !inString;
        }
        if (!inString && !inComment && c == '-' && i + 1 < span.end && all[i + 1] == '-') {
            inComment = true;
        }
        if (c == '\n') {
            inComment = false;
        }
        if (inComment) {
            continue;
        }
        const bool isSpace = c == ' ' || c == '\n' || c == '\r' || c == '\t';
        if (!isSpace) {
            folded += c;
        } else if (!folded.empty() && folded.back() != ' ') {
            folded += ' ';
        }
    }
    while (!folded.empty() && folded.back() == ' ') {
        folded.pop_back();
    }
    if (folded.size() > kMaxWords) {
        std::size_t cut = kMaxWords;
        while (cut > 0 && (static_cast<unsigned char>(folded[cut]) & 0xc0U) == 0x80U) {
            --cut;
        }
        folded.resize(cut);
        folded += "...";
    }
    return folded;
}

/// A clause below which others stand. Where these repeat more than an explanation shows
/// (bytecode::kMostRepeatedClauses), one stands there without what it rests on.
std::uint32_t Lowering::addClause(Clause made) {
    ClauseSize size;
    for (std::uint32_t& child : made.children) {
        const ClauseSize& below = clauseSizes_[child];
        const std::uint64_t repeated = below.stands ? below.all : below.repeated;
        if (size.repeated + repeated > bytecode::kMostRepeatedClauses) {
            Clause bare = out_.clauses[child];
            bare.children.clear();
            bare.link = kNone;
            out_.clauses.push_back(std::move(bare));
            clauseSizes_.push_back({1, 0, true});
            child = static_cast<std::uint32_t>(out_.clauses.size() - 1);
        } else {
            size.repeated += repeated;
            clauseSizes_[child].stands = true;
        }
        size.all += clauseSizes_[child].all;
    }
    out_.clauses.push_back(std::move(made));
    clauseSizes_.push_back(size);
    return static_cast<std::uint32_t>(out_.clauses.size() - 1);
}

/// A condition's tree: `and`, `or` and `not` as inner nodes, tests below them, the values that
/// tests read as leaves.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
std::uint32_t Lowering::clause(Frame& frame, ExprId id) {
    const typed::Expr& expr = typed_.exprs[id];
    if (expr.kind == ExprKind::ReadColumn || expr.kind == ExprKind::Fold) {
        return valueClause(frame, id);
    }
    Clause made;
    made.text = words(expr.span);
    made.value = expression(frame, id);
    made.type = expr.type;
    if (isLogic(expr.kind)) {
        made.kind = expr.kind == ExprKind::And  ? Clause::Kind::All
                    : expr.kind == ExprKind::Or ? Clause::Kind::AnyOf
                                                : Clause::Kind::Not;
        // What the checker expands one phrase into has the phrase's own span: it stays one node.
        const bool expanded =
            std::all_of(expr.operands.begin(), expr.operands.end(), [&](ExprId operand) {
                const Span& inner = typed_.exprs[operand].span;
                return inner.begin == expr.span.begin && inner.end == expr.span.end;
            });
        if (!expanded) {
            for (const ExprId operand : expr.operands) {
                made.children.push_back(clause(frame, operand));
            }
            return addClause(std::move(made));
        }
    }
    made.kind = Clause::Kind::Test;
    addValues(frame, id, made.children);
    return addClause(std::move(made));
}

/// The values that an expression reads, each once, in the order of the text.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
void Lowering::addValues(Frame& frame, ExprId id, std::vector<std::uint32_t>& children) {
    const typed::Expr& expr = typed_.exprs[id];
    for (const ExprId operand : expr.operands) {
        const typed::Expr& read = typed_.exprs[operand];
        switch (read.kind) {
        case ExprKind::Constant:
        case ExprKind::NotApplicable:
        case ExprKind::BinderRow:
        case ExprKind::UpRow:
        case ExprKind::InForceAt:
            break;
        case ExprKind::ReadColumn:
        case ExprKind::ReadMember:
        case ExprKind::ReadParameter:
        case ExprKind::LookupTable:
        case ExprKind::Fold: {
            // The date that dates a lookup is not written in the text.
            const bool implied =
                read.span.begin == read.span.end ||
                (expr.kind == ExprKind::InSet && operand == expr.operands.back()) ||
                (expr.kind == ExprKind::Accepts && operand == expr.operands.back());
            const std::uint32_t leaf = implied ? kNone : valueClause(frame, operand);
            const auto same = [&](std::uint32_t known) {
                return out_.clauses[known].value == out_.clauses[leaf].value &&
                       out_.clauses[known].members == out_.clauses[leaf].members;
            };
            if (leaf != kNone && std::none_of(children.begin(), children.end(), same)) {
                children.push_back(leaf);
            }
            break;
        }
        default:
            addValues(frame, operand, children);
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit and by columns
std::uint32_t Lowering::valueClause(Frame& frame, ExprId id) {
    const typed::Expr& expr = typed_.exprs[id];
    Clause made;
    made.text = words(expr.span);
    made.type = expr.type;
    switch (expr.kind) {
    case ExprKind::ReadColumn: {
        const typed::Column& column = typed_.columns[expr.index];
        made.value = expression(frame, id);
        if (made.text.empty()) {
            made.text = column.name;
        }
        if (column.kind == typed::ColumnKind::Decided) {
            made.kind = Clause::Kind::Decision;
            made.detail = column.decision;
        } else if (column.kind == typed::ColumnKind::Computed) {
            made.kind = Clause::Kind::Definition;
            const Location where = locate(frame, expr.operands[0]);
            made.link = where.link;
            // Which row a fold found is no link that an explanation could follow.
            if (where.rows == kNone) {
                made.children.push_back(definitionClause(expr.index));
                std::erase(made.children, kNone);
            }
        } else {
            made.kind = Clause::Kind::Field;
        }
        break;
    }
    case ExprKind::ReadMember: {
        // One member read for a phrase about the whole decision: show the decision.
        const bytecode::Shown shown = shownAt(frame, locate(frame, expr.operands[0]), expr.index);
        made.kind = Clause::Kind::Decision;
        made.detail = typed_.columns[expr.index].decision;
        made.text = typed_.columns[expr.index].name;
        made.type = shown.type;
        made.members = shown.members;
        made.value = shown.date;
        break;
    }
    case ExprKind::ReadParameter:
        made.kind = Clause::Kind::Parameter;
        made.detail = expr.index;
        made.value = expression(frame, id);
        break;
    case ExprKind::LookupTable:
        made.kind = Clause::Kind::Table;
        made.detail = expr.index;
        made.value = expression(frame, id);
        addValues(frame, id, made.children);
        break;
    case ExprKind::Fold:
        made.kind = Clause::Kind::Total;
        made.value = expression(frame, id);
        break;
    default:
        made.kind = Clause::Kind::Value;
        made.value = expression(frame, id);
    }
    return addClause(std::move(made));
}

/// How a computed member comes about, made once; kNone where it says no more than its name.
// NOLINTNEXTLINE(misc-no-recursion): definitions form no cycle
std::uint32_t Lowering::definitionClause(ColumnId id) {
    const auto known = definitionClauses_.find(id);
    if (known != definitionClauses_.end()) {
        return known->second;
    }
    const typed::Definition& definition = typed_.definitions[typed_.columns[id].definition];
    Frame frame = frameOf(typed_.columns[id].space, definition.binder);
    Clause made;
    made.kind = Clause::Kind::Value;
    made.value = column(id);
    made.type = typed_.columns[id].type;
    made.text = typed_.columns[id].name + " = ";
    for (std::size_t i = 0; i < definition.alternatives.size(); ++i) {
        const ExprId value = definition.alternatives[i].value;
        // The alternative's own span is that of its text or, where it is dated, of its period.
        const Span& read = typed_.exprs[value].span;
        const Span& whole = definition.alternatives[i].span;
        const bool holds =
            whole.source == read.source && whole.begin <= read.begin && read.end <= whole.end;
        made.text += (i == 0 ? "" : " / ") + words(holds ? whole : read);
        const ExprKind kind = typed_.exprs[value].kind;
        if (kind == ExprKind::ReadColumn || kind == ExprKind::ReadParameter ||
            kind == ExprKind::LookupTable) {
            made.children.push_back(valueClause(frame, value));
        } else {
            addValues(frame, value, made.children);
        }
    }
    return definitionClauses_[id] = addClause(std::move(made));
}

}  // namespace proviso::lowering
