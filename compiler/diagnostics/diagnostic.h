#pragma once

#include "compiler/diagnostics/source.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace proviso {

enum class Severity : std::uint8_t {
    Error,
    Warning,
    Note
};

/// One enumerator a row of diagnostic_kinds.def.
enum class DiagnosticKind : std::uint16_t {
#define PROVISO_DIAGNOSTIC(code, name, severity, format) name,
#include "compiler/diagnostics/diagnostic_kinds.def"
#undef PROVISO_DIAGNOSTIC
};

/// What is declared about a kind in diagnostic_kinds.def.
struct DiagnosticInfo {
    DiagnosticKind kind;
    std::string_view code;
    std::string_view name;
    Severity severity;
    std::string_view format;
};

[[nodiscard]] const DiagnosticInfo& infoOf(DiagnosticKind kind);

/// Every kind, in the order of the .def file, which is the order of codes.
[[nodiscard]] const std::vector<DiagnosticInfo>& allDiagnostics();

/// The kind with this code, in any case of letters ("e0201").
[[nodiscard]] std::optional<DiagnosticKind> diagnosticByCode(std::string_view code);

/// What a message may name: names, types in words, rule ids, counts and limits.
///
/// There is deliberately no overload for a value read from a visit, nor for floating point, yes or
/// no, or a single character: a message about a visit names the field, never what it holds.
class DiagnosticArgument {
  public:
    // Implicit, so that a call reads report(kind, span, {name, 3}).
    // NOLINTBEGIN(google-explicit-constructor)
    DiagnosticArgument(std::string_view name) : text_(name) {}
    DiagnosticArgument(const std::string& name) : text_(name) {}
    DiagnosticArgument(const char* name) : text_(name) {}
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
    DiagnosticArgument(Integer count) : text_(std::to_string(count)) {}
    // NOLINTEND(google-explicit-constructor)
    template <typename Other>
        requires(!std::convertible_to<Other, std::string_view> &&
                 (!std::integral<Other> || std::same_as<Other, bool> || std::same_as<Other, char>))
    DiagnosticArgument(Other) = delete;

    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// A second place a message involves, with a few words about it.
struct Label {
    Span span;
    std::string text;

    friend bool operator==(const Label&, const Label&) = default;
};

/// A replacement that would mend the text. A span with `begin == end` inserts.
struct Fix {
    Span span;
    std::string replacement;

    friend bool operator==(const Fix&, const Fix&) = default;
};

struct Diagnostic {
    DiagnosticKind kind{};
    /// The narrowest thing that is wrong.
    Span span;
    std::vector<std::string> arguments;
    /// Every other place involved.
    std::vector<Label> labels;
    /// A few words under the primary place; may be empty.
    std::string primaryLabel;
    /// What to write instead; may be empty.
    std::string help;
    std::optional<Fix> fix;

    [[nodiscard]] std::string_view code() const { return infoOf(kind).code; }
    [[nodiscard]] Severity severity() const { return infoOf(kind).severity; }
    /// The first line: the kind's format with the arguments put in.
    [[nodiscard]] std::string message() const;

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// Adds to a diagnostic just reported. Use it at once, as a chain; do not keep it.
class DiagnosticBuilder {
  public:
    explicit DiagnosticBuilder(Diagnostic& diagnostic) : diagnostic_(&diagnostic) {}

    /// A few words under the primary place.
    DiagnosticBuilder& primary(std::string_view text);
    /// Another place involved.
    DiagnosticBuilder& label(Span span, std::string_view text);
    /// What to write instead.
    DiagnosticBuilder& help(std::string_view text);
    DiagnosticBuilder& fix(Span span, std::string_view replacement);

  private:
    Diagnostic* diagnostic_;
};

/// Collects the messages of a compilation. For one thread.
///
/// It keeps at most `kMostPerSource` errors and as many warnings a source (more are counted, and
/// one closing note says how many), so that a broken file cannot fill the memory.
class DiagnosticSink {
  public:
    static constexpr std::size_t kMostPerSource = 100;

    /// Records a message. The number of arguments must be the number the kind's format takes.
    DiagnosticBuilder report(DiagnosticKind kind,
                             Span span,
                             std::initializer_list<DiagnosticArgument> arguments = {});

    /// Records a message that another sink collected. It counts against the limits as if reported
    /// here.
    void add(const Diagnostic& diagnostic);

    /// Whether any error was reported, kept or not.
    [[nodiscard]] bool hasErrors() const { return errorCount_ != 0; }
    [[nodiscard]] std::size_t errorCount() const { return errorCount_; }
    [[nodiscard]] std::size_t warningCount() const { return warningCount_; }
    [[nodiscard]] bool empty() const { return kept_.empty(); }

    /// The messages by path, offset and code, each once, so that the order of passes does not show;
    /// where some were left out, the note that says so closes its source.
    [[nodiscard]] std::vector<Diagnostic> sorted(const Sources& sources) const;

  private:
    struct PerSource {
        SourceId source;
        std::size_t errors = 0;
        std::size_t warnings = 0;
        std::size_t leftOut = 0;
    };

    /// Counts a message and says whether there is room to keep it.
    bool admit(DiagnosticKind kind, SourceId source);

    // A deque keeps each message in place while others are added.
    std::deque<Diagnostic> kept_;
    std::vector<PerSource> perSource_;
    Diagnostic leftOut_;
    std::size_t errorCount_ = 0;
    std::size_t warningCount_ = 0;
};

/// The page about a code (Markdown), for `proviso explain-code`: the one under docs/diagnostics if
/// it has been written, otherwise a short one made from the .def row. Nothing for an unknown code.
[[nodiscard]] std::optional<std::string_view> diagnosticPage(std::string_view code);

/// Whether docs/diagnostics has a page of its own for the code.
[[nodiscard]] bool hasWrittenPage(std::string_view code);

}  // namespace proviso
