#pragma once

#include "compiler/check/check.h"
#include "compiler/check/names.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace proviso::check {

using typed::BinderId;
using typed::ColumnId;
using typed::ExprId;
using typed::LinkId;
using typed::SpaceId;

/// How far the lazy checking of a definition or a collected record has come.
enum class Progress : std::uint8_t {
    Waiting,
    Running,
    Done
};

/// What the checker knows about a row space beyond the program; parallel to `Program::spaces`.
struct SpaceInfo {
    PackId pack = kNone;
    const ast::Record* record = nullptr;
    const ast::Collect* collect = nullptr;
    /// Columns, lists in this space, and beginnings of dotted names (`episode` of
    /// `episode.opened`).
    std::multimap<std::string, ColumnId, std::less<>> columns;
    std::multimap<std::string, SpaceId, std::less<>> lists;
    std::set<std::string, std::less<>> prefixes;
};

/// Parallel to `Program::columns`.
struct ColumnInfo {
    PackId pack = kNone;
    bool typeKnown = true;
};

/// Parallel to `Program::definitions`.
struct DefinitionInfo {
    const ast::Define* ast = nullptr;
    bool typeWritten = false;
    Progress progress = Progress::Waiting;
};

/// Parallel to `Program::collects`.
struct CollectInfo {
    const ast::Collect* ast = nullptr;
    Progress source = Progress::Waiting;
    Progress rows = Progress::Waiting;
};

/// A text in force over a period that reads dated values: a rule, an exception, an alternative of a
/// definition.
struct Reader {
    std::string words;  ///< "rule `x`"
    Span span;
    typed::Period period;
    /// Whether the period was the author's to choose; a collected record is simply always there.
    bool bounded = false;
    bool isLocalToRow = true;
};

/// A reader reads a parameter or a dated definition at the governing date.
struct DatedRead {
    std::uint32_t reader = kNone;
    bool isDefinition = false;
    std::uint32_t index = kNone;
    Span span;
};

/// An expression whose value people will see.
struct Shown {
    ExprId expr = kNone;
    Span span;
};

/// The state of one check of a pack set. The stages are free functions over it, each in a file of
/// its own.
struct Context {
    Context(const std::vector<ast::Pack>& astPacks,
            const Sources& theSources,
            const TableFiles& theFiles,
            DiagnosticSink& theSink);

    const Sources& sources;
    const TableFiles& tableFiles;
    DiagnosticSink& sink;
    std::vector<const ast::Pack*> packs;  ///< by name; PackId is the index
    Names names;
    typed::Program program;

    std::vector<SpaceInfo> spaces;
    std::vector<ColumnInfo> columns;
    std::vector<DefinitionInfo> definitions;
    std::vector<CollectInfo> collects;
    std::vector<const ast::Grouping*> groupings;  ///< parallel to `Program::groupings`
    std::vector<const ast::Decision*> decisions;  ///< parallel to `Program::decisions`
    std::vector<Reader> readers;
    std::vector<DatedRead> reads;
    std::vector<Shown> shown;
    /// `absent means 0`: checked once expressions can be.
    std::vector<std::pair<ColumnId, const ast::Expression*>> absentMeanings;
    /// How deep definitions without a written type are being checked inside one another.
    int definitionDepth = 0;

    DiagnosticBuilder report(DiagnosticKind kind,
                             Span span,
                             std::initializer_list<DiagnosticArgument> arguments = {}) {
        return sink.report(kind, span, arguments);
    }

    // ---- building the program
    ExprId add(typed::Expr expr);
    [[nodiscard]] const typed::Expr& expr(ExprId id) const { return program.exprs[id]; }
    ExprId constant(Type type, std::int64_t value, Span span);
    ExprId textConstant(Type type, std::string_view text, Span span);
    ExprId notApplicable(Type type, Span span);
    /// Logic over operands that are all there; one alone stands for itself.
    ExprId logic(typed::ExprKind kind, std::vector<ExprId> operands, Span span);
    ExprId negation(ExprId operand, Span span);
    ExprId compare(typed::Comparison comparison, ExprId left, ExprId right, Span span);
    ExprId inForceAt(ExprId date, const typed::InForce& inForce, Span span);
    ExprId upRow(ExprId row, LinkId link, Span span);
    ExprId binderRow(BinderId binder, Span span);
    ExprId readColumn(ExprId row, ColumnId column, Type type, Span span);
    BinderId addBinder(std::string name, SpaceId space);
    LinkId addLink(typed::Link::Kind kind, SpaceId from, SpaceId to);
    SpaceId addSpace(typed::Space space, SpaceInfo info);
    ColumnId addColumn(typed::Column column, PackId pack);
    /// The index of a text constant.
    std::int64_t text(std::string_view text);

    // ---- asking about it
    /// What was declared of one kind, by pack and place in the text.
    [[nodiscard]] std::vector<Symbol*> symbolsInOrder(SymbolKind kind);
    [[nodiscard]] SpaceId rowSpace(ExprId row) const { return expr(row).type.ref; }
    /// The governing date of a row; kNone where nothing dates it.
    ExprId governingDate(ExprId row, Span span);
    /// The links on the shortest way up from a space to another that contains its rows; nothing
    /// where there is none. Groups contain their members.
    [[nodiscard]] std::optional<std::vector<LinkId>>
    pathUp(PackId from, SpaceId space, const std::function<bool(SpaceId)>& wanted) const;
    /// The row with this record's name that contains the given row, itself included; kNone: none.
    ExprId ancestor(PackId from, ExprId row, std::string_view name, Span span);
    [[nodiscard]] bool hasAncestor(PackId from, SpaceId space, std::string_view name) const;
    [[nodiscard]] std::vector<std::string> ancestorNames(PackId from, SpaceId space) const;
    /// The columns of this name in a space that the pack sees.
    [[nodiscard]] std::vector<ColumnId>
    columnsNamed(PackId from, SpaceId space, std::string_view name) const;

  private:
    std::unordered_map<std::string, std::int64_t> textIds_;
};

/// `2025-01-01`, or words for an open end.
[[nodiscard]] std::string dateInWords(std::int64_t day);

[[nodiscard]] typed::Period periodOf(const ast::Period& period);
[[nodiscard]] typed::InForce inForceOf(const ast::Period& period,
                                       const std::optional<ast::DateLiteral>& published);
[[nodiscard]] std::vector<typed::Source> sourcesOf(const std::vector<ast::Text>& sources);
[[nodiscard]] std::string textOf(const std::optional<ast::Text>& text);
/// Codes are compared trimmed and in upper case.
[[nodiscard]] std::string normalisedCode(std::string_view code);

/// `a`, `b` and 3 more: for messages.
[[nodiscard]] std::string listInWords(const std::vector<std::string>& names);

}  // namespace proviso::check
