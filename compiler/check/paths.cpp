#include "compiler/check/definitions.h"
#include "compiler/check/expressions.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>

namespace proviso::check {

namespace {

/// Of a row with more fields a few of them help nobody.
constexpr std::size_t kMostListed = 20;

constexpr SymbolKinds kValues{SymbolKind::Parameter, SymbolKind::Table};
/// What a path may begin with where the pack that declares it is used.
constexpr SymbolKinds kBeginnings{SymbolKind::Parameter,
                                  SymbolKind::Table,
                                  SymbolKind::Record,
                                  SymbolKind::Grouping,
                                  SymbolKind::Collect};

}  // namespace

std::optional<Value> ExpressionChecker::root(const ast::Name& name) {
    for (auto local = scope_.locals.rbegin(); local != scope_.locals.rend(); ++local) {
        if (local->name == name.text) {
            return local->value;
        }
    }
    for (auto row = scope_.rows.rbegin(); row != scope_.rows.rend(); ++row) {
        if (row->name == name.text) {
            return row->row == kNone ? error() : plain(row->row, name.span);
        }
    }
    if (scope_.current != kNone) {
        const ExprId row = context_.ancestor(scope_.pack, scope_.current, name.text, name.span);
        if (row != kNone) {
            return plain(row, name.span);
        }
    }
    return std::nullopt;
}

bool ExpressionChecker::isBound(const ast::Name& name) {
    const auto named = [&](const auto& one) { return one.name == name.text; };
    return std::any_of(scope_.locals.begin(), scope_.locals.end(), named) ||
           std::any_of(scope_.rows.begin(), scope_.rows.end(), named) ||
           (scope_.current != kNone &&
            context_.hasAncestor(scope_.pack, context_.rowSpace(scope_.current), name.text)) ||
           !context_.names.find(scope_.pack, name.text, kValues).empty();
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
bool ExpressionChecker::needsExpected(const ast::Expression& expression) {
    if (const auto* path = std::get_if<ast::Path>(&expression.node)) {
        return path->names.size() == 1 && !isBound(path->names.front());
    }
    if (const auto* choice = std::get_if<ast::Case>(&expression.node)) {
        for (const ast::Case::Arm& arm : choice->arms) {
            if (!needsExpected(*arm.value)) {
                return false;
            }
        }
        return true;
    }
    return std::holds_alternative<ast::DecimalLiteral>(expression.node) ||
           std::holds_alternative<ast::TextLiteral>(expression.node) ||
           std::holds_alternative<ast::CodeLiteral>(expression.node);
}

Value ExpressionChecker::path(const ast::Path& path, const Type* expected, Span span) {
    const ast::Name& first = path.names.front();
    if (expected != nullptr && path.names.size() == 1) {
        if (const auto value = expectedMember(first, *expected)) {
            return *value;
        }
    }
    std::size_t used = 1;
    Value value;
    if (const auto found = root(first)) {
        value = *found;
        // A local definition holds the span of its own text; messages point at the use.
        value.span = span;
    } else {
        value = declared(path, used, expected, span);
    }
    for (; used < path.names.size() && !value.isError(); ++used) {
        value = member(value, path.names[used]);
    }
    return value;
}

Value ExpressionChecker::declared(const ast::Path& path,
                                  std::size_t& used,
                                  const Type* expected,
                                  Span span) {
    // The longest beginning of the path that is a qualified name; a bare name is a beginning of one
    // part.
    std::string text;
    std::vector<std::string> beginnings;
    for (const ast::Name& name : path.names) {
        text += (text.empty() ? "" : ".") + name.text;
        beginnings.push_back(text);
    }
    for (std::size_t count = beginnings.size(); count > 0; --count) {
        const std::string& beginning = beginnings[count - 1];
        if (context_.names.find(scope_.pack, beginning, kValues).empty()) {
            continue;
        }
        used = count;
        const Span nameSpan = cover(path.names.front().span, path.names[count - 1].span);
        const Symbol* symbol =
            context_.names.resolve(scope_.pack, beginning, nameSpan, kValues, "a parameter");
        if (symbol == nullptr || symbol->index == kNone) {
            return error();
        }
        if (symbol->kind == SymbolKind::Table) {
            context_
                .report(
                    DiagnosticKind::WrongKindOfName, nameSpan, {beginning, "a table", "a value"})
                .help("look a row up: `" + beginning + ".column for (...)`");
            return error();
        }
        const ExprId at = date(span);
        if (at == kNone) {
            return error();
        }
        if (scope_.reader != kNone && scope_.dateIsGoverning) {
            context_.reads.push_back({scope_.reader, false, symbol->index, nameSpan});
        }
        typed::Expr read;
        read.kind = typed::ExprKind::ReadParameter;
        read.type = context_.program.parameters[symbol->index].type;
        read.operands = {at};
        read.index = symbol->index;
        read.span = span;
        return plain(context_.add(std::move(read)), span);
    }
    const ast::Name& first = path.names.front();
    used = path.names.size();
    if (expected != nullptr && path.names.size() == 1) {
        if (expected->kind == TypeKind::Code) {
            return code(first.text, expected->ref, first.span);
        }
        if (expected->kind == TypeKind::Enumeration || expected->kind == TypeKind::Step) {
            return unknownMember(first, *expected);
        }
    }
    if ((first.text == "today" || first.text == "now") && context_.sink.hasErrors()) {
        // The parser has said that the clock is never read.
        return error();
    }
    std::vector<std::string> known;
    if (scope_.current != kNone) {
        known = context_.ancestorNames(scope_.pack, context_.rowSpace(scope_.current));
    }
    for (const Scope::Row& row : scope_.rows) {
        known.push_back(row.name);
    }
    for (const Scope::Local& local : scope_.locals) {
        known.push_back(local.name);
    }
    const std::vector<Symbol*> rows = context_.names.find(
        scope_.pack, first.text, {SymbolKind::Record, SymbolKind::Grouping, SymbolKind::Collect});
    if (!rows.empty()) {
        auto builder = context_.report(DiagnosticKind::UnknownName, first.span, {first.text});
        if (scope_.current != kNone) {
            builder.help("the text is about one row of `" +
                         context_.program.spaces[context_.rowSpace(scope_.current)].name +
                         "`, which is in no single row of `" + first.text + "`");
        }
        return error();
    }
    // A member of the current row written bare is the commonest slip.
    if (scope_.current != kNone) {
        const SpaceId space = context_.rowSpace(scope_.current);
        if (!context_.columnsNamed(scope_.pack, space, first.text).empty()) {
            const std::string row = scope_.rows.empty() ? context_.program.spaces[space].name
                                                        : scope_.rows.front().name;
            context_.report(DiagnosticKind::UnknownName, first.span, {first.text})
                .help("write `" + row + "." + first.text + "`");
            return error();
        }
    }
    context_.names.reportUnknown(scope_.pack, first.text, first.span, kBeginnings, known);
    return error();
}

Value ExpressionChecker::member(const Value& value, const ast::Name& name) {
    switch (value.shape) {
    case Value::Shape::Error:
        return value;
    case Value::Shape::List:
        return memberOfList(value, name);
    case Value::Shape::Nested:
        return memberOfRow(value.id, value.prefix + ".", name);
    case Value::Shape::Plain:
        if (value.type.kind == TypeKind::Row) {
            return memberOfRow(value.id, {}, name);
        }
        if (value.type.kind == TypeKind::Date) {
            if (const auto part = dateFunction(name, value)) {
                return *part;
            }
        }
        if (name.text == "absolute") {
            return absolute(value, name.span);
        }
        break;
    case Value::Shape::Ratio:
    case Value::Shape::Decision:
        break;
    }
    context_.report(DiagnosticKind::NoMembers, name.span, {words(value), name.text});
    return error();
}

Value ExpressionChecker::read(ExprId row, ColumnId column, Span span) {
    const typed::Column& one = context_.program.columns[column];
    if (one.kind == typed::ColumnKind::Decided &&
        (one.type.kind == TypeKind::Set || one.type.kind == TypeKind::Step)) {
        Value value;
        value.shape = Value::Shape::Decision;
        value.type = one.type;
        value.id = row;
        value.column = column;
        value.span = span;
        return value;
    }
    if (!ensureTyped(context_, column)) {
        return error();
    }
    const typed::Column& known = context_.program.columns[column];
    if (known.kind == typed::ColumnKind::Computed && scope_.reader != kNone &&
        scope_.dateIsGoverning) {
        context_.reads.push_back({scope_.reader, true, known.definition, span});
    }
    return plain(context_.readColumn(row, column, known.type, span), span);
}

// NOLINTNEXTLINE(misc-no-recursion): a list stands only in a row
std::optional<Value> ExpressionChecker::listIn(
    ExprId row, const std::vector<LinkId>& over, SpaceId space, std::string_view name, Span span) {
    const auto listOf = [&](LinkId link) {
        Value value;
        value.shape = Value::Shape::List;
        value.id = row;
        value.over = {link};
        value.over.insert(value.over.end(), over.begin(), over.end());
        value.space = context_.program.links[link].from;
        value.span = span;
        return value;
    };
    const auto [begin, end] = context_.spaces[space].lists.equal_range(name);
    for (auto place = begin; place != end; ++place) {
        if (context_.names.visible(scope_.pack, context_.spaces[place->second].pack)) {
            return listOf(context_.program.spaces[place->second].toParent);
        }
    }
    const typed::Space& one = context_.program.spaces[space];
    if (one.kind == typed::SpaceKind::Collected && name == "members") {
        const std::uint32_t collect = one.collect;
        if (!ensureCollectSource(context_, collect)) {
            return error();
        }
        const SpaceId covers = context_.program.collects[collect].covers;
        if (covers != kNone) {
            return listOf(context_.program.spaces[covers].toParent);
        }
        if (context_.program.collects[collect].members == kNone) {
            return std::nullopt;
        }
        return listOf(context_.program.collects[collect].members);
    }
    return one.kind == typed::SpaceKind::Group ? listInGroup(row, over, space, name, span)
                                               : std::nullopt;
}

// NOLINTNEXTLINE(misc-no-recursion): a list stands only in a row, and a group in coarser ones
std::optional<Value> ExpressionChecker::listInGroup(
    ExprId row, const std::vector<LinkId>& over, SpaceId space, std::string_view name, Span span) {
    const typed::Grouping grouping =
        context_.program.groupings[context_.program.spaces[space].grouping];
    const auto below = [&](LinkId link) {
        std::vector<LinkId> links{link};
        links.insert(links.end(), over.begin(), over.end());
        return links;
    };
    const auto listOf = [&](LinkId link) {
        Value value;
        value.shape = Value::Shape::List;
        value.id = row;
        value.over = below(link);
        value.space = context_.program.links[link].from;
        value.span = span;
        return value;
    };
    const typed::Space& record = context_.program.spaces[grouping.record];
    if (name == "members" || name == record.name + "s" || name == record.listName) {
        return listOf(grouping.membership);
    }
    // The finer groups that lie in this one, then what each of its rows and groups holds.
    std::vector<LinkId> finer;
    for (const typed::Grouping& inner : context_.program.groupings) {
        for (const LinkId link : inner.nestedIn) {
            if (context_.program.links[link].to == space &&
                context_.names.visible(scope_.pack, context_.spaces[inner.space].pack)) {
                finer.push_back(link);
            }
        }
    }
    for (const LinkId link : finer) {
        if (name == context_.program.spaces[context_.program.links[link].from].name + "s") {
            return listOf(link);
        }
    }
    if (auto list = listIn(row, below(grouping.membership), grouping.record, name, span)) {
        return list;
    }
    for (const LinkId link : finer) {
        const SpaceId inner = context_.program.links[link].from;
        const auto [begin, end] = context_.spaces[inner].lists.equal_range(name);
        for (auto place = begin; place != end; ++place) {
            if (context_.names.visible(scope_.pack, context_.spaces[place->second].pack)) {
                return listIn(row, below(link), inner, name, span);
            }
        }
    }
    return std::nullopt;
}

std::optional<Value> ExpressionChecker::upFrom(ExprId row, const ast::Name& name) {
    const SpaceId space = context_.rowSpace(row);
    const typed::Space& one = context_.program.spaces[space];
    if (one.parent != kNone && context_.program.spaces[one.parent].name == name.text) {
        return plain(context_.upRow(row, one.toParent, name.span), name.span);
    }
    const auto leadsThere = [&](LinkId link) {
        const SpaceId group = context_.program.links[link].to;
        return context_.program.spaces[group].name == name.text &&
               context_.names.visible(scope_.pack, context_.spaces[group].pack);
    };
    for (const typed::Grouping& grouping : context_.program.groupings) {
        if (grouping.record == space && leadsThere(grouping.membership)) {
            return plain(context_.upRow(row, grouping.membership, name.span), name.span);
        }
    }
    if (one.kind == typed::SpaceKind::Group) {
        for (const LinkId link : context_.program.groupings[one.grouping].nestedIn) {
            if (leadsThere(link)) {
                return plain(context_.upRow(row, link, name.span), name.span);
            }
        }
    }
    // From a source row to the row collected from it, and back.
    for (std::uint32_t index = 0; index < context_.program.collects.size(); ++index) {
        const SpaceId collected = context_.program.collects[index].space;
        const bool named = context_.program.spaces[collected].name == name.text;
        if (!named && collected != space) {
            continue;
        }
        if (context_.collects[index].source == Progress::Running ||
            !ensureCollectSource(context_, index)) {
            continue;
        }
        const typed::Collect& collect = context_.program.collects[index];
        if (named && collect.source == space && collect.members != kNone) {
            return plain(context_.upRow(row, collect.members, name.span), name.span);
        }
        if (collected == space && collect.origin != kNone &&
            context_.program.spaces[collect.source].name == name.text) {
            return plain(context_.upRow(row, collect.origin, name.span), name.span);
        }
    }
    return std::nullopt;
}

Value ExpressionChecker::memberOfRow(ExprId row, const std::string& prefix, const ast::Name& name) {
    const SpaceId space = context_.rowSpace(row);
    const std::string full = prefix + name.text;
    const std::vector<ColumnId> columns = context_.columnsNamed(scope_.pack, space, full);
    if (columns.size() > 1) {
        auto builder = context_.report(DiagnosticKind::AmbiguousName, name.span, {full});
        for (const ColumnId column : columns) {
            builder.label(context_.program.columns[column].span,
                          "in `" + context_.names.packName(context_.columns[column].pack) + "`");
        }
        return error();
    }
    if (columns.size() == 1) {
        return read(row, columns.front(), name.span);
    }
    if (const auto list = listIn(row, {}, space, full, name.span)) {
        return *list;
    }
    if (context_.spaces[space].prefixes.count(full) != 0) {
        Value value;
        value.shape = Value::Shape::Nested;
        value.id = row;
        value.prefix = full;
        value.span = name.span;
        return value;
    }
    if (prefix.empty()) {
        if (const auto up = upFrom(row, name)) {
            return *up;
        }
    }
    return unknownField(space, full, name);
}

Value ExpressionChecker::memberOfList(const Value& list, const ast::Name& name) {
    if (const auto inner = listIn(list.id, list.over, list.space, name.text, name.span)) {
        return *inner;
    }
    const std::string& rows = context_.program.spaces[list.space].name;
    auto builder = context_.report(
        DiagnosticKind::NoMembers, name.span, {"a list of `" + rows + "`", name.text});
    if (!context_.columnsNamed(scope_.pack, list.space, name.text).empty()) {
        builder.help("each of its rows has one: `(total of x." + name.text + " over ... as x)`");
    }
    return error();
}

Value ExpressionChecker::unknownField(SpaceId space,
                                      const std::string& full,
                                      const ast::Name& name) {
    const typed::Space& one = context_.program.spaces[space];
    auto builder = context_.report(DiagnosticKind::UnknownField, name.span, {one.name, full});
    for (const auto& [column, id] : context_.spaces[space].columns) {
        if (column == full) {
            builder.label(context_.program.columns[id].span, "declared in a pack not used here")
                .help("add `uses " + context_.names.packName(context_.columns[id].pack) +
                      "` to the pack's head");
            return error();
        }
    }
    if (one.kind == typed::SpaceKind::Group) {
        const SpaceId record = context_.program.groupings[one.grouping].record;
        if (!context_.columnsNamed(scope_.pack, record, full).empty()) {
            builder.help("`" + full + "` belongs to each `" + context_.program.spaces[record].name +
                         "` of the group; only its keys are the group's own");
            return error();
        }
    }
    if (one.parent != kNone && !context_.columnsNamed(scope_.pack, one.parent, full).empty()) {
        builder.help("it is a field of the containing row: add `." +
                     context_.program.spaces[one.parent].name + "` before it");
        return error();
    }
    std::vector<std::string> known;
    for (const auto& [column, id] : context_.spaces[space].columns) {
        if (context_.names.visible(scope_.pack, context_.columns[id].pack)) {
            known.push_back(column);
        }
    }
    for (const auto& [list, id] : context_.spaces[space].lists) {
        known.push_back(list);
    }
    if (const auto near = nearestName(full, known)) {
        builder.help("did you mean `" + std::string(*near) + "`?");
    } else if (!known.empty() && known.size() <= kMostListed) {
        std::sort(known.begin(), known.end());
        builder.help("`" + one.name + "` has " + listInWords(known));
    }
    return error();
}

Value ExpressionChecker::memberOf(const ast::Expression& expression, const ast::MemberOf& node) {
    Value row = check(*node.row);
    if (row.isError()) {
        return row;
    }
    const bool isRow = row.shape == Value::Shape::Plain && row.type.kind == TypeKind::Row;
    if (!isRow && row.shape != Value::Shape::Nested && row.shape != Value::Shape::List) {
        return function(node.member, {node.row.get()}, expression.span);
    }
    return member(row, node.member);
}

std::optional<ListPath> ExpressionChecker::checkListPath(const ast::Expression& expression) {
    const auto* path = std::get_if<ast::Path>(&expression.node);
    if (path == nullptr) {
        return std::nullopt;
    }
    const ast::Name& first = path->names.front();
    const Symbol* symbol =
        context_.names.resolve(scope_.pack,
                               first.text,
                               first.span,
                               {SymbolKind::Record, SymbolKind::Grouping, SymbolKind::Collect},
                               "a record, grouping or collected record");
    if (symbol == nullptr || symbol->index == kNone) {
        return std::nullopt;
    }
    // A row of the root, known only while the path is followed.
    const BinderId binder = context_.addBinder(symbol->name, symbol->index);
    Value value = plain(context_.binderRow(binder, first.span), first.span);
    for (std::size_t index = 1; index < path->names.size() && !value.isError(); ++index) {
        value = member(value, path->names[index]);
    }
    if (value.isError()) {
        return std::nullopt;
    }
    if (value.shape != Value::Shape::List) {
        context_.report(
            DiagnosticKind::NotAList, expression.span, {context_.sources.text(expression.span)});
        return std::nullopt;
    }
    const typed::Expr& rootRow = context_.expr(value.id);
    // What covers an instant is asked about from the instant; it has no columns of its own.
    const bool covers = context_.program.spaces[value.space].kind == typed::SpaceKind::Covers;
    if (covers || rootRow.kind != typed::ExprKind::BinderRow) {
        context_.report(
            DiagnosticKind::NotAList, expression.span, {context_.sources.text(expression.span)});
        return std::nullopt;
    }
    return ListPath{symbol->index, value.over, value.space};
}

}  // namespace proviso::check
