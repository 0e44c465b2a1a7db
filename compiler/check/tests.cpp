#include "compiler/check/tests.h"

#include "compiler/diagnostics/suggest.h"

#include <algorithm>

namespace proviso::check {

namespace {

constexpr SymbolKinds kJudged{SymbolKind::Rule, SymbolKind::Finding};

class TestChecker {
  public:
    TestChecker(Context& context, PackId pack) : context_(context), pack_(pack) {}

    void check(const ast::Sample& sample) {
        if (const ast::Record* record = entryRecord(sample.record)) {
            checkFields(*record, sample.fields);
        }
    }

    void check(const ast::Test& test) {
        for (const ast::Given& given : test.given) {
            const ast::Record* record = entryRecord(given.record);
            binders_.push_back(given.binder ? given.binder->text : given.record.text);
            if (given.like) {
                resolve(*given.like, {SymbolKind::Sample}, "a sample");
            }
            if (record != nullptr) {
                checkFields(*record, given.fields);
            }
        }
        for (const ast::Expectation& expectation : test.expectations) {
            check(expectation);
        }
    }

  private:
    template <typename AnyName>
    Symbol* resolve(const AnyName& name, SymbolKinds kinds, std::string_view what) {
        const std::vector<Symbol*> found = context_.names.find(pack_, name.text, kinds);
        if (!found.empty()) {
            return found.front();
        }
        auto builder = context_.report(DiagnosticKind::UnknownInTest, name.span, {name.text, what});
        std::vector<std::string> known;
        for (const Symbol& symbol : context_.names.symbols()) {
            if (kinds.has(symbol.kind)) {
                known.push_back(symbol.name);
                if (symbol.name == name.text) {
                    builder.label(symbol.span, "declared in a pack that this one does not use")
                        .help("add `uses " + context_.names.packName(symbol.pack) +
                              "` to the pack's head, or write `" +
                              context_.names.qualified(symbol) + "`");
                    return nullptr;
                }
            }
        }
        if (const auto near = nearestName(name.text, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
        return nullptr;
    }

    const ast::Record* entryRecord(const ast::Name& name) {
        const Symbol* symbol = resolve(name, {SymbolKind::Record}, "a record");
        if (symbol == nullptr) {
            return nullptr;
        }
        if (context_.program.entry != kNone && symbol->index != context_.program.entry) {
            context_.report(
                DiagnosticKind::UnknownInTest, name.span, {name.text, "the record that comes in"});
            return nullptr;
        }
        return &std::get<ast::Record>(symbol->node->item);
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
    void checkFields(const ast::Record& record, const std::vector<ast::GivenField>& fields) {
        for (std::size_t index = 0; index < fields.size(); ++index) {
            const ast::GivenField& field = fields[index];
            const auto same = [&](const auto& one) { return one.name.text == field.name.text; };
            const auto end = fields.begin() + static_cast<std::ptrdiff_t>(index);
            if (std::any_of(fields.begin(), end, same)) {
                context_.report(DiagnosticKind::DuplicateName, field.name.span, {field.name.text});
            }
            const auto declared = std::find_if(record.fields.begin(), record.fields.end(), same);
            if (declared == record.fields.end()) {
                auto builder = context_.report(DiagnosticKind::UnknownField,
                                               field.name.span,
                                               {record.name.text, field.name.text});
                std::vector<std::string> known;
                for (const ast::Field& one : record.fields) {
                    known.push_back(one.name.text);
                }
                if (const auto near = nearestName(field.name.text, known)) {
                    builder.help("did you mean `" + std::string(*near) + "`?");
                }
                continue;
            }
            checkGiven(*declared, field);
        }
    }

    void badShape(const ast::GivenField& field, std::string_view given, std::string_view declared) {
        context_.report(
            DiagnosticKind::BadGivenField, field.name.span, {field.name.text, given, declared});
    }

    // NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
    void checkGiven(const ast::Field& declared, const ast::GivenField& field) {
        if (field.unknown) {
            return;
        }
        const bool isList = declared.type.shape == ast::TypeName::Shape::List;
        // The record is looked up where the field is declared, so another pack's name cannot come
        // between.
        const ast::Record* inner = nullptr;
        for (const Symbol& symbol : context_.names.symbols()) {
            if (symbol.kind == SymbolKind::Record && symbol.name == declared.type.name.text &&
                context_.names.visible(pack_, symbol.pack)) {
                inner = &std::get<ast::Record>(symbol.node->item);
            }
        }
        if (field.value != nullptr) {
            if (inner != nullptr || isList) {
                badShape(field, "one value", isList ? "a list" : "a record");
            }
            return;
        }
        if (inner == nullptr && !isList) {
            badShape(field, "a block", "one value");
            return;
        }
        if (inner != nullptr && !isList && field.blocks.size() > 1) {
            badShape(field, "several blocks", "one record");
            return;
        }
        for (const ast::GivenBlock& block : field.blocks) {
            if (inner != nullptr && !block.values.empty()) {
                badShape(field, "plain values", isList ? "a list of records" : "a record");
            } else if (inner == nullptr && !block.fields.empty()) {
                badShape(field, "fields", "a list of plain values");
            } else if (inner != nullptr) {
                checkFields(*inner, block.fields);
            }
        }
    }

    void check(const ast::Expectation& expectation) {
        using Kind = ast::Expectation::Kind;
        switch (expectation.kind) {
        case Kind::Undetermined:
        case Kind::Error:
        case Kind::NoFinding:
        case Kind::Finding:
            resolve(expectation.name, kJudged, "a rule or a finding");
            break;
        case Kind::NoFindings:
            break;
        case Kind::Rows:
        case Kind::Value:
            checkSubject(expectation);
            break;
        }
        if (expectation.becauseOf) {
            resolve(*expectation.becauseOf,
                    {SymbolKind::Rule, SymbolKind::Exception},
                    "a rule or an exception");
        }
    }

    void checkSubject(const ast::Expectation& expectation) {
        const auto* path = expectation.subject == nullptr
                               ? nullptr
                               : std::get_if<ast::Path>(&expectation.subject->node);
        if (path == nullptr) {
            return;
        }
        const ast::Name& first = path->names.front();
        const bool isRow =
            std::find(binders_.begin(), binders_.end(), first.text) != binders_.end();
        const bool alone = expectation.value == nullptr && expectation.blocks.empty() &&
                           !expectation.none && path->names.size() == 1;
        if (alone && !isRow) {
            resolve(first, kJudged, "a rule or a finding");
        } else if (isRow && path->names.size() == 2 && context_.program.entry != kNone) {
            checkMember(path->names[1]);
        }
    }

    /// A member of the given row, or of a group it stands in.
    void checkMember(const ast::Name& name) {
        std::vector<SpaceId> spaces{context_.program.entry};
        for (const typed::Grouping& grouping : context_.program.groupings) {
            spaces.push_back(grouping.space);
        }
        std::vector<std::string> known;
        for (const SpaceId space : spaces) {
            const SpaceInfo& info = context_.spaces[space];
            if (info.columns.count(name.text) != 0 || info.lists.count(name.text) != 0 ||
                info.prefixes.count(name.text) != 0 ||
                context_.program.spaces[space].name == name.text) {
                return;
            }
            for (const auto& [column, id] : info.columns) {
                known.push_back(column);
            }
            for (const auto& [list, id] : info.lists) {
                known.push_back(list);
            }
        }
        auto builder =
            context_.report(DiagnosticKind::UnknownField,
                            name.span,
                            {context_.program.spaces[context_.program.entry].name, name.text});
        if (const auto near = nearestName(name.text, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
    }

    Context& context_;
    PackId pack_;
    std::vector<std::string> binders_;
};

}  // namespace

void checkTests(Context& context) {
    for (PackId pack = 0; pack < context.packs.size(); ++pack) {
        for (const ast::ItemNode& node : context.packs[pack]->items) {
            if (const auto* sample = std::get_if<ast::Sample>(&node.item)) {
                TestChecker(context, pack).check(*sample);
            } else if (const auto* test = std::get_if<ast::Test>(&node.item)) {
                TestChecker(context, pack).check(*test);
            }
        }
    }
}

}  // namespace proviso::check
