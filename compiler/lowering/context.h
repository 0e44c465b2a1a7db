#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/lowering/builder.h"
#include "compiler/lowering/window_parts.h"
#include "compiler/typed/program.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace proviso::lowering {

using typed::BinderId;
using typed::ColumnId;
using typed::ExprId;
using typed::LinkId;
using TypedSpace = typed::SpaceId;

/// A row as expressions name it: a binder, and the links followed up from it.
struct RowName {
    BinderId binder = typed::kNone;
    std::vector<LinkId> path;
    bool operator==(const RowName&) const = default;
    auto operator<=>(const RowName&) const = default;
};

/// Whole numbers.
inline constexpr Type kCount{TypeKind::Number, 0, 0};

/// Where expressions are evaluated: a row space, and for each row that may be named the link that
/// leads to it from there.
struct Frame {
    std::uint32_t space = kNone;
    struct Row {
        RowName name;
        Register link = kNone;  ///< kNone: the frame's own row
    };
    std::vector<Row> rows;
    std::unordered_map<ExprId, Register> done;
};

/// Where a row stands, seen from a frame: along a link, or named by a column of rows; neither: the
/// frame's own row.
struct Location {
    std::uint32_t space = kNone;
    Register link = kNone;
    Register rows = kNone;
};

/// Lowers on demand: asking for a column makes whatever it reads first, which is an order that
/// analysis has shown to exist.
class Lowering {
  public:
    Lowering(const typed::Program& program, const Sources& sources)
        : typed_(program), sources_(sources), build_(out_) {}

    bytecode::Program run();

  private:
    // vocabulary.cpp
    void lowerSchema();
    void lowerVocabulary();
    void lowerPacks();
    std::int64_t storedValue(const Type& type, std::int64_t value);
    bytecode::InForcePeriod period(const typed::InForce& inForce) const;

    // spaces.cpp
    std::uint32_t space(TypedSpace id);
    Register link(LinkId id);
    Register linkAlong(const std::vector<LinkId>& links);
    Register existsOf(TypedSpace id);
    Register dateOf(TypedSpace id);
    std::uint32_t newSpace(TypedSpace id, bytecode::SpaceInfo::Kind kind);
    void buildCollected(TypedSpace id);
    void buildKeyed(TypedSpace id, Frame& source, Register toParent);
    void buildInstants(TypedSpace id, Frame& source, Register toParent);
    void buildPairs(TypedSpace id);
    Register rankOf(TypedSpace id);
    void lowerSpaceInfo();

    // groups.cpp
    void buildGroup(TypedSpace id);
    Register nestedLink(const typed::Link& link);
    Register groupKey(const typed::Grouping& grouping, std::size_t key);
    Register groupColumn(ColumnId id);
    void findClasses();
    std::uint32_t classOf(TypedSpace id) const;
    bool mayLeadNowhere(const std::vector<LinkId>& links) const;
    void lowerClasses();

    // columns.cpp
    Register column(ColumnId id);
    Register lowerColumn(ColumnId id);
    Register definitionColumn(const typed::Definition& definition);
    Register collectedColumn(ColumnId id);
    bytecode::Shown shownColumn(ColumnId id);
    bytecode::Shown shownAt(Frame& frame, const Location& location, ColumnId id);

    // expressions.cpp
    Register expression(Frame& frame, ExprId id);
    Register lowerExpression(Frame& frame, const typed::Expr& expr);
    Register map(Frame& frame, const typed::Expr& expr, Op op);
    Register inForce(const bytecode::InForcePeriod& wanted, Register date);
    Location locate(Frame& frame, ExprId row);
    Register at(const Location& location, Register column);
    std::optional<Location> resolve(const Frame& frame, const RowName& name);
    Frame frameOf(TypedSpace space, BinderId binder);

    // folds.cpp
    /// The rows that a fold runs over, with what it needs of each.
    struct FoldRows {
        Register toParent = kNone;  ///< link from the rows to the row that asks
        Register toChild = kNone;   ///< rows that stand for child rows: link to these
        std::vector<Register> counted;
        Register body = kNone;
        Register more = kNone;
    };
    Register fold(Frame& frame, const typed::Expr& expr);
    Register foldOwn(Frame& frame, const typed::Expr& expr);
    Register foldAsked(Frame& frame, Frame& child, Register up, const typed::Expr& expr);
    Register foldProduct(Frame& frame, Register up, const typed::Expr& expr);
    Register foldRows(FoldRows rows, const typed::Expr& expr);
    Register moreRows(Frame& frame, Register up, const typed::Expr& expr);
    std::vector<RowName> namesInside(const typed::Expr& expr);
    std::uint32_t helperSpace(const Instruction& made, const typed::Expr& expr);

    // windows.cpp
    /// One level of the order of rows: different rows of `space` under one row above them compare
    /// by `rank`.
    struct Level {
        TypedSpace space = typed::kNone;
        Register rank = kNone;       ///< of the level's own rows
        Register fromChild = kNone;  ///< link from the child rows; kNone: they are the level's
        std::string tie;             ///< place that is missing where ranks are equal
    };
    std::vector<Level> levels(const std::vector<LinkId>& over);
    Register levelRank(LinkId id);
    Register foldWindow(Frame& frame, Frame& child, Register up, const typed::Expr& expr);
    void splitWhere(Frame& frame, Frame& child, const typed::Expr& expr, WindowParts& parts);
    void addUpTo(Frame& frame,
                 const typed::Expr& expr,
                 const typed::Window& window,
                 const std::vector<Level>& levels,
                 WindowParts& parts);
    bool isResolved(const Frame& frame, ExprId id);
    std::uint32_t windowNumber(const bytecode::WindowInfo& window);

    // apportion.cpp
    Register apportion(Frame& frame, const typed::Expr& expr);
    struct Pool {
        Register units = kNone;
        Register outcomes = kNone;
    };
    const Pool& pool(std::uint32_t apportionment);
    Register outcomesOf(TypedSpace parent);

    // rows.cpp
    const std::vector<RowName>& freeRows(ExprId id);

    // decisions.cpp
    struct Lifted {
        std::uint32_t rule = kNone;
        std::uint32_t effect = kNone;
        Register guard = kNone;
        Register value = kNone;
    };
    Register decisionValue(std::uint32_t decision);
    Register decisionMember(std::uint32_t decision, std::uint32_t member);
    std::uint32_t memberCount(const typed::Decision& decision) const;
    std::vector<Lifted> contributions(std::uint32_t decision, std::optional<std::uint32_t> member);
    std::vector<Register> unmetNeeds(std::uint32_t decision);
    const std::string& layerOf(const typed::Rule& rule, const typed::Effect& effect) const;
    Register underCondition(std::uint32_t decision, Register value);
    void lowerDecisions();

    // rules.cpp
    Frame& ruleFrame(std::uint32_t rule);
    Register guard(std::uint32_t rule, std::uint32_t effect);
    void lowerRules();
    bytecode::Template lowerTemplate(Frame& frame, const typed::Template& text);
    void lowerFindings();
    void lowerOutputs();
    std::string place(const Span& span) const;

    // clauses.cpp
    std::uint32_t clause(Frame& frame, ExprId id);
    std::uint32_t valueClause(Frame& frame, ExprId id);
    std::uint32_t definitionClause(ColumnId column);
    void addValues(Frame& frame, ExprId id, std::vector<std::uint32_t>& children);
    std::uint32_t addClause(bytecode::Clause made);
    std::string words(const Span& span) const;

    const typed::Program& typed_;
    const Sources& sources_;
    bytecode::Program out_;
    Builder build_;
    std::map<TypedSpace, std::uint32_t> spaces_;
    std::map<LinkId, Register> links_;
    std::map<TypedSpace, Register> exists_;
    std::map<ColumnId, Register> columns_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Register> members_;
    std::map<std::uint32_t, Pool> pools_;
    std::map<std::uint32_t, Frame> ruleFrames_;
    std::map<ExprId, std::vector<RowName>> freeRows_;
    std::map<ColumnId, std::uint32_t> definitionClauses_;
    /// Of a clause's tree, with what clauses share as often as it is shown.
    struct ClauseSize {
        std::uint64_t all = 1;
        std::uint64_t repeated = 0;  ///< of these, what was counted elsewhere
        bool stands = false;         ///< below another
    };
    std::vector<ClauseSize> clauseSizes_;  ///< by clause
    std::vector<std::uint32_t> classes_;   ///< parallel to the groupings
    std::uint32_t depth_ = 0;
};

}  // namespace proviso::lowering
