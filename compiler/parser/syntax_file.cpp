#include "compiler/parser/syntax_file.h"

#include "compiler/parser/antlr_adapter.h"
#include "compiler/parser/nesting.h"
#include "compiler/parser/syntax_errors.h"
#include "compiler/parser/text_check.h"

#include <algorithm>
#include <utility>

namespace proviso::syntax {

namespace {

class FileReader {
  public:
    FileReader(const Sources& sources,
               TokenList list,
               DiagnosticSink& sink,
               const ParseLimits& limits)
        : sources_(sources), sink_(sink), limits_(limits), grammar_(list) {
        file_.list = std::move(list);
    }

    SyntaxFile read() {
        std::uint32_t at = readHeader();
        while (!isEnd(at)) {
            if (mistakes_ >= limits_.recoveries) {
                sink_.report(DiagnosticKind::StoppedReading, token(at).span, {mistakes_});
                break;
            }
            at = readItem(at);
        }
        return std::move(file_);
    }

  private:
    [[nodiscard]] const Token& token(std::uint32_t index) const { return file_.list.tokens[index]; }
    [[nodiscard]] bool isEnd(std::uint32_t index) const {
        return token(index).kind == TokenKind::EndOfFile;
    }

    [[nodiscard]] std::uint32_t nextItem(std::uint32_t from) const {
        while (!isEnd(from) && !looksLikeItemStart(file_.list, from)) {
            ++from;
        }
        return from;
    }

    void countMistake() {
        file_.complete = false;
        ++mistakes_;
    }

    std::uint32_t readHeader() {
        const Token& first = token(0);
        if (first.kind != TokenKind::Keyword || first.text != "pack") {
            sink_.report(DiagnosticKind::MissingPackHeader, first.span)
                .help("begin with the name and layer of the pack: `pack my_pack layer house end`");
            countMistake();
            return nextItem(0);
        }
        return readPiece(Start::Header, 0, [&](Tree tree) { file_.header = std::move(tree); });
    }

    std::uint32_t readItem(std::uint32_t at) {
        if (!isItemWord(token(at))) {
            reportNoDeclaration(file_.list, at, sink_);
            countMistake();
            return nextItem(at + 1);
        }
        return readPiece(
            Start::Item, at, [&](Tree tree) { file_.items.push_back(std::move(tree)); });
    }

    template <typename Keep>
    std::uint32_t readPiece(Start what, std::uint32_t at, const Keep& keep) {
        ParseOutcome outcome = grammar_.parse(what, at);
        if (outcome.tree) {
            keep(*std::move(outcome.tree));
            return outcome.next;
        }
        // A declaration that begins before the wrong token says that the one before it was never
        // closed.
        const std::uint32_t next = std::min(nextItem(at + 1), outcome.failure.token);
        if (next < outcome.failure.token) {
            outcome.failure = {next, {}, {what == Start::Item ? Rule::Item : Rule::PackHeader}};
        }
        reportSyntax({sources_, file_.list, what, at, outcome.failure}, sink_);
        countMistake();
        return nextItem(std::max(next, at + 1));
    }

    const Sources& sources_;
    DiagnosticSink& sink_;
    const ParseLimits& limits_;
    SyntaxFile file_;
    Grammar grammar_;
    std::size_t mistakes_ = 0;
};

}  // namespace

std::optional<SyntaxFile> readSyntax(const Sources& sources,
                                     SourceId source,
                                     DiagnosticSink& sink,
                                     const ParseLimits& limits) {
    if (!checkText(sources, source, sink, limits)) {
        return std::nullopt;
    }
    const auto size = static_cast<std::uint32_t>(sources.text(source).size());
    const std::size_t errorsBefore = sink.errorCount();
    auto list = readTokens(sources, {source, 0, size}, sink, limits);
    if (!list || !checkNesting(*list, sink, limits)) {
        return std::nullopt;
    }
    SyntaxFile file = FileReader(sources, *std::move(list), sink, limits).read();
    file.complete = file.complete && sink.errorCount() == errorsBefore;
    return file;
}

}  // namespace proviso::syntax
