#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"
#include "compiler/parser/quoted.h"

#include <array>
#include <utility>

namespace proviso::syntax {

// The functions of this file call each other as deep as the text is nested, which checkNesting has
// bounded; chains of operators are walked in loops and bounded by admitChain.
// NOLINTBEGIN(misc-no-recursion)

using SyntaxRule = Rule;

namespace {

ast::ExpressionPtr standIn(Span span) {
    return makeExpression(span, ast::YesNoLiteral{});
}

ast::ExpressionPtr compare(ast::ComparisonOperator op,
                           bool inWords,
                           ast::ExpressionPtr left,
                           ast::ExpressionPtr right,
                           Span operatorSpan) {
    const Span span = cover(left->span, right->span);
    return makeExpression(
        span, ast::Comparison{op, inWords, std::move(left), std::move(right), operatorSpan});
}

ast::ComparisonOperator comparisonOf(std::string_view sign) {
    using Operator = ast::ComparisonOperator;
    if (sign == ">") {
        return Operator::Greater;
    }
    if (sign == ">=") {
        return Operator::GreaterOrEqual;
    }
    if (sign == "<") {
        return Operator::Less;
    }
    if (sign == "<=") {
        return Operator::LessOrEqual;
    }
    return sign == "=" ? Operator::Equal : Operator::NotEqual;
}

ast::ArithmeticOperator arithmeticOf(std::string_view sign) {
    using Operator = ast::ArithmeticOperator;
    if (sign == "+") {
        return Operator::Add;
    }
    if (sign == "*") {
        return Operator::Multiply;
    }
    if (sign == "/") {
        return Operator::Divide;
    }
    if (sign == "div") {
        return Operator::IntegerDivide;
    }
    return sign == "mod" ? Operator::Modulo : Operator::Subtract;
}

bool isList(const Node& node) {
    return node.rule() == SyntaxRule::ValuesOrCondition && node.childCount() > 1 && node.isToken(1);
}

constexpr int kBindingOfRounded = 2;

/// Higher binds first.
int bindingOf(const Node& tail) {
    const std::string_view sign = tail.token(0).text;
    if (sign == "else") {
        return 1;
    }
    if (sign == "rounded") {
        return kBindingOfRounded;
    }
    return sign == "+" || sign == "-" ? 3 : 4;
}

}  // namespace

bool Builder::admitChain(std::size_t terms, Span span) {
    if (terms <= limits_.chainTerms && depth_ + terms <= limits_.chainTerms + limits_.nesting) {
        return true;
    }
    sink_
        .report(DiagnosticKind::ChainTooLong,
                {span.source, span.begin, span.begin},
                {limits_.chainTerms})
        .help("give parts of it names with `define`");
    return false;
}

ast::ExpressionPtr Builder::templateExpression(const Node& node) {
    return expression(node.node(0));
}

ast::ExpressionPtr Builder::expression(const Node& node) {
    const Depth depth(*this, 1);
    const Node inside = node.node(0);
    switch (inside.rule()) {
    case SyntaxRule::Aggregate:
        return aggregate(inside);
    case SyntaxRule::Apportion:
        return apportion(inside);
    default:
        return condition(inside);
    }
}

ast::ExpressionPtr Builder::condition(const Node& node) {
    if (node.childCount() == 1) {
        return conditionTerm(node.node(0));
    }
    if (!admitChain((node.childCount() + 1) / 2, node.span())) {
        return standIn(node.span());
    }
    const Depth depth(*this, 1);
    Terms terms;
    terms.add(conditionTerm(node.node(0)), node.node(0).span());
    addTerms(terms, node, 1);
    return join(std::move(terms), node.span());
}

/// Behind the first term: words and terms in turn, from `place` on.
void Builder::addTerms(Terms& terms, const Node& node, std::size_t place) {
    for (; place < node.childCount(); place += 2) {
        terms.words.push_back(&node.token(place));
        const Node term = node.node(place + 1);
        terms.add(conditionTerm(term), term.span());
    }
}

ast::ExpressionPtr Builder::join(Terms terms, Span span) {
    std::vector<ast::ExpressionPtr> alternatives;
    ast::Logic run;  // of `and`
    const auto closeRun = [&] {
        if (run.operands.size() == 1) {
            alternatives.push_back(std::move(run.operands.front()));
        } else {
            const Span whole = cover(run.operands.front()->span, run.operands.back()->span);
            alternatives.push_back(makeExpression(whole, std::move(run)));
        }
        run = {};
    };
    bool isMixed = false;
    run.operands.push_back(std::move(terms.terms.front()));
    for (std::size_t index = 0; index < terms.words.size(); ++index) {
        isMixed = isMixed || terms.words[index]->text != terms.words.front()->text;
        if (terms.words[index]->text == "or") {
            closeRun();
        }
        run.operands.push_back(std::move(terms.terms[index + 1]));
    }
    closeRun();
    if (isMixed) {
        reportMixed(terms, span);
    }
    if (alternatives.size() == 1) {
        return std::move(alternatives.front());
    }
    ast::Logic any;
    any.conjunction = false;
    any.operands = std::move(alternatives);
    return makeExpression(span, std::move(any));
}

void Builder::reportMixed(const Terms& terms, Span span) {
    // The suggestion puts each run of `and` in parentheses, which is how the words bind in other
    // languages.
    std::string suggestion;
    const Token* const first = terms.words.front();
    const Token* second = nullptr;
    std::size_t runBegin = 0;
    const auto closeRun = [&](std::size_t runEnd) {
        const std::string text(sources_.text(cover(terms.spans[runBegin], terms.spans[runEnd])));
        suggestion += runBegin == runEnd ? text : "(" + text + ")";
    };
    for (std::size_t index = 0; index < terms.words.size(); ++index) {
        const Token* const word = terms.words[index];
        if (second == nullptr && word->text != first->text) {
            second = word;
        }
        if (word->text == "or") {
            closeRun(index);
            suggestion += " or ";
            runBegin = index + 1;
        }
    }
    closeRun(terms.words.size());
    constexpr std::size_t kLongestShown = 200;
    auto report = sink_.report(DiagnosticKind::MixedAndOr, second->span);
    report.label(first->span, "the other word")
        .help(suggestion.size() > kLongestShown
                  ? "put one of them in parentheses"
                  : "if this is what is meant, write `" + suggestion + "`")
        .fix(span, suggestion);
}

ast::ExpressionPtr Builder::conditionTerm(const Node& node) {
    const Depth depth(*this, 1);
    Reader reader(node);
    return term(reader);
}

/// What stands in words, or a value with what it is compared with.
ast::ExpressionPtr Builder::term(Reader& reader) {
    if (reader.at(SyntaxRule::WordedTerm)) {
        return wordedTerm(reader.node());
    }
    ast::ExpressionPtr left = value(reader.node());
    return reader.at(SyntaxRule::Comparison) ? comparison(std::move(left), reader.node())
                                             : std::move(left);
}

ast::ExpressionPtr Builder::wordedTerm(const Node& node) {
    Reader reader(node);
    if (reader.take("not")) {
        return makeExpression(node.span(), ast::Not{conditionTerm(reader.node())});
    }
    const bool all = reader.take("all");
    reader.take("any");
    reader.take("of");
    ast::Logic block;
    block.conjunction = all;
    block.block = true;
    if (!admitChain((node.childCount() - 3) / 2, node.span())) {
        return standIn(node.span());
    }
    while (reader.at(SyntaxRule::Condition)) {
        block.operands.push_back(condition(reader.node()));
        reader.take(";");
    }
    return makeExpression(node.span(), std::move(block));
}

ast::ExpressionPtr Builder::conditionOf(const Node& node) {
    Reader reader(node);
    const bool isWorded = reader.at(SyntaxRule::WordedTerm);
    const std::size_t last = node.childCount() - 1;
    const bool hasMore = !node.isToken(last) && node.node(last).rule() == SyntaxRule::MoreTerms;
    if (!hasMore) {
        const Depth depth(*this, 1);
        return term(reader);
    }
    const Node more = node.node(last);
    if (!admitChain(more.childCount() / 2 + 1, node.span())) {
        return standIn(node.span());
    }
    const Depth depth(*this, 1);
    Terms terms;
    const Span first = isWorded || last == 1 ? node.node(0).span()
                                             : cover(node.node(0).span(), node.node(1).span());
    {
        const Depth ofTerm(*this, 1);
        terms.add(term(reader), first);
    }
    addTerms(terms, more, 0);
    return join(std::move(terms), node.span());
}

ast::ExpressionPtr Builder::comparison(ast::ExpressionPtr left, const Node& node) {
    using Operator = ast::ComparisonOperator;
    const Span span = cover(left->span, node.span());
    Reader reader(node);
    if (reader.at(SyntaxRule::ComparisonSign)) {
        const Token& sign = reader.node().token(0);
        return compare(
            comparisonOf(sign.text), false, std::move(left), value(reader.node()), sign.span);
    }
    const Token& word = reader.token();
    if (word.text == "exceeds") {
        return compare(Operator::Greater, true, std::move(left), value(reader.node()), word.span);
    }
    if (word.text == "satisfies") {
        return makeExpression(span, ast::Satisfies{false, std::move(left), value(reader.node())});
    }
    if (word.text == "contains") {
        return makeExpression(span, ast::Contains{false, std::move(left), value(reader.node())});
    }
    if (word.text == "does") {
        reader.take("not");
        const Token& verb = reader.token();
        ast::ExpressionPtr right = value(reader.node());
        if (verb.text == "satisfy") {
            return makeExpression(span, ast::Satisfies{true, std::move(left), std::move(right)});
        }
        if (verb.text == "contain") {
            return makeExpression(span, ast::Contains{true, std::move(left), std::move(right)});
        }
        return compare(Operator::LessOrEqual,
                       true,
                       std::move(left),
                       std::move(right),
                       cover(word.span, verb.span));
    }
    return isTest(std::move(left), reader, span, word.span);
}

ast::ExpressionPtr Builder::isTest(ast::ExpressionPtr left, Reader reader, Span span, Span sign) {
    using Operator = ast::ComparisonOperator;
    const bool negated = reader.take("not");
    const Node tailNode = reader.node();
    Reader tail(tailNode);
    if (tail.take("one")) {
        tail.take("of");
        return makeExpression(span, ast::IsOneOf{negated, std::move(left), values(tail)});
    }
    if (tail.take("in")) {
        return makeExpression(span,
                              ast::IsIn{negated, std::move(left), qualifiedName(tail.node())});
    }
    if (tail.take("known")) {
        return makeExpression(span, ast::IsKnown{negated, std::move(left)});
    }
    if (tail.take("applicable")) {
        return makeExpression(span, ast::IsApplicable{negated, std::move(left)});
    }
    Operator op = negated ? Operator::NotEqual : Operator::Equal;
    if (tail.take("at")) {
        const bool least = tail.take("least");
        op = least ? (negated ? Operator::Less : Operator::GreaterOrEqual)
                   : (negated ? Operator::Greater : Operator::LessOrEqual);
    } else if (tail.take("below")) {
        op = negated ? Operator::GreaterOrEqual : Operator::Less;
    }
    return compare(op, true, std::move(left), value(tail.nextNode()), sign);
}

std::vector<ast::ExpressionPtr> Builder::values(Reader& reader) {
    std::vector<ast::ExpressionPtr> result;
    do {
        result.push_back(value(reader.node()));
    } while (reader.take(","));
    return result;
}

ast::ExpressionPtr Builder::value(const Node& node) {
    return chain(node, 0, node.childCount());
}

ast::ExpressionPtr Builder::chain(const Node& node, std::size_t begin, std::size_t end) {
    // Each step takes the tails that bind more than it does along, as its right operand.
    std::vector<std::size_t> steps;
    for (std::size_t place = begin + 1; place < end;) {
        steps.push_back(place);
        const int binding = bindingOf(node.node(place));
        ++place;
        while (binding != kBindingOfRounded && place < end &&
               bindingOf(node.node(place)) > binding) {
            ++place;
        }
    }
    const Node operand = begin == 0 ? node.node(0) : node.node(begin).node(1);
    const Span start = operand.firstToken().span;
    if (!steps.empty() && !admitChain(steps.size() + 1, start)) {
        return standIn(start);
    }
    const Depth depth(*this, steps.size());
    ast::ExpressionPtr left = unary(operand);
    steps.push_back(end);
    for (std::size_t index = 0; index + 1 < steps.size(); ++index) {
        left = combine(std::move(left), node, steps[index], steps[index + 1]);
    }
    return left;
}

/// With the tail at `place` of a value and those behind it, before `end`, that belong to its
/// operand.
ast::ExpressionPtr
Builder::combine(ast::ExpressionPtr left, const Node& value, std::size_t place, std::size_t end) {
    const Node tail = value.node(place);
    const Token& sign = tail.token(0);
    if (sign.text == "rounded") {
        const Span span = cover(left->span, tail.token(3).span);
        const Node unit = tail.node(2);
        ast::Rounded rounded;
        rounded.operand = std::move(left);
        rounded.mode = name(tail.token(3));
        const Token& first = unit.token(0);
        if (first.kind == TokenKind::Integer) {
            const std::int64_t decimals = readInteger(first, sink_);
            if (decimals > kMostDecimals) {
                sink_.report(DiagnosticKind::BadNumber, first.span, {first.text})
                    .help("at most " + std::to_string(kMostDecimals) + " decimals are kept");
            } else {
                rounded.scale = static_cast<int>(decimals);
            }
        } else {
            rounded.cents = first.text == "cents";
            rounded.scale = rounded.cents ? 2 : 0;
        }
        return makeExpression(span, std::move(rounded));
    }
    ast::ExpressionPtr right = chain(value, place, end);
    const Span span = cover(left->span, right->span);
    if (sign.text == "else") {
        return makeExpression(span, ast::OrElse{std::move(left), std::move(right)});
    }
    return makeExpression(
        span,
        ast::Arithmetic{arithmeticOf(sign.text), std::move(left), std::move(right), sign.span});
}

ast::ExpressionPtr Builder::unary(const Node& node) {
    const Depth depth(*this, 1);
    Reader reader(node);
    if (reader.at(TokenKind::Percent)) {
        const auto [mantissa, scale] = readScaled(reader.token(), sink_);
        const Node operandNode = reader.nextNode();
        ast::ExpressionPtr operand = unary(operandNode);
        return makeExpression(node.span(), ast::PercentOf{{mantissa, scale}, std::move(operand)});
    }
    if (reader.at(SyntaxRule::Postfix)) {
        return postfix(reader.node());
    }
    return makeExpression(node.span(), ast::Negate{unary(reader.nextNode())});
}

ast::ExpressionPtr Builder::postfix(const Node& node) {
    ast::ExpressionPtr result = primary(node.node(0));
    if (node.childCount() == 1) {
        return result;
    }
    return makeExpression(node.span(), ast::OnDate{std::move(result), primary(node.node(2))});
}

ast::ExpressionPtr Builder::primary(const Node& node) {
    const Depth depth(*this, 1);
    Reader reader(node);
    if (reader.at(SyntaxRule::Literal)) {
        return literal(reader.node());
    }
    if (reader.at(SyntaxRule::CaseExpression)) {
        return caseExpression(reader.node());
    }
    if (reader.at(TokenKind::Name)) {
        return named(node, reader);
    }
    const Node inside = node.node(1);
    if (isList(inside)) {
        sink_.report(DiagnosticKind::ListWithoutFunction, node.span());
        return standIn(node.span());
    }
    const Depth ofInside(*this, 1);
    ast::ExpressionPtr result = inside.rule() == SyntaxRule::Aggregate   ? aggregate(inside)
                                : inside.rule() == SyntaxRule::Apportion ? apportion(inside)
                                                                         : conditionOf(inside);
    result->parenthesised = true;
    result->span = node.span();
    return result;
}

ast::ExpressionPtr Builder::named(const Node& node, Reader reader) {
    ast::Path result{{name(reader.token())}};
    if (reader.take("of")) {
        return memberOf(result.names.front(), reader.node(), node.span());
    }
    while (reader.take(".")) {
        result.names.push_back(name(reader.node().token(0)));
    }
    if (reader.take("for")) {
        reader.take("(");
        return makeExpression(node.span(), ast::Lookup{std::move(result), values(reader)});
    }
    return pathExpression(std::move(result), node.span());
}

ast::ExpressionPtr Builder::memberOf(const ast::Name& member, const Node& row, Span span) {
    // `lesser of (x, y)`
    if (row.isToken(0) && row.token(0).text == "(" && isList(row.node(1))) {
        const Node list = row.node(1);
        Reader reader(list);
        return makeExpression(span, ast::Call{member, values(reader)});
    }
    ast::ExpressionPtr inner = primary(row);
    if (auto* innerPath = std::get_if<ast::Path>(&inner->node);
        innerPath != nullptr && !inner->parenthesised) {
        innerPath->names.push_back(member);
        inner->span = span;
        return inner;
    }
    return makeExpression(span, ast::MemberOf{member, std::move(inner)});
}

ast::Path Builder::path(const Node& node) {
    ast::Path result;
    result.names.push_back(name(node.token(0)));
    for (std::size_t place = 2; place < node.childCount(); place += 2) {
        result.names.push_back(name(node.node(place).token(0)));
    }
    return result;
}

ast::ExpressionPtr Builder::pathExpression(const Node& node) {
    return pathExpression(path(node), node.span());
}

ast::ExpressionPtr Builder::pathExpression(ast::Path result, Span span) {
    if (result.names.size() == 1 &&
        (result.names[0].text == "today" || result.names[0].text == "now")) {
        sink_.report(DiagnosticKind::ClockWord, result.names[0].span, {result.names[0].text})
            .help("use a date of the record, so that the answer is the same on every day it is "
                  "asked");
    }
    return makeExpression(span, std::move(result));
}

ast::ExpressionPtr Builder::literal(const Node& node) {
    const Token& token = node.token(0);
    const Span span = node.span();
    switch (token.kind) {
    case TokenKind::Money: {
        const auto [mantissa, scale] = readScaled(token, sink_);
        return makeExpression(span, ast::MoneyLiteral{mantissa, scale});
    }
    case TokenKind::Percent: {
        const auto [mantissa, scale] = readScaled(token, sink_);
        return makeExpression(span, ast::PercentLiteral{mantissa, scale});
    }
    case TokenKind::Decimal: {
        const auto [mantissa, scale] = readScaled(token, sink_);
        return makeExpression(span, ast::DecimalLiteral{mantissa, scale, std::string(token.text)});
    }
    case TokenKind::Date:
        return makeExpression(span, ast::DateValue{readDate(token, sink_)});
    case TokenKind::String:
        return makeExpression(span, ast::TextLiteral{unquote(token.text)});
    case TokenKind::Integer:
        break;
    default:
        return makeExpression(span, ast::YesNoLiteral{token.text == "yes"});
    }
    const std::int64_t number = readInteger(token, sink_);
    if (node.childCount() == 1) {
        return makeExpression(span, ast::DecimalLiteral{number, 0, std::string(token.text)});
    }
    if (node.token(1).text == "minutes") {
        return makeExpression(span, ast::MinutesLiteral{number});
    }
    return makeExpression(span, ast::DaysLiteral{number});
}

/// `cellValue` and `givenValue`: a literal, perhaps negative, a member or a code.
ast::ExpressionPtr Builder::signedLiteral(const Node& node) {
    Reader reader(node);
    if (reader.at(TokenKind::Code)) {
        const Token& token = reader.token();
        return makeExpression(token.span, ast::CodeLiteral{std::string(token.text)});
    }
    if (reader.at(TokenKind::Name)) {
        const Token& token = reader.token();
        return makeExpression(token.span, ast::Path{{name(token)}});
    }
    const bool negative = !reader.at(SyntaxRule::Literal);
    ast::ExpressionPtr result = literal(reader.nextNode());
    return negative ? makeExpression(node.span(), ast::Negate{std::move(result)})
                    : std::move(result);
}

ast::ExpressionPtr Builder::caseExpression(const Node& node) {
    Reader reader(node);
    reader.take("case");
    ast::Case result;
    if (reader.at(SyntaxRule::Value)) {
        result.subject = value(reader.node());
    }
    while (reader.at(SyntaxRule::CaseArm)) {
        const Node armNode = reader.node();
        Reader part(armNode);
        part.take("when");
        ast::Case::Arm arm;
        const Node testsNode = part.node();
        if (isList(testsNode)) {
            Reader tests(testsNode);
            arm.tests = values(tests);
        } else {
            arm.tests.push_back(conditionOf(testsNode));
        }
        arm.value = expression(part.nextNode());
        result.arms.push_back(std::move(arm));
    }
    if (reader.take("otherwise")) {
        result.otherwise = expression(reader.nextNode());
    }
    return makeExpression(node.span(), std::move(result));
}

// NOLINTEND(misc-no-recursion)

}  // namespace proviso::syntax
