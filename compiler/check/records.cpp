#include "compiler/check/records.h"

#include "compiler/check/types.h"

#include <algorithm>
#include <set>

namespace proviso::check {

namespace {

const ast::Record& recordOf(const Symbol& symbol) {
    return std::get<ast::Record>(symbol.node->item);
}

/// Makes the spaces and columns of one record and of what it contains.
class RecordBuilder {
  public:
    explicit RecordBuilder(Context& context) : context_(context) {}

    SpaceId buildEntry(Symbol& symbol) {
        typed::Space space;
        space.name = symbol.name;
        space.kind = typed::SpaceKind::Record;
        space.span = symbol.span;
        return build(symbol, std::move(space));
    }

  private:
    /// What lies above the fields of a record inside another.
    struct Place {
        std::string prefix;  ///< `episode.`
        std::string foreignPrefix;
        bool optionalAbove = false;
        bool isPrivate = false;
    };

    // NOLINTNEXTLINE(misc-no-recursion): a record is open once at most
    SpaceId build(Symbol& symbol, typed::Space space) {
        const ast::Record& record = recordOf(symbol);
        if (symbol.index != kNone) {
            refuse(
                symbol, space.span, "it is used in two lists, and a row must know which it is in");
            return kNone;
        }
        SpaceInfo info;
        info.pack = symbol.pack;
        info.record = &record;
        const SpaceId id = context_.addSpace(std::move(space), std::move(info));
        symbol.index = id;
        open_.push_back(&symbol);
        addColumns(id, symbol, Place{});
        dateBy(id, symbol);
        addLists(id, symbol, Place{});
        open_.pop_back();
        return id;
    }

    void refuse(const Symbol& record, Span span, std::string_view why) {
        context_.report(DiagnosticKind::RecordPlacedTwice, span, {record.name, why})
            .label(record.span, "declared here");
    }

    bool isOpen(const Symbol& symbol) const {
        return std::find(open_.begin(), open_.end(), &symbol) != open_.end();
    }

    static Place inside(const Place& place, const ast::Field& field) {
        Place result = place;
        result.prefix += field.name.text + ".";
        result.foreignPrefix += foreignName(field) + ".";
        result.optionalAbove = place.optionalAbove || field.optional;
        result.isPrivate = place.isPrivate || field.isPrivate;
        return result;
    }

    static std::string foreignName(const ast::Field& field) {
        return field.foreignName ? field.foreignName->text : field.name.text;
    }

    // NOLINTNEXTLINE(misc-no-recursion): a record is open once at most
    void addColumns(SpaceId space, const Symbol& owner, const Place& place) {
        std::map<std::string, Span> seen;
        for (const ast::Field& field : recordOf(owner).fields) {
            const auto [first, isNew] = seen.emplace(field.name.text, field.name.span);
            if (!isNew) {
                context_.report(DiagnosticKind::DuplicateName, field.name.span, {field.name.text})
                    .label(first->second, "first here");
                continue;
            }
            if (field.type.shape == ast::TypeName::Shape::List) {
                continue;
            }
            if (field.type.shape == ast::TypeName::Shape::Set) {
                context_
                    .report(DiagnosticKind::TypeMismatch,
                            field.type.span,
                            {"the type of a field", "a set"})
                    .help("write `list of " + field.type.name.text + "`");
                continue;
            }
            const std::optional<NamedType> named =
                resolveTypeName(context_, owner.pack, field.type);
            if (!named) {
                continue;
            }
            if (named->record != nullptr) {
                if (isOpen(*named->record)) {
                    refuse(*named->record, field.type.span, "it would contain itself");
                    continue;
                }
                checkContainerMarks(field, /*isList=*/false);
                open_.push_back(named->record);
                addColumns(space, *named->record, inside(place, field));
                open_.pop_back();
                continue;
            }
            addColumn(space, owner, field, named->type, place);
        }
    }

    void badMark(const ast::Field& field, std::string_view mark, std::string_view why) {
        context_.report(
            DiagnosticKind::BadFieldMark, field.name.span, {mark, field.name.text, why});
    }

    void checkContainerMarks(const ast::Field& field, bool isList) {
        if (field.key) {
            badMark(field, "key", "a key is one value");
        }
        if (field.isSigned) {
            badMark(field, "signed", "only amounts have a sign");
        }
        if (field.absentMeans) {
            badMark(field, "absent means", "it is not one value");
        }
        if (!isList && field.absentMeansNone) {
            badMark(field, "absent means none", "only a list can be empty");
        }
        if (!isList && field.atMost) {
            badMark(field, "at most", "only a list has a length");
        }
    }

    void addColumn(SpaceId space,
                   const Symbol& owner,
                   const ast::Field& field,
                   Type type,
                   const Place& place) {
        if (type.kind == TypeKind::Step) {
            context_
                .report(DiagnosticKind::TypeMismatch,
                        field.type.span,
                        {"the type of a field", inWords(context_.program, type)})
                .help("a step is what rules decide; a record holds facts, such as `" +
                      context_.program.enumerations[context_.program.scales[type.ref].facts].name +
                      "`");
            return;
        }
        if (field.isPrivate && field.shown) {
            badMark(field, "private", "it is also `shown`");
        }
        if (field.isSigned && !isQuantity(type.kind)) {
            badMark(field, "signed", "only amounts have a sign");
        }
        if (field.absentMeansNone) {
            badMark(field, "absent means none", "only a list can be empty");
        }
        if (field.atMost) {
            badMark(field, "at most", "only a list has a length");
        }
        if (field.key && (field.optional || field.absentMeans)) {
            badMark(field, "key", "it may be absent");
        }
        const bool isPrivate = field.isPrivate || place.isPrivate;
        if (type.kind == TypeKind::Text && !isPrivate && !field.shown && !field.key) {
            context_.report(DiagnosticKind::TextNotMarked, field.name.span, {field.name.text})
                .help("write `private` where it may name a person, otherwise `shown`");
        }
        typed::Column column;
        column.name = place.prefix + field.name.text;
        column.space = space;
        column.type = type;
        column.kind = typed::ColumnKind::Stored;
        column.isPrivate = isPrivate;
        column.label = textOf(field.label);
        column.foreignName = place.foreignPrefix + foreignName(field);
        column.required = !field.optional && !field.absentMeans;
        column.canBeUnknown = (field.optional || place.optionalAbove) && !field.absentMeans;
        column.isSigned = field.isSigned;
        column.isKey = field.key;
        column.span = field.name.span;
        column.field = 0;
        for (const ColumnId other : context_.program.spaces[space].columns) {
            column.field +=
                context_.program.columns[other].kind == typed::ColumnKind::Stored ? 1U : 0U;
        }
        const ColumnId id = context_.addColumn(std::move(column), owner.pack);
        if (field.absentMeans) {
            context_.absentMeanings.emplace_back(id, field.absentMeans->get());
        }
    }

    void dateBy(SpaceId space, const Symbol& symbol) {
        const ast::Record& record = recordOf(symbol);
        const bool isEntry = context_.program.spaces[space].kind == typed::SpaceKind::Record;
        if (!record.datedBy) {
            if (isEntry) {
                context_.report(DiagnosticKind::RecordNotDated, symbol.span, {symbol.name})
                    .help("add `dated by` and the name of its date");
            }
            return;
        }
        const ColumnId column = storedColumn(context_, symbol.pack, space, *record.datedBy);
        if (column == kNone) {
            return;
        }
        const typed::Column& date = context_.program.columns[column];
        if (date.type.kind != TypeKind::Date || date.canBeUnknown) {
            context_
                .report(DiagnosticKind::TypeMismatch,
                        record.datedBy->span,
                        {"a date that is always given",
                         date.canBeUnknown ? "one that may be absent"
                                           : inWords(context_.program, date.type)})
                .label(date.span, "declared here");
            return;
        }
        context_.program.spaces[space].governingDate = column;
        context_.program.spaces[space].governingPath.clear();
    }

    // NOLINTNEXTLINE(misc-no-recursion): a record is open once at most
    void addLists(SpaceId space, const Symbol& owner, const Place& place) {
        for (const ast::Field& field : recordOf(owner).fields) {
            const bool isList = field.type.shape == ast::TypeName::Shape::List;
            if (!isList) {
                const auto found =
                    context_.names.find(owner.pack, field.type.name.text, {SymbolKind::Record});
                if (field.type.shape == ast::TypeName::Shape::Plain && found.size() == 1 &&
                    !isOpen(*found.front())) {
                    open_.push_back(found.front());
                    addLists(space, *found.front(), inside(place, field));
                    open_.pop_back();
                }
                continue;
            }
            checkContainerMarks(field, /*isList=*/true);
            if (field.optional && !field.absentMeansNone) {
                context_
                    .report(DiagnosticKind::BadFieldMark,
                            field.name.span,
                            {"optional", field.name.text, "a list that is absent is not unknown"})
                    .help("write `absent means none`, or nothing where it must be given");
            }
            addList(space, owner, field, place);
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion): a record is open once at most
    void addList(SpaceId parent, const Symbol& owner, const ast::Field& field, const Place& place) {
        const std::optional<NamedType> named = resolveTypeName(context_, owner.pack, field.type);
        if (!named) {
            return;
        }
        typed::Space space;
        space.kind = typed::SpaceKind::List;
        space.parent = parent;
        space.listName = place.prefix + field.name.text;
        space.foreignName = place.foreignPrefix + foreignName(field);
        space.required = !field.absentMeansNone && !field.optional && !place.optionalAbove;
        space.atMost = field.atMost;
        space.span = field.name.span;
        if (named->record != nullptr) {
            Symbol& symbol = *named->record;
            if (isOpen(symbol)) {
                refuse(symbol, field.type.span, "it would contain itself");
                return;
            }
            space.name = symbol.name;
            build(symbol, std::move(space));
            return;
        }
        space.scalar = true;
        space.name = context_.program.spaces[parent].name + "." + space.listName;
        SpaceInfo info;
        info.pack = owner.pack;
        const SpaceId id = context_.addSpace(std::move(space), std::move(info));
        typed::Column column;
        column.name = "value";
        column.space = id;
        column.type = named->type;
        column.kind = typed::ColumnKind::Stored;
        column.isPrivate = field.isPrivate || place.isPrivate;
        column.required = true;
        column.field = 0;
        column.span = field.name.span;
        if (named->type.kind == TypeKind::Text && !column.isPrivate && !field.shown) {
            context_.report(DiagnosticKind::TextNotMarked, field.name.span, {field.name.text})
                .help("write `private` where it may name a person, otherwise `shown`");
        }
        context_.addColumn(std::move(column), owner.pack);
    }

    Context& context_;
    /// The records being built, outermost first.
    std::vector<const Symbol*> open_;
};

/// The records that no other one contains.
std::vector<Symbol*> outermost(Context& context, const std::vector<Symbol*>& records) {
    std::set<const Symbol*> contained;
    for (const Symbol* symbol : records) {
        for (const ast::Field& field : recordOf(*symbol).fields) {
            for (const Symbol* found :
                 context.names.find(symbol->pack, field.type.name.text, {SymbolKind::Record})) {
                contained.insert(found);
            }
        }
    }
    std::vector<Symbol*> result;
    for (Symbol* symbol : records) {
        if (contained.count(symbol) == 0) {
            result.push_back(symbol);
        }
    }
    return result;
}

void declareEntry(Context& context) {
    const std::vector<Symbol*> records = context.symbolsInOrder(SymbolKind::Record);
    if (records.empty()) {
        return;
    }
    std::vector<Symbol*> candidates = outermost(context, records);
    if (candidates.empty()) {
        context.report(
            DiagnosticKind::NoEntryRecord, records.front()->span, {"each is contained in another"});
        return;
    }
    std::vector<Symbol*> dated;
    for (Symbol* symbol : candidates) {
        if (recordOf(*symbol).datedBy) {
            dated.push_back(symbol);
        }
    }
    Symbol* entry = candidates.front();
    if (candidates.size() > 1) {
        if (dated.size() == 1) {
            entry = dated.front();
        }
        std::vector<std::string> names;
        for (const Symbol* symbol : candidates) {
            names.push_back(symbol->name);
        }
        const Symbol* blamed = candidates[0] == entry ? candidates[1] : candidates[0];
        auto builder = context.report(
            DiagnosticKind::NoEntryRecord, blamed->span, {listInWords(names) + " stand alone"});
        for (const Symbol* symbol : candidates) {
            if (symbol != blamed) {
                builder.label(symbol->span, "not contained in another record either");
            }
        }
        builder.help("one record comes in; the others are its fields or lists");
    }
    const SpaceId space = RecordBuilder(context).buildEntry(*entry);
    context.program.entry = space;

    const ast::Record& record = recordOf(*entry);
    std::size_t keys = 0;
    for (const ColumnId column : context.program.spaces[space].columns) {
        const typed::Column& one = context.program.columns[column];
        if (one.isKey) {
            ++keys;
            context.program.entryKey = column;
            keys += one.type.kind == TypeKind::Text ? 0U : 100U;
        }
    }
    if (keys != 1) {
        context.report(DiagnosticKind::BadRecordKey,
                       entry->span,
                       {entry->name,
                        keys == 0    ? "none"
                        : keys < 100 ? "several"
                                     : "one of another type"});
    }
    for (const ast::Name& name : record.correctedBy) {
        const ColumnId column = storedColumn(context, entry->pack, space, name);
        if (column == kNone) {
            continue;
        }
        const Type type = context.program.columns[column].type;
        if (!isOrdered(type.kind)) {
            context.report(DiagnosticKind::NotOrdered, name.span, {inWords(context.program, type)});
        }
        context.program.correctedBy.push_back(column);
    }
    if (record.voidedBy) {
        const ColumnId column = storedColumn(context, entry->pack, space, *record.voidedBy);
        if (column != kNone && context.program.columns[column].type.kind != TypeKind::YesNo) {
            context.report(
                DiagnosticKind::TypeMismatch,
                record.voidedBy->span,
                {"yes or no", inWords(context.program, context.program.columns[column].type)});
        }
        context.program.voidedBy = column;
    }
}

}  // namespace

ColumnId storedColumn(Context& context, PackId pack, SpaceId space, const ast::Name& name) {
    for (const ColumnId column : context.columnsNamed(pack, space, name.text)) {
        if (context.program.columns[column].kind == typed::ColumnKind::Stored) {
            return column;
        }
    }
    context.report(
        DiagnosticKind::UnknownField, name.span, {context.program.spaces[space].name, name.text});
    return kNone;
}

SpaceId resolveSpace(Context& context, PackId pack, const ast::Name& name) {
    const Symbol* symbol =
        context.names.resolve(pack,
                              name.text,
                              name.span,
                              {SymbolKind::Record, SymbolKind::Grouping, SymbolKind::Collect},
                              "a record, grouping or collected record");
    if (symbol == nullptr) {
        return kNone;
    }
    if (symbol->index == kNone && symbol->kind == SymbolKind::Record &&
        context.program.entry != kNone) {
        context
            .report(DiagnosticKind::WrongKindOfName,
                    name.span,
                    {name.text, "a part of another record without rows of its own", "a row"})
            .help("write the name of the record that contains it");
    }
    return symbol->index;
}

void declareRecords(Context& context) {
    declareEntry(context);
    if (context.program.entry == kNone) {
        return;
    }
    declareGroupings(context);
    declareCollects(context);
}

}  // namespace proviso::check
