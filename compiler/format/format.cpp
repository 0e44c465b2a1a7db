#include "compiler/format/format.h"

#include "compiler/format/plan.h"
#include "compiler/parser/parser.h"
#include "compiler/parser/syntax_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso {

namespace {

using format::TokenPlan;
using syntax::Token;
using syntax::TokenKind;

constexpr std::size_t kIndent = 2;
/// Lines that differ more than this are left apart; only tables are aligned whatever it takes.
constexpr std::size_t kWidestGap = 40;

/// A token or comment as it will stand.
struct Piece {
    std::string text;
    std::size_t spaces = 0;
    std::optional<format::Alignment> alignment;
    std::uint32_t token = 0;
};

struct Line {
    bool blankBefore = false;
    std::size_t indent = 0;
    std::vector<Piece> pieces;
};

/// Sets tokens and comments into lines, then moves the aligned ones.
class Setter {
  public:
    Setter(const Sources& sources, SourceId source, const syntax::SyntaxFile& file)
        : text_(sources.text(source)), list_(file.list), plans_(format::makePlan(text_, file)),
          lineIndents_(file.list.tokens.size(), 0), startsLine_(file.list.tokens.size(), false) {}

    std::string set() {
        for (std::uint32_t index = 0; index < list_.tokens.size(); ++index) {
            setComments(index);
            if (list_.tokens[index].kind != TokenKind::EndOfFile) {
                setToken(index);
            }
        }
        alignColumns();
        return join();
    }

  private:
    [[nodiscard]] bool breaksBefore(std::uint32_t index) const {
        return plans_[index].breaks || list_.tokens[index].startsLine || lines_.empty();
    }

    [[nodiscard]] std::size_t indentOf(std::uint32_t index) const {
        const TokenPlan& plan = plans_[index];
        if (plan.startsItem || list_.tokens[index].kind == TokenKind::EndOfFile) {
            return 0;
        }
        const std::size_t base = lineIndents_[plan.anchor];
        return plan.sibling && startsLine_[plan.anchor] ? base : base + plan.levels;
    }

    /// Whether the author left an empty line before this offset.
    [[nodiscard]] bool hasBlankBefore(std::uint32_t offset) const {
        const std::string_view before = text_.substr(0, offset);
        const std::size_t solid = before.find_last_not_of(" \t\r\n");
        const std::size_t begin = solid == std::string_view::npos ? before.size() : solid + 1;
        return std::count(before.begin() + static_cast<std::ptrdiff_t>(begin), before.end(), '\n') >
               1;
    }

    void startLine(std::size_t indent, std::uint32_t offset, bool closes) {
        Line line;
        line.indent = indent;
        line.blankBefore = !lines_.empty() && !closes && (hasBlankBefore(offset) || wantsBlank_);
        wantsBlank_ = false;
        lines_.push_back(std::move(line));
    }

    void setComments(std::uint32_t next) {
        const std::uint32_t end = list_.tokens[next].span.begin;
        while (comment_ < list_.comments.size() && list_.comments[comment_].span.begin < end) {
            const Token& comment = list_.comments[comment_++];
            std::string text(comment.text.substr(0, comment.text.find_last_not_of(" \t\r") + 1));
            if (comment.startsLine || lines_.empty()) {
                const bool closing = plans_[next].closes;
                startLine(indentOf(next) + (closing ? 1 : 0), comment.span.begin, false);
                lines_.back().pieces.push_back({std::move(text), 0, std::nullopt, next});
            } else {
                lines_.back().pieces.push_back({std::move(text), 2, std::nullopt, next});
            }
        }
    }

    void setToken(std::uint32_t index) {
        const Token& token = list_.tokens[index];
        TokenPlan& plan = plans_[index];
        if (plan.startsItem) {
            itemLine_ = lines_.size();
        }
        std::size_t spaces = plan.spaceBefore ? 1 : 0;
        if (breaksBefore(index)) {
            startLine(indentOf(index), token.span.begin, plan.closes);
            spaces = 0;
            startsLine_[index] = true;
        }
        lineIndents_[index] = lines_.back().indent;
        std::string text = plan.text ? *std::move(plan.text) : std::string(token.text);
        lines_.back().pieces.push_back({std::move(text), spaces, plan.alignment, index});
        if (index + 1 < plans_.size() && plans_[index + 1].startsItem) {
            // A comment before the next declaration belongs to it, so the empty line comes first.
            wantsBlank_ = previousItemIsLong();
        }
    }

    [[nodiscard]] bool previousItemIsLong() const { return lines_.size() > itemLine_ + 1; }

    // ---- columns ------------------------------------------------------------------------------

    [[nodiscard]] static std::size_t widthBefore(const Line& line, std::size_t place) {
        std::size_t width = line.indent * kIndent;
        for (std::size_t index = 0; index < place; ++index) {
            width += line.pieces[index].spaces + countCodePoints(line.pieces[index].text);
        }
        return width;
    }

    void alignColumns() {
        struct Place {
            std::size_t line;
            std::size_t piece;
        };
        // By column first: moving one column moves what stands behind it.
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Place>> columns;
        for (std::size_t line = 0; line < lines_.size(); ++line) {
            for (std::size_t piece = 1; piece < lines_[line].pieces.size(); ++piece) {
                const auto& alignment = lines_[line].pieces[piece].alignment;
                if (alignment && lines_[line].pieces.front().token == alignment->lineToken &&
                    startsLine_[alignment->lineToken]) {
                    columns[{alignment->column, alignment->group}].push_back({line, piece});
                }
            }
        }
        for (const auto& [column, places] : columns) {
            std::size_t widest = 0;
            std::size_t narrowest = std::string::npos;
            for (const Place& place : places) {
                const std::size_t width = widthBefore(lines_[place.line], place.piece);
                widest = std::max(widest, width);
                narrowest = std::min(narrowest, width);
            }
            const bool table = lines_[places.front().line].pieces.front().text == "|";
            if (!table && widest - narrowest > kWidestGap) {
                continue;
            }
            for (const Place& place : places) {
                Line& line = lines_[place.line];
                line.pieces[place.piece].spaces = widest + 1 - widthBefore(line, place.piece);
            }
        }
    }

    [[nodiscard]] std::string join() const {
        std::string result;
        for (const Line& line : lines_) {
            result += line.blankBefore ? "\n" : "";
            result.append(line.indent * kIndent, ' ');
            for (const Piece& piece : line.pieces) {
                result.append(piece.spaces, ' ');
                result += piece.text;
            }
            result += '\n';
        }
        return result;
    }

    std::string_view text_;
    const syntax::TokenList& list_;
    std::vector<TokenPlan> plans_;
    std::vector<std::size_t> lineIndents_;
    std::vector<bool> startsLine_;
    std::vector<Line> lines_;
    std::size_t comment_ = 0;
    std::size_t itemLine_ = 0;
    bool wantsBlank_ = false;
};

}  // namespace

std::optional<std::string> formatPack(const Sources& sources,
                                      SourceId source,
                                      DiagnosticSink& sink,
                                      const ParseLimits& limits) {
    const std::size_t errorsBefore = sink.errorCount();
    if (!parsePack(sources, source, sink, limits) || sink.errorCount() != errorsBefore) {
        return std::nullopt;
    }
    DiagnosticSink told;
    const auto file = syntax::readSyntax(sources, source, told, limits);
    if (!file || !file->complete) {
        return std::nullopt;
    }
    return Setter(sources, source, *file).set();
}

}  // namespace proviso
