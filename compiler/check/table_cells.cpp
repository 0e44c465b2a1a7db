#include "compiler/check/table_cells.h"

#include "compiler/check/values.h"
#include "compiler/check/vocabulary.h"
#include "compiler/diagnostics/suggest.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <array>

namespace proviso::check {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool takeEnd(std::string_view& text, std::string_view end) {
    if (text.size() < end.size() || text.substr(text.size() - end.size()) != end) {
        return false;
    }
    text = trimmed(text.substr(0, text.size() - end.size()));
    return true;
}

bool takeBeginning(std::string_view& text, std::string_view beginning) {
    if (text.substr(0, beginning.size()) != beginning) {
        return false;
    }
    text = trimmed(text.substr(beginning.size()));
    return true;
}

std::optional<std::int64_t> amount(std::string_view text, int scale) {
    const ParsedDecimal parsed = parseDecimal(text, scale);
    return parsed.ok() ? std::optional(parsed.value) : std::nullopt;
}

std::optional<std::int64_t> moneyAmount(std::string_view text, int scale) {
    const bool negative = takeBeginning(text, "-");
    takeBeginning(text, "$");
    std::string digits = negative ? "-" : "";
    for (const char letter : text) {
        if (letter != ',') {
            digits += letter;
        }
    }
    return amount(digits, scale);
}

/// The value of one word of a file, by its type.
std::optional<std::int64_t> valueOf(Context& context, std::string_view text, Type type) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return text == "yes"  ? std::optional<std::int64_t>(1)
               : text == "no" ? std::optional<std::int64_t>(0)
                              : std::nullopt;
    case TypeKind::Number:
        if (takeEnd(text, "%")) {
            return type.scale < 2 ? std::nullopt : amount(text, type.scale - 2);
        }
        return amount(text, type.scale);
    case TypeKind::Money:
        return moneyAmount(text, type.scale);
    case TypeKind::Minutes:
        takeEnd(text, "minutes");
        return amount(text, 0);
    case TypeKind::Days:
        takeEnd(text, "days");
        return amount(text, 0);
    case TypeKind::Date: {
        const auto date = parseDate(text);
        return date ? std::optional(date->days) : std::nullopt;
    }
    case TypeKind::Text:
        return context.text(text);
    case TypeKind::Enumeration: {
        const auto& members = context.program.enumerations[type.ref].members;
        const auto place = std::find(members.begin(), members.end(), text);
        return place == members.end() ? std::nullopt
                                      : std::optional<std::int64_t>(place - members.begin());
    }
    case TypeKind::Code: {
        const typed::CodeSet& codes = context.program.codeSets[type.ref];
        const std::string code = normalisedCode(text);
        return code.empty() || (!codes.open && codeEntry(codes, code) == kNone)
                   ? std::nullopt
                   : std::optional(context.text(code));
    }
    default:
        return std::nullopt;
    }
}

void report(Context& context, Span span, const std::string& column, const std::string& why) {
    context.report(DiagnosticKind::BadTableCell, span, {column, why});
}

std::optional<std::int64_t> fileValue(
    Context& context, const std::string& column, std::string_view text, Span span, Type type) {
    const std::optional<std::int64_t> value = valueOf(context, text, type);
    if (!value) {
        report(context,
               span,
               column,
               "`" + std::string(text.substr(0, 60)) + "` is not " +
                   inWords(context.program, type));
    }
    return value;
}

}  // namespace

std::optional<ReadCell> readCell(Context& context,
                                 PackId pack,
                                 const std::string& column,
                                 const ast::TableCell& cell,
                                 Type type) {
    using From = ast::TableCell::Kind;
    using To = ReadCell::Kind;
    ReadCell result;
    result.span = cell.span;
    switch (cell.kind) {
    case From::Any:
        result.kind = To::Any;
        return result;
    case From::Dash:
        result.kind = To::Dash;
        return result;
    case From::Unknown:
        result.kind = To::Unknown;
        result.text = cell.text;
        return result;
    case From::Word:
        report(context, cell.span, column, "`" + cell.text + "` is the name of a column");
        return std::nullopt;
    case From::AtLeast:
        result.kind = To::AtLeast;
        break;
    case From::AtMost:
        result.kind = To::AtMost;
        break;
    case From::Exceeds:
        result.kind = To::Exceeds;
        break;
    case From::Below:
        result.kind = To::Below;
        break;
    case From::Values:
        result.kind = To::OneOf;
        break;
    }
    if (result.kind != To::OneOf && !isOrdered(type.kind)) {
        context.report(DiagnosticKind::NotOrdered, cell.span, {inWords(context.program, type)});
        return std::nullopt;
    }
    bool failed = false;
    for (const ast::ExpressionPtr& value : cell.values) {
        const std::optional<std::int64_t> one = checkConstant(context, pack, *value, type);
        failed = failed || !one;
        result.values.push_back(one.value_or(0));
    }
    return failed ? std::nullopt : std::optional(std::move(result));
}

std::optional<ReadCell>
readCell(Context& context, const std::string& column, const CsvCell& cell, Type type) {
    ReadCell result;
    result.span = cell.span;
    std::string_view text = trimmed(cell.text);
    if (text == "any") {
        return result;
    }
    if (text.empty() || text == "-") {
        result.kind = ReadCell::Kind::Dash;
        return result;
    }
    if (takeBeginning(text, "unknown ")) {
        if (text.size() > 1 && text.front() == '"' && text.back() == '"') {
            text = text.substr(1, text.size() - 2);
        }
        result.kind = ReadCell::Kind::Unknown;
        result.text = text;
        return result;
    }
    constexpr std::array<std::pair<std::string_view, ReadCell::Kind>, 4> kBounds{
        std::pair{std::string_view("at least "), ReadCell::Kind::AtLeast},
        std::pair{std::string_view("at most "), ReadCell::Kind::AtMost},
        std::pair{std::string_view("exceeds "), ReadCell::Kind::Exceeds},
        std::pair{std::string_view("below "), ReadCell::Kind::Below}};
    result.kind = ReadCell::Kind::OneOf;
    for (const auto& [word, kind] : kBounds) {
        if (isOrdered(type.kind) && takeBeginning(text, word)) {
            result.kind = kind;
            break;
        }
    }
    const bool mayList = result.kind == ReadCell::Kind::OneOf && type.kind != TypeKind::Money &&
                         type.kind != TypeKind::Text;
    while (true) {
        const std::size_t comma = mayList ? text.find(',') : std::string_view::npos;
        const std::optional<std::int64_t> value =
            fileValue(context, column, trimmed(text.substr(0, comma)), cell.span, type);
        if (!value) {
            return std::nullopt;
        }
        result.values.push_back(*value);
        if (comma == std::string_view::npos) {
            return result;
        }
        text = text.substr(comma + 1);
    }
}

}  // namespace proviso::check
