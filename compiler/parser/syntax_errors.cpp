#include "compiler/parser/syntax_errors.h"

#include "compiler/diagnostics/suggest.h"
#include "compiler/parser/expected_words.h"
#include "compiler/parser/nesting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace proviso::syntax {

namespace {

/// Pieces longer than this are not tried again with other tokens; the parser's own expectations
/// serve.
constexpr std::size_t kLongestTried = 400;
/// How far behind a mended place the tokens must fit for the mend to be believed.
constexpr std::size_t kConvincing = 4;

struct OtherWord {
    std::string_view seen;
    std::string_view meant;
};

/// Words of other languages and of everyday English for which this language has one of its own.
constexpr std::array<OtherWord, 18> kOtherWords{{
    {"if", "when"},
    {"where", "when"},
    {"equals", "is"},
    {"equal", "is"},
    {"has", "contains"},
    {"otherwise", "else"},
    {"except", "unless"},
    {"greater", "exceeds"},
    {"above", "exceeds"},
    {"over", "exceeds"},
    {"less", "is below"},
    {"under", "is below"},
    {"includes", "contains"},
    {"matches", "is in"},
    {"done", "end"},
    {"endif", "end"},
    {"begin", "as"},
    {"citation", "source"},
}};

constexpr std::array<std::string_view, 8> kOtherDateWords{
    "until", "before", "after", "till", "starting", "effective", "since", "ending"};

constexpr std::array<std::string_view, 12> kComparisonWords{
    ">", ">=", "<", "<=", "=", "<>", "exceeds", "is", "satisfies", "contains", "does", "equals"};

/// Words that would fit nearly anywhere or change what is said; nobody is told to add one.
constexpr std::array<std::string_view, 10> kNeverForgotten{
    "end", "not", "yes", "no", "any", "all", "known", "unknown", "applicable", "always"};

template <std::size_t size>
bool isOneOf(std::string_view text, const std::array<std::string_view, size>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

class Explainer {
  public:
    Explainer(const Mistake& mistake, DiagnosticSink& sink)
        : mistake_(mistake), sink_(sink), tokens_(mistake.list.tokens), at_(mistake.failure.token),
          found_(tokens_[at_]), expected_(findExpected()) {}

    void report() {
        const bool told = tellMissingEnd() || tellMissingClause() || tellDateWord() ||
                          tellNumber() || tellComparison() || tellBareAggregate() ||
                          tellKeywordAsName() || tellOtherWord() || tellUnit() ||
                          tellMissingToken();
        if (!told) {
            tellExpected();
        }
    }

  private:
    [[nodiscard]] bool expects(std::string_view name) const { return expected_.has(name); }

    [[nodiscard]] bool foundWord(std::string_view text) const {
        return isWordOrSign(found_) && found_.text == text;
    }

    [[nodiscard]] static bool isWordOrSign(const Token& token) {
        return token.kind == TokenKind::Keyword || token.kind == TokenKind::Sign;
    }

    [[nodiscard]] bool isRestart() const {
        return found_.kind == TokenKind::EndOfFile || looksLikeItemStart(mistake_.list, at_);
    }

    [[nodiscard]] const Token* before(std::size_t distance = 1) const {
        return at_ >= mistake_.first + distance ? &tokens_[at_ - distance] : nullptr;
    }

    /// A place of no width behind the token before.
    [[nodiscard]] Span placeBefore() const {
        const Token* last = before();
        return last == nullptr ? Span{found_.span.source, found_.span.begin, found_.span.begin}
                               : Span{last->span.source, last->span.end, last->span.end};
    }

    /// "rule `late_fee`", or "pack" and so on where there is no name.
    [[nodiscard]] std::string whole() const {
        const Token& word = tokens_[mistake_.first];
        const Token& name = tokens_[mistake_.first + 1];
        if (word.kind == TokenKind::EndOfFile || name.kind != TokenKind::Name) {
            return std::string(word.text);
        }
        return fmt::format("{} `{}`", word.text, name.text);
    }

    [[nodiscard]] std::vector<std::uint16_t> typesUpTo(std::size_t end) const {
        std::vector<std::uint16_t> types;
        for (std::size_t index = mistake_.first; index < std::min(end, tokens_.size() - 1);
             ++index) {
            types.push_back(tokens_[index].type);
        }
        return types;
    }

    [[nodiscard]] bool isShort() const { return at_ - mistake_.first <= kLongestTried; }

    ExpectedWords findExpected() {
        if (!isShort()) {
            return ExpectedWords(mistake_.failure.expected);
        }
        // The parser knows what one state expects, not what the sentence so far allows; so all are
        // tried.
        std::vector<std::uint16_t> types = typesUpTo(at_);
        const std::size_t place = types.size();
        types.push_back(0);
        std::vector<std::uint16_t> fitting;
        for (std::uint16_t type = 1; type <= highestTokenType(); ++type) {
            types[place] = type;
            if (reachOf(mistake_.what, types).place > place) {
                fitting.push_back(type);
            }
        }
        return ExpectedWords(fitting);
    }

    /// Whether the tokens behind fit once `types` (which end before token `behind`) stand there.
    [[nodiscard]] bool mends(std::vector<std::uint16_t> types, std::size_t behind) const {
        const std::size_t mended = types.size();
        std::size_t wanted = mended;
        for (std::size_t index = behind;
             index < std::min(behind + 2 * kConvincing, tokens_.size() - 1) &&
             !looksLikeItemStart(mistake_.list, index);
             ++index) {
            types.push_back(tokens_[index].type);
            wanted += wanted < mended + kConvincing ? 1 : 0;
        }
        const Reach reach = reachOf(mistake_.what, types);
        return wanted > mended &&
               (reach.place >= wanted || (reach.whole && reach.place > mended + 1));
    }

    // ---- the cases ----------------------------------------------------------------------------

    bool tellMissingEnd() {
        if (!expects("end")) {
            return false;
        }
        const std::size_t opener = findUnclosed();
        const bool inner = opener != mistake_.first;
        if (!isRestart()) {
            std::vector<std::uint16_t> types = typesUpTo(at_);
            types.push_back(tokenTypeByName("end"));
            if (!inner || !isShort() || !mends(std::move(types), at_)) {
                return false;
            }
        }
        const std::string name = inner ? blockName(opener) : std::string(tokens_[opener].text);
        auto report = sink_.report(DiagnosticKind::MissingEnd, placeBefore(), {name});
        report.label(tokens_[opener].span, fmt::format("`{}` opens here", name));
        if (found_.kind != TokenKind::EndOfFile) {
            report.label(found_.span,
                         isRestart() ? "the next declaration begins here" : "expected before this");
        }
        report.help("write `end` where it is over").fix(placeBefore(), "\nend");
        return true;
    }

    [[nodiscard]] std::string blockName(std::size_t opener) const {
        return tokens_[opener].text == "case" ? "case" : std::string(tokens_[opener].text) + " of";
    }

    /// The block that lacks its `end`: the innermost open one, unless the lines' indents say that
    /// an `end` meant for the declaration was taken by a block inside it.
    [[nodiscard]] std::size_t findUnclosed() const {
        std::vector<std::size_t> open{mistake_.first};
        std::optional<std::size_t> robbed;
        for (std::size_t index = mistake_.first + 1; index < at_; ++index) {
            if (opensInnerBlock(mistake_.list, index)) {
                open.push_back(index);
            } else if (isWordOrSign(tokens_[index]) && tokens_[index].text == "end" &&
                       open.size() > 1) {
                if (tokens_[index].startsLine && !robbed &&
                    indentOf(index) < indentOf(open.back())) {
                    robbed = open.back();
                }
                open.pop_back();
            }
        }
        return open.size() > 1 ? open.back() : robbed.value_or(open.back());
    }

    [[nodiscard]] std::uint32_t indentOf(std::size_t index) const {
        while (index > 0 && !tokens_[index].startsLine) {
            --index;
        }
        const Span span = tokens_[index].span;
        return mistake_.sources.position(span.source, span.begin).column;
    }

    bool tellMissingClause() {
        if (mistake_.what != Start::Item) {
            return false;
        }
        const std::string_view item = tokens_[mistake_.first].text;
        const bool dated = item == "rule" || item == "exception";
        const bool needsSource = dated || item == "step";
        const bool atClause =
            found_.kind == TokenKind::Keyword || found_.kind == TokenKind::EndOfFile;
        if (needsSource && atClause && expected_.onlyOf({"source", "STRING", "."}) &&
            expects("source")) {
            sink_
                .report(DiagnosticKind::SourceClauseMissing,
                        tokens_[mistake_.first + 1].span,
                        {whole()})
                .label(found_.span, "expected `source` before this")
                .help("add a line such as `source \"Handbook, section 4\"`");
            return true;
        }
        if (dated && atClause && expects("always") && expects("source")) {
            sink_.report(DiagnosticKind::PeriodMissing, tokens_[mistake_.first + 1].span, {whole()})
                .label(found_.span, "expected dates before this")
                .help("write `always`, or `from` and a day such as 2025-01-01");
            return true;
        }
        if (dated && (foundWord("end") || isRestart()) && expects("then")) {
            sink_.report(DiagnosticKind::ThenMissing, tokens_[mistake_.first + 1].span, {whole()})
                .label(found_.span, "expected `then` before this")
                .help("write what follows, such as `then report NAME on row`");
            return true;
        }
        return false;
    }

    bool tellDateWord() {
        if (found_.kind != TokenKind::Name || !isOneOf(found_.text, kOtherDateWords) ||
            (!expects("through") && !expects("from"))) {
            return false;
        }
        const bool ends = found_.text == "until" || found_.text == "before" ||
                          found_.text == "till" || found_.text == "ending";
        auto report = sink_.report(DiagnosticKind::OtherDateWord, found_.span, {found_.text});
        if (ends && expects("through")) {
            report.help("write `through` and the last day on which it still holds");
        } else {
            report.help("write `from` and the first day on which it holds");
        }
        return true;
    }

    bool tellNumber() {
        const Token* comma = found_.text == "," ? &found_ : before();
        const std::size_t commaAt = found_.text == "," ? at_ : at_ - 1;
        if (comma != nullptr && comma->text == "," && commaAt > mistake_.first) {
            const Token& left = tokens_[commaAt - 1];
            const Token& right = tokens_[commaAt + 1 < tokens_.size() ? commaAt + 1 : commaAt];
            if (left.kind == TokenKind::Integer && right.text.size() == 3 &&
                right.kind == TokenKind::Integer && left.span.end == comma->span.begin &&
                right.span.begin == comma->span.end) {
                const Span span = cover(left.span, right.span);
                const std::string plain = std::string(left.text) + std::string(right.text);
                sink_.report(DiagnosticKind::NumberWithComma, span, {mistake_.sources.text(span)})
                    .help(fmt::format("write {}", plain))
                    .fix(span, plain);
                return true;
            }
        }
        if (found_.kind == TokenKind::Code && expects("INTEGER")) {
            const std::size_t letters = found_.text.find_first_not_of("0123456789");
            const std::string_view unit = found_.text.substr(letters);
            if (unit == "minutes" || unit == "min" || unit == "days" || unit == "day" ||
                unit == "minute") {
                const std::string meant = fmt::format("{} {}",
                                                      found_.text.substr(0, letters),
                                                      unit.starts_with("min") ? "minutes" : "days");
                sink_.report(DiagnosticKind::UnitWithoutSpace, found_.span, {found_.text})
                    .help(fmt::format("write `{}`", meant))
                    .fix(found_.span, meant);
                return true;
            }
        }
        return false;
    }

    void reportOtherWord(Span span, std::string_view seen, std::string_view meant) {
        sink_.report(DiagnosticKind::OtherWord, span, {seen, fmt::format("`{}`", meant)})
            .help(fmt::format("write `{}`", meant))
            .fix(span, meant);
    }

    bool tellComparison() {
        const Token* last = before();
        if (last != nullptr && last->span.end == found_.span.begin && isWordOrSign(*last) &&
            isWordOrSign(found_)) {
            const std::string pair = std::string(last->text) + std::string(found_.text);
            constexpr std::array<OtherWord, 5> kPairs{
                {{"==", "is"}, {"=<", "<="}, {"=>", ">="}, {"><", "<>"}, {"||", "or"}}};
            for (const OtherWord& known : kPairs) {
                if (pair == known.seen) {
                    reportOtherWord(cover(last->span, found_.span), pair, known.meant);
                    return true;
                }
            }
        }
        if (found_.text == "than" && last != nullptr) {
            const bool less =
                last->text == "less" || last->text == "smaller" || last->text == "fewer";
            const Token* verb = before(2);
            const Span span = verb != nullptr && verb->text == "is"
                                  ? cover(verb->span, found_.span)
                                  : cover(last->span, found_.span);
            reportOtherWord(span, mistake_.sources.text(span), less ? "is below" : "exceeds");
            return true;
        }
        if (foundWord("to") && last != nullptr && last->text == "equal" && before(2) != nullptr) {
            const Span span =
                cover(before(2)->text == "is" ? before(2)->span : last->span, found_.span);
            reportOtherWord(span, mistake_.sources.text(span), "is");
            return true;
        }
        // A second comparison can only be wrong where one may join conditions.
        if (isWordOrSign(found_) && isOneOf(found_.text, kComparisonWords) && expects("and") &&
            expects("or")) {
            sink_.report(DiagnosticKind::ChainedComparison, found_.span)
                .help("write two comparisons joined by `and`, as in `a < b and b < c`");
            return true;
        }
        return false;
    }

    bool tellBareAggregate() {
        constexpr std::array<std::string_view, 10> kAggregates{"total",
                                                               "count",
                                                               "highest",
                                                               "lowest",
                                                               "every",
                                                               "only",
                                                               "first",
                                                               "latest",
                                                               "earliest",
                                                               "any"};
        if (found_.kind != TokenKind::Keyword || !isOneOf(found_.text, kAggregates) ||
            !expects("(") || at_ + 1 >= tokens_.size()) {
            return false;
        }
        const std::string_view next = tokens_[at_ + 1].text;
        if (next != "of" && next != "over" && next != "by") {
            return false;
        }
        sink_.report(DiagnosticKind::BareAggregate, found_.span, {found_.text})
            .help(fmt::format("put it in parentheses, `({} ...)`, or give it a name with `define`",
                              found_.text));
        return true;
    }

    bool tellKeywordAsName() {
        if (found_.kind != TokenKind::Keyword || !expects("ID") || !isShort()) {
            return false;
        }
        std::vector<std::uint16_t> types = typesUpTo(at_);
        types.push_back(tokenTypeByName("ID"));
        if (!mends(std::move(types), at_ + 1)) {
            return false;
        }
        sink_.report(DiagnosticKind::KeywordAsName, found_.span, {found_.text})
            .help(insteadOfKeyword());
        return true;
    }

    std::string insteadOfKeyword() const {
        const std::string_view before = at_ > mistake_.first ? tokens_[at_ - 1].text : "";
        if (before == ".") {
            return fmt::format("a field that the records call `{}` has a name of its own here: see "
                               "`named \"{}\"` where the record is declared",
                               found_.text,
                               found_.text);
        }
        if (before == "is" && (found_.text == "missing" || found_.text == "unknown")) {
            return "to ask whether a value is there, write `is known` or `is not known`";
        }
        return fmt::format(
            "choose another name, such as `{}_1` or `the_{}`", found_.text, found_.text);
    }

    bool tellOtherWord() {
        if (found_.kind != TokenKind::Name && found_.kind != TokenKind::Keyword) {
            return false;
        }
        for (const OtherWord& known : kOtherWords) {
            const std::string_view first = known.meant.substr(0, known.meant.find(' '));
            if (known.seen == found_.text && expects(first)) {
                const Token& next = tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_];
                const bool phrase =
                    next.text == "than" || (next.text == "to" && found_.text == "equal");
                const Span span = phrase ? cover(found_.span, next.span) : found_.span;
                reportOtherWord(span, mistake_.sources.text(span), known.meant);
                return true;
            }
        }
        if (found_.kind != TokenKind::Name) {
            return false;
        }
        const std::vector<std::string_view> words = expected_.keywords();
        if (const auto meant = nearestName(found_.text, words); meant && !expects("ID")) {
            reportOtherWord(found_.span, found_.text, *meant);
            return true;
        }
        return false;
    }

    /// Whether the rest can be read with that word or sign before the one that was found.
    [[nodiscard]] bool mendsWith(std::string_view word) const {
        std::vector<std::uint16_t> types = typesUpTo(at_);
        types.push_back(tokenTypeByName(word));
        return mends(std::move(types), at_);
    }

    /// A word behind a number on its line, without which the rest can be read, was likely meant
    /// as its unit, though another condition may begin there.
    bool tellUnit() {
        constexpr std::array<TokenKind, 4> kNumbers{
            TokenKind::Integer, TokenKind::Decimal, TokenKind::Money, TokenKind::Percent};
        const Token* number = before();
        if (number == nullptr || found_.kind != TokenKind::Name || found_.startsLine ||
            std::find(kNumbers.begin(), kNumbers.end(), number->kind) == kNumbers.end() ||
            !isShort() || !mends(typesUpTo(at_), at_ + 1) || (expects(",") && mendsWith(","))) {
            return false;
        }
        const std::string join =
            expects("and") && mendsWith("and")
                ? fmt::format("; or `and` before `{}`, if it begins a condition", found_.text)
                : "";
        sink_.report(DiagnosticKind::WordBehindNumber, found_.span, {found_.text, number->text})
            .help(fmt::format(
                "write `{}` alone, as only `minutes` and `days` are written behind a number{}",
                number->text,
                join));
        return true;
    }

    bool tellMissingToken() {
        if (!isShort() || found_.kind == TokenKind::EndOfFile) {
            return false;
        }
        // Signs first: a comma is forgotten more often than a word.
        std::vector<std::string_view> candidates;
        for (const std::string_view sign : {"|", ",", ":", ";", ")", "}", "."}) {
            if (expects(sign)) {
                candidates.push_back(sign);
            }
        }
        for (const std::string_view word : expected_.keywords()) {
            if (!isOneOf(word, kNeverForgotten)) {
                candidates.push_back(word);
            }
        }
        for (const std::string_view candidate : candidates) {
            if (!mendsWith(candidate)) {
                continue;
            }
            const Span place = placeBefore();
            const bool sign = candidate.size() == 1;
            const bool spaced = !sign || candidate == ":" || candidate == "|";
            sink_
                .report(DiagnosticKind::MissingSeparator,
                        found_.span,
                        {candidate, describeToken(found_)})
                .help(fmt::format("write `{}` before it", candidate))
                .fix(place, (spaced ? " " : "") + std::string(candidate));
            return true;
        }
        return false;
    }

    void tellExpected() {
        auto report = sink_.report(DiagnosticKind::UnexpectedToken,
                                   found_.span,
                                   {expected_.describe(), describeToken(found_)});
        if (mistake_.what == Start::Item && tokens_[mistake_.first + 1].kind == TokenKind::Name &&
            at_ > mistake_.first + 1) {
            report.label(tokens_[mistake_.first + 1].span, "in this declaration");
        }
        if (found_.kind == TokenKind::EndOfFile || !isShort()) {
            return;
        }
        if (mends(typesUpTo(at_), at_ + 1)) {
            report.help(fmt::format("without {} the rest can be read", describeToken(found_)));
        }
    }

    const Mistake& mistake_;
    DiagnosticSink& sink_;
    const std::vector<Token>& tokens_;
    std::size_t at_;
    const Token& found_;
    ExpectedWords expected_;
};

}  // namespace

std::string describeToken(const Token& token) {
    constexpr std::size_t kLongestShown = 30;
    switch (token.kind) {
    case TokenKind::EndOfFile:
        return "the end of the text";
    case TokenKind::String:
        return "text in quotes";
    case TokenKind::Comment:
        return "a comment";
    default:
        break;
    }
    if (token.text.size() > kLongestShown) {
        return "a long " + std::string(token.kind == TokenKind::Name ? "name" : "number");
    }
    return fmt::format("`{}`", token.text);
}

void reportSyntax(const Mistake& mistake, DiagnosticSink& sink) {
    // What stands before it was told to have no meaning; what was meant by it nobody knows.
    if (mistake.list.tokens[mistake.failure.token].isAfterUnknown) {
        return;
    }
    Explainer(mistake, sink).report();
}

void reportNoDeclaration(const TokenList& list, std::uint32_t at, DiagnosticSink& sink) {
    const Token& token = list.tokens[at];
    const Token* before = at > 0 ? &list.tokens[at - 1] : nullptr;
    const bool behindEnd = before != nullptr && before->text == "end";
    if (token.kind == TokenKind::Keyword && token.text == "end") {
        sink.report(DiagnosticKind::StrayEnd, token.span)
            .help("delete it, or the `end` before it")
            .fix(token.span, "");
        return;
    }
    auto report = sink.report(
        DiagnosticKind::NotADeclaration,
        token.span,
        {token.kind == TokenKind::String ? std::string_view("text in quotes") : token.text});
    if (behindEnd) {
        report.label(before->span, "the declaration before is closed here");
    }
    if (const std::string help = suggestionHelp(token.text, itemWords());
        !help.empty() && token.kind == TokenKind::Name) {
        report.help(help);
    } else {
        report.help(
            "a declaration begins with a word such as `rule`, `define`, `parameter` or `test`");
    }
}

}  // namespace proviso::syntax
