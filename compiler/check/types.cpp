#include "compiler/check/types.h"

#include "compiler/diagnostics/suggest.h"
#include "runtime/values/decimal.h"

#include <array>

namespace proviso::check {

std::string inWords(const typed::Program& program, Type type) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return "yes or no";
    case TypeKind::Number:
        return type.scale == 0 ? "a count" : "a number";
    case TypeKind::Money:
        return "an amount of money";
    case TypeKind::Minutes:
        return "minutes";
    case TypeKind::Days:
        return "days";
    case TypeKind::Date:
        return "a date";
    case TypeKind::Text:
        return "text";
    case TypeKind::Enumeration:
        return "a `" + program.enumerations[type.ref].name + "`";
    case TypeKind::Code:
        return "a `" + program.codeSets[type.ref].name + "` code";
    case TypeKind::Step:
        return "a step of `" + program.scales[type.ref].name + "`";
    case TypeKind::Set:
        return "a set of `" + program.codeSets[type.ref].name + "`";
    case TypeKind::Row:
        return "a row of `" + program.spaces[type.ref].name + "`";
    case TypeKind::Ratio:
        return "a quotient";
    case TypeKind::None:
        break;
    }
    return "nothing";
}

namespace {

struct BuiltInType {
    std::string_view name;
    Type type;
};
constexpr std::array kBuiltInTypes{
    BuiltInType{"money", kMoney},
    BuiltInType{"minutes", kMinutes},
    BuiltInType{"days", kDays},
    BuiltInType{"count", kCount},
    BuiltInType{"number", kCount},
    BuiltInType{"percent", {TypeKind::Number, kPercentScale}},
    BuiltInType{"date", kDate},
    BuiltInType{"text", kText},
    BuiltInType{"yes_no", kYesNo},
    BuiltInType{"attestation", {TypeKind::Attestation}},
};

constexpr SymbolKinds kTypeSymbols{
    SymbolKind::Enumeration, SymbolKind::Scale, SymbolKind::Codes, SymbolKind::Record};

std::optional<NamedType> namedByPack(Context& context, PackId pack, const ast::TypeName& name) {
    const std::vector<Symbol*> found = context.names.find(pack, name.name.text, kTypeSymbols);
    if (found.empty()) {
        const auto others =
            context.names.find(pack,
                               name.name.text,
                               {SymbolKind::Grouping, SymbolKind::Collect, SymbolKind::Parameter});
        if (others.empty()) {
            std::vector<std::string> builtIn;
            for (const BuiltInType& one : kBuiltInTypes) {
                builtIn.emplace_back(one.name);
            }
            context.names.reportUnknown(
                pack, name.name.text, name.name.span, kTypeSymbols, builtIn);
            return std::nullopt;
        }
    }
    Symbol* symbol =
        context.names.resolve(pack, name.name.text, name.name.span, kTypeSymbols, "a type");
    if (symbol == nullptr) {
        return std::nullopt;
    }
    if (symbol->kind == SymbolKind::Record) {
        return NamedType{{}, symbol};
    }
    if (symbol->index == kNone) {
        return std::nullopt;
    }
    switch (symbol->kind) {
    case SymbolKind::Enumeration:
        return NamedType{{TypeKind::Enumeration, 0, symbol->index}, nullptr};
    case SymbolKind::Scale:
        return NamedType{{TypeKind::Step, 0, symbol->index}, nullptr};
    default: {
        const typed::CodeSet& set = context.program.codeSets[symbol->index];
        if (set.base != kNone) {
            const std::string& base = context.program.codeSets[set.base].name;
            context
                .report(DiagnosticKind::WrongKindOfName,
                        name.name.span,
                        {name.name.text, "a selection of codes", "a type"})
                .help("write `" + base + "`, and ask with `is in " + name.name.text + "`");
            return std::nullopt;
        }
        return NamedType{{TypeKind::Code, 0, symbol->index}, nullptr};
    }
    }
}

}  // namespace

std::optional<NamedType> resolveTypeName(Context& context, PackId pack, const ast::TypeName& name) {
    std::optional<NamedType> result;
    for (const BuiltInType& one : kBuiltInTypes) {
        if (one.name == name.name.text) {
            result = NamedType{one.type, nullptr};
        }
    }
    const bool isNumber = name.name.text == "number" || name.name.text == "money";
    if (!result) {
        result = namedByPack(context, pack, name);
    }
    if (result && name.decimals) {
        if (!isNumber || *name.decimals < 0 || *name.decimals > kMaximumScale) {
            context
                .report(DiagnosticKind::TypeMismatch,
                        name.span,
                        {"`number` or `money` with at most 9 decimals",
                         "`" + name.name.text + "` with " + std::to_string(*name.decimals)})
                .help("only `number` and `money` take `with N decimals`");
            return std::nullopt;
        }
        result->type.scale = static_cast<std::uint8_t>(*name.decimals);
    }
    return result;
}

std::optional<Type> resolveDecisionType(Context& context, PackId pack, const ast::TypeName& name) {
    const std::optional<NamedType> named = resolveTypeName(context, pack, name);
    if (!named) {
        return std::nullopt;
    }
    if (named->record != nullptr || name.shape == ast::TypeName::Shape::List) {
        context.report(
            DiagnosticKind::TypeMismatch,
            name.span,
            {"the type of one value",
             named->record != nullptr ? "record `" + name.name.text + "`" : std::string("a list")});
        return std::nullopt;
    }
    if (name.shape == ast::TypeName::Shape::Set) {
        if (named->type.kind != TypeKind::Code) {
            context
                .report(DiagnosticKind::TypeMismatch,
                        name.name.span,
                        {"a code set", inWords(context.program, named->type)})
                .help("a set holds codes: declare them with `codes`");
            return std::nullopt;
        }
        return Type{TypeKind::Set, 0, named->type.ref};
    }
    return named->type;
}

std::optional<Type> resolveValueType(Context& context, PackId pack, const ast::TypeName& name) {
    const std::optional<Type> type = resolveDecisionType(context, pack, name);
    if (type && (type->kind == TypeKind::Set || type->kind == TypeKind::Step)) {
        context
            .report(DiagnosticKind::TypeMismatch,
                    name.span,
                    {"the type of one value", inWords(context.program, *type)})
            .help("sets and steps of a scale are what rules decide: declare a `decision`");
        return std::nullopt;
    }
    return type;
}

}  // namespace proviso::check
