#include "compiler/diagnostics/diagnostic.h"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace proviso {

namespace {

char upper(char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

bool equalIgnoringCase(std::string_view first, std::string_view second) {
    return std::equal(first.begin(), first.end(), second.begin(), second.end(), [](char a, char b) {
        return upper(a) == upper(b);
    });
}

/// Calls `onText` for each stretch of plain text and `onPlace` with the index of each argument.
template <typename OnText, typename OnPlace>
void readFormat(std::string_view format, OnText onText, OnPlace onPlace) {
    std::size_t next = 0;
    for (std::size_t at = 0; at < format.size();) {
        const char sign = format[at];
        if ((sign == '{' || sign == '}') && at + 1 < format.size() && format[at + 1] == sign) {
            onText(format.substr(at, 1));
            at += 2;
        } else if (sign == '{') {
            const std::size_t close = std::min(format.find('}', at), format.size() - 1);
            std::size_t index = 0;
            for (const char digit : format.substr(at + 1, close - at - 1)) {
                index = index * 10 + static_cast<std::size_t>(digit - '0');
            }
            onPlace(close == at + 1 ? next++ : index);
            at = close + 1;
        } else {
            const std::size_t end = std::min(format.find_first_of("{}", at + 1), format.size());
            onText(format.substr(at, end - at));
            at = end;
        }
    }
}

[[maybe_unused]] std::size_t argumentCount(std::string_view format) {
    std::size_t count = 0;
    readFormat(
        format,
        [](std::string_view) {},
        [&](std::size_t index) { count = std::max(count, index + 1); });
    return count;
}

}  // namespace

const std::vector<DiagnosticInfo>& allDiagnostics() {
    static const std::vector<DiagnosticInfo> kInfos{
#define PROVISO_DIAGNOSTIC(code, name, severity, format)                                           \
    {DiagnosticKind::name, #code, #name, Severity::severity, format},
#include "compiler/diagnostics/diagnostic_kinds.def"
#undef PROVISO_DIAGNOSTIC
    };
    return kInfos;
}

const DiagnosticInfo& infoOf(DiagnosticKind kind) {
    return allDiagnostics()[static_cast<std::size_t>(kind)];
}

std::optional<DiagnosticKind> diagnosticByCode(std::string_view code) {
    for (const DiagnosticInfo& info : allDiagnostics()) {
        if (equalIgnoringCase(info.code, code)) {
            return info.kind;
        }
    }
    return std::nullopt;
}

std::string Diagnostic::message() const {
    std::string result;
    readFormat(
        infoOf(kind).format,
        [&](std::string_view text) { result += text; },
        [&](std::size_t index) { result += index < arguments.size() ? arguments[index] : "?"; });
    return result;
}

DiagnosticBuilder& DiagnosticBuilder::primary(std::string_view text) {
    diagnostic_->primaryLabel = text;
    return *this;
}

DiagnosticBuilder& DiagnosticBuilder::label(Span span, std::string_view text) {
    diagnostic_->labels.push_back({span, std::string(text)});
    return *this;
}

DiagnosticBuilder& DiagnosticBuilder::help(std::string_view text) {
    diagnostic_->help = text;
    return *this;
}

DiagnosticBuilder& DiagnosticBuilder::fix(Span span, std::string_view replacement) {
    diagnostic_->fix = Fix{span, std::string(replacement)};
    return *this;
}

bool DiagnosticSink::admit(DiagnosticKind kind, SourceId source) {
    auto place = std::find_if(perSource_.begin(), perSource_.end(), [&](const PerSource& one) {
        return one.source == source;
    });
    if (place == perSource_.end()) {
        place = perSource_.insert(place, PerSource{source});
    }
    const bool isError = infoOf(kind).severity == Severity::Error;
    ++(isError ? errorCount_ : warningCount_);
    std::size_t& count = isError ? place->errors : place->warnings;
    if (count == kMostPerSource) {
        ++place->leftOut;
        return false;
    }
    ++count;
    return true;
}

DiagnosticBuilder DiagnosticSink::report(DiagnosticKind kind,
                                         Span span,
                                         std::initializer_list<DiagnosticArgument> arguments) {
    assert(arguments.size() == argumentCount(infoOf(kind).format));
    Diagnostic diagnostic;
    diagnostic.kind = kind;
    diagnostic.span = span;
    for (const DiagnosticArgument& argument : arguments) {
        diagnostic.arguments.push_back(argument.text());
    }
    if (!admit(kind, span.source)) {
        // The caller may still add labels; they go nowhere.
        leftOut_ = std::move(diagnostic);
        return DiagnosticBuilder(leftOut_);
    }
    kept_.push_back(std::move(diagnostic));
    return DiagnosticBuilder(kept_.back());
}

void DiagnosticSink::add(const Diagnostic& diagnostic) {
    if (admit(diagnostic.kind, diagnostic.span.source)) {
        kept_.push_back(diagnostic);
    }
}

std::vector<Diagnostic> DiagnosticSink::sorted(const Sources& sources) const {
    std::vector<Diagnostic> result(kept_.begin(), kept_.end());
    for (const PerSource& one : perSource_) {
        if (one.leftOut != 0) {
            const auto end = static_cast<std::uint32_t>(sources.text(one.source).size());
            Diagnostic note;
            note.kind = DiagnosticKind::FurtherDiagnosticsLeftOut;
            note.span = {one.source, end, end};
            note.arguments = {std::to_string(one.leftOut)};
            result.push_back(std::move(note));
        }
    }
    const auto isNote = [](const Diagnostic& diagnostic) {
        return diagnostic.kind == DiagnosticKind::FurtherDiagnosticsLeftOut;
    };
    std::stable_sort(result.begin(), result.end(), [&](const Diagnostic& a, const Diagnostic& b) {
        const auto key = [&](const Diagnostic& one) {
            return std::make_tuple(sources.path(one.span.source),
                                   isNote(one),
                                   one.span.begin,
                                   one.span.end,
                                   one.code());
        };
        if (key(a) != key(b)) {
            return key(a) < key(b);
        }
        return a.arguments < b.arguments;
    });
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

}  // namespace proviso
