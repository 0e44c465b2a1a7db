#include "compiler/check/context.h"

#include "runtime/values/date.h"

#include <algorithm>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

namespace {

std::vector<const ast::Pack*> byName(const std::vector<ast::Pack>& packs) {
    std::vector<const ast::Pack*> result;
    for (const ast::Pack& pack : packs) {
        result.push_back(&pack);
    }
    std::stable_sort(result.begin(), result.end(), [](const ast::Pack* a, const ast::Pack* b) {
        return a->name.text < b->name.text;
    });
    return result;
}

}  // namespace

Context::Context(const std::vector<ast::Pack>& astPacks,
                 const Sources& theSources,
                 const TableFiles& theFiles,
                 DiagnosticSink& theSink)
    : sources(theSources), tableFiles(theFiles), sink(theSink), packs(byName(astPacks)),
      names(packs, theSink) {}

ExprId Context::add(Expr one) {
    program.exprs.push_back(std::move(one));
    return static_cast<ExprId>(program.exprs.size() - 1);
}

ExprId Context::constant(Type type, std::int64_t value, Span span) {
    Expr one;
    one.kind = ExprKind::Constant;
    one.type = type;
    one.value = value;
    one.span = span;
    return add(std::move(one));
}

std::int64_t Context::text(std::string_view text) {
    const auto [place, isNew] =
        textIds_.emplace(std::string(text), static_cast<std::int64_t>(program.texts.size()));
    if (isNew) {
        program.texts.emplace_back(text);
    }
    return place->second;
}

ExprId Context::textConstant(Type type, std::string_view value, Span span) {
    return constant(type, text(value), span);
}

ExprId Context::notApplicable(Type type, Span span) {
    Expr one;
    one.kind = ExprKind::NotApplicable;
    one.type = type;
    one.span = span;
    return add(std::move(one));
}

ExprId Context::logic(ExprKind kind, std::vector<ExprId> operands, Span span) {
    if (operands.size() == 1) {
        return operands.front();
    }
    if (operands.empty()) {
        return constant({TypeKind::YesNo}, kind == ExprKind::And ? 1 : 0, span);
    }
    Expr one;
    one.kind = kind;
    one.type = {TypeKind::YesNo};
    one.operands = std::move(operands);
    one.span = span;
    return add(std::move(one));
}

ExprId Context::negation(ExprId operand, Span span) {
    Expr one;
    one.kind = ExprKind::Not;
    one.type = {TypeKind::YesNo};
    one.operands = {operand};
    one.span = span;
    return add(std::move(one));
}

ExprId Context::compare(typed::Comparison comparison, ExprId left, ExprId right, Span span) {
    Expr one;
    one.kind = ExprKind::Compare;
    one.type = {TypeKind::YesNo};
    one.operands = {left, right};
    one.comparison = comparison;
    one.span = span;
    return add(std::move(one));
}

ExprId Context::inForceAt(ExprId date, const typed::InForce& inForce, Span span) {
    Expr one;
    one.kind = ExprKind::InForceAt;
    one.type = {TypeKind::YesNo};
    one.operands = {date};
    one.periods = {inForce};
    one.span = span;
    return add(std::move(one));
}

ExprId Context::upRow(ExprId row, LinkId link, Span span) {
    Expr one;
    one.kind = ExprKind::UpRow;
    one.type = {TypeKind::Row, 0, program.links[link].to};
    one.operands = {row};
    one.index = link;
    one.span = span;
    return add(std::move(one));
}

ExprId Context::binderRow(BinderId binder, Span span) {
    Expr one;
    one.kind = ExprKind::BinderRow;
    one.type = {TypeKind::Row, 0, program.binders[binder].space};
    one.index = binder;
    one.span = span;
    return add(std::move(one));
}

ExprId Context::readColumn(ExprId row, ColumnId column, Type type, Span span) {
    Expr one;
    one.kind = ExprKind::ReadColumn;
    // An attestation is read as yes or no.
    one.type = type.kind == TypeKind::Attestation ? Type{TypeKind::YesNo} : type;
    one.operands = {row};
    one.index = column;
    one.span = span;
    return add(std::move(one));
}

BinderId Context::addBinder(std::string name, SpaceId space) {
    program.binders.push_back({std::move(name), space});
    return static_cast<BinderId>(program.binders.size() - 1);
}

LinkId Context::addLink(typed::Link::Kind kind, SpaceId from, SpaceId to) {
    program.links.push_back({kind, from, to});
    return static_cast<LinkId>(program.links.size() - 1);
}

SpaceId Context::addSpace(typed::Space space, SpaceInfo info) {
    const auto id = static_cast<SpaceId>(program.spaces.size());
    if (space.parent != kNone && !space.listName.empty()) {
        spaces[space.parent].lists.emplace(space.listName, id);
        for (std::size_t dot = space.listName.find('.'); dot != std::string::npos;
             dot = space.listName.find('.', dot + 1)) {
            spaces[space.parent].prefixes.insert(space.listName.substr(0, dot));
        }
    }
    if (space.parent != kNone) {
        space.toParent = addLink(typed::Link::Kind::Parent, id, space.parent);
        const typed::Space& parent = program.spaces[space.parent];
        if (parent.governingDate != kNone) {
            space.governingDate = parent.governingDate;
            space.governingPath = {space.toParent};
            space.governingPath.insert(space.governingPath.end(),
                                       parent.governingPath.begin(),
                                       parent.governingPath.end());
        }
    }
    program.spaces.push_back(std::move(space));
    spaces.push_back(std::move(info));
    return id;
}

ColumnId Context::addColumn(typed::Column column, PackId pack) {
    const auto id = static_cast<ColumnId>(program.columns.size());
    SpaceInfo& info = spaces[column.space];
    info.columns.emplace(column.name, id);
    for (std::size_t dot = column.name.find('.'); dot != std::string::npos;
         dot = column.name.find('.', dot + 1)) {
        info.prefixes.insert(column.name.substr(0, dot));
    }
    program.spaces[column.space].columns.push_back(id);
    program.columns.push_back(std::move(column));
    columns.push_back({pack, true});
    return id;
}

std::vector<Symbol*> Context::symbolsInOrder(SymbolKind kind) {
    std::vector<Symbol*> result;
    for (Symbol& symbol : names.symbols()) {
        if (symbol.kind == kind) {
            result.push_back(&symbol);
        }
    }
    std::sort(result.begin(), result.end(), [](const Symbol* a, const Symbol* b) {
        return a->pack != b->pack ? a->pack < b->pack : a->span.begin < b->span.begin;
    });
    return result;
}

ExprId Context::governingDate(ExprId row, Span span) {
    const typed::Space& space = program.spaces[rowSpace(row)];
    const ColumnId column = space.governingDate;
    if (column == kNone) {
        return kNone;
    }
    const std::vector<LinkId> path = space.governingPath;
    for (const LinkId link : path) {
        row = upRow(row, link, span);
    }
    return readColumn(row, column, {TypeKind::Date}, span);
}

std::optional<std::vector<LinkId>>
Context::pathUp(PackId from, SpaceId space, const std::function<bool(SpaceId)>& wanted) const {
    struct Reached {
        SpaceId space = kNone;
        std::vector<LinkId> path;
    };
    std::vector<Reached> waiting{{space, {}}};
    std::set<SpaceId> seen{space};
    for (std::size_t next = 0; next < waiting.size(); ++next) {
        const Reached at = waiting[next];
        if (wanted(at.space)) {
            return at.path;
        }
        const auto follow = [&](LinkId link) {
            const SpaceId to = program.links[link].to;
            const bool seenBy = program.spaces[to].kind != typed::SpaceKind::Group ||
                                names.visible(from, spaces[to].pack);
            if (seenBy && seen.insert(to).second) {
                std::vector<LinkId> path = at.path;
                path.push_back(link);
                waiting.push_back({to, std::move(path)});
            }
        };
        const typed::Space& one = program.spaces[at.space];
        for (const typed::Grouping& grouping : program.groupings) {
            if (grouping.record == at.space) {
                follow(grouping.membership);
            }
        }
        if (one.kind == typed::SpaceKind::Group) {
            for (const LinkId link : program.groupings[one.grouping].nestedIn) {
                follow(link);
            }
        }
        if (one.toParent != kNone) {
            follow(one.toParent);
        }
    }
    return std::nullopt;
}

namespace {

/// Rows that the language gives no name of their own.
bool isNameless(const typed::Space& space) {
    return space.kind == typed::SpaceKind::Pairs || space.kind == typed::SpaceKind::Covers;
}

}  // namespace

bool Context::hasAncestor(PackId from, SpaceId space, std::string_view name) const {
    return pathUp(from,
                  space,
                  [&](SpaceId id) {
                      return program.spaces[id].name == name && !isNameless(program.spaces[id]);
                  })
        .has_value();
}

ExprId Context::ancestor(PackId from, ExprId row, std::string_view name, Span span) {
    const auto path = pathUp(from, rowSpace(row), [&](SpaceId id) {
        return program.spaces[id].name == name && !isNameless(program.spaces[id]);
    });
    if (!path) {
        return kNone;
    }
    for (const LinkId link : *path) {
        row = upRow(row, link, span);
    }
    return row;
}

std::vector<std::string> Context::ancestorNames(PackId from, SpaceId space) const {
    std::vector<std::string> result;
    static_cast<void>(pathUp(from, space, [&](SpaceId id) {
        if (!isNameless(program.spaces[id])) {
            result.push_back(program.spaces[id].name);
        }
        return false;
    }));
    return result;
}

std::vector<ColumnId>
Context::columnsNamed(PackId from, SpaceId space, std::string_view name) const {
    std::vector<ColumnId> result;
    const auto [begin, end] = spaces[space].columns.equal_range(name);
    for (auto place = begin; place != end; ++place) {
        if (names.visible(from, columns[place->second].pack)) {
            result.push_back(place->second);
        }
    }
    return result;
}

std::string dateInWords(std::int64_t day) {
    if (day == INT64_MIN) {
        return "the beginning";
    }
    if (day == INT64_MAX) {
        return "the end";
    }
    const DateParts parts = partsOf(Date{day});
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(parts.year) + "-" + two(parts.month) + "-" + two(parts.day);
}

typed::Period periodOf(const ast::Period& period) {
    typed::Period result;
    result.from = period.from.value_or(INT64_MIN);
    result.through = period.through.value_or(INT64_MAX);
    return result;
}

typed::InForce inForceOf(const ast::Period& period,
                         const std::optional<ast::DateLiteral>& published) {
    return {periodOf(period), published ? published->days : INT64_MIN};
}

std::vector<typed::Source> sourcesOf(const std::vector<ast::Text>& sources) {
    std::vector<typed::Source> result;
    for (const ast::Text& source : sources) {
        result.push_back({source.text, source.span});
    }
    return result;
}

std::string textOf(const std::optional<ast::Text>& text) {
    return text ? text->text : std::string();
}

std::string normalisedCode(std::string_view code) {
    const std::size_t first = code.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    code = code.substr(first, code.find_last_not_of(" \t") - first + 1);
    std::string result(code);
    for (char& letter : result) {
        if (letter >= 'a' && letter <= 'z') {
            letter = static_cast<char>(letter - 'a' + 'A');
        }
    }
    return result;
}

std::string listInWords(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 6;
    std::string result;
    for (std::size_t index = 0; index < names.size() && index < kMost; ++index) {
        if (index != 0) {
            result += index + 1 == names.size() ? " and " : ", ";
        }
        result += "`" + names[index] + "`";
    }
    if (names.size() > kMost) {
        result += " and " + std::to_string(names.size() - kMost) + " more";
    }
    return result;
}

}  // namespace proviso::check
