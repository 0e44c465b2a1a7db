#include "compiler/check/expressions.h"

#include <algorithm>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
ExprId ExpressionChecker::armTest(const Value& subject,
                                  const ast::Expression& test,
                                  std::vector<std::int64_t>& answered) {
    const Value value = check(test, &subject.type);
    if (value.isError()) {
        return kNone;
    }
    if (value.shape == Value::Shape::Plain && context_.expr(value.id).kind == ExprKind::Constant &&
        sameKind(value.type, subject.type)) {
        const std::int64_t constant = context_.expr(value.id).value;
        if (std::find(answered.begin(), answered.end(), constant) != answered.end()) {
            context_.report(
                DiagnosticKind::CaseArmRepeated, test.span, {context_.sources.text(test.span)});
            return kNone;
        }
        answered.push_back(constant);
    }
    return compareValues(ast::ComparisonOperator::Equal, subject, value, test.span).id;
}

bool ExpressionChecker::checkExhaustive(const ast::Expression& expression,
                                        const ast::Case& node,
                                        const Value& subject,
                                        const std::vector<std::int64_t>& answered) {
    if (node.otherwise != nullptr) {
        return true;
    }
    std::vector<std::string> members;
    if (subject.type.kind == TypeKind::Enumeration) {
        members = context_.program.enumerations[subject.type.ref].members;
    } else if (subject.type.kind == TypeKind::YesNo) {
        members = {"no", "yes"};
    } else {
        context_.report(DiagnosticKind::CaseNeedsOtherwise, expression.span)
            .help("add `otherwise : ...`; only an enumeration can be answered in full");
        return false;
    }
    std::vector<std::string> missing;
    for (std::size_t index = 0; index < members.size(); ++index) {
        if (std::find(answered.begin(), answered.end(), static_cast<std::int64_t>(index)) ==
            answered.end()) {
            missing.push_back(members[index]);
        }
    }
    if (missing.empty()) {
        return true;
    }
    context_.report(DiagnosticKind::CaseNotExhaustive, expression.span, {listInWords(missing)})
        .help("add an arm for each, or `otherwise : ...`");
    return false;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::caseOf(const ast::Expression& expression,
                                const ast::Case& node,
                                const Type* expected,
                                Place place) {
    bool failed = false;
    Value subject;
    if (node.subject != nullptr) {
        subject = check(*node.subject);
        if (subject.shape != Value::Shape::Decision || subject.type.kind != TypeKind::Step) {
            subject = asValue(subject);
        }
        failed = subject.isError();
    } else if (node.otherwise == nullptr) {
        context_.report(DiagnosticKind::CaseNeedsOtherwise, expression.span)
            .help("add `otherwise : ...` for when none of the conditions holds");
        failed = true;
    }
    std::vector<ExprId> tests;
    std::vector<std::int64_t> answered;
    bool testsFailed = false;
    for (const ast::Case::Arm& arm : node.arms) {
        std::vector<ExprId> any;
        for (const ast::ExpressionPtr& test : arm.tests) {
            if (node.subject == nullptr) {
                any.push_back(condition(*test));
            } else if (!subject.isError()) {
                any.push_back(armTest(subject, *test, answered));
            }
            testsFailed = testsFailed || any.empty() || any.back() == kNone;
        }
        tests.push_back(
            testsFailed ? kNone : context_.logic(ExprKind::Or, std::move(any), expression.span));
    }
    failed = failed || testsFailed;
    if (node.subject != nullptr && !failed) {
        failed = !checkExhaustive(expression, node, subject, answered);
    }

    // Bare words in one arm are understood by the type of another.
    std::vector<const ast::Expression*> arms;
    for (const ast::Case::Arm& arm : node.arms) {
        arms.push_back(arm.value.get());
    }
    if (node.otherwise != nullptr) {
        arms.push_back(node.otherwise.get());
    }
    std::vector<Value> values(arms.size());
    std::optional<Type> common;
    for (const bool bare : {false, true}) {
        for (std::size_t index = 0; index < arms.size(); ++index) {
            if ((expected == nullptr && needsExpected(*arms[index])) != bare) {
                continue;
            }
            const Type hint = common.value_or(Type{});
            values[index] = checkValue(*arms[index],
                                       expected != nullptr ? expected
                                       : common            ? &hint
                                                           : nullptr,
                                       place);
            failed = failed || values[index].isError();
            if (!values[index].isError() && !common) {
                common = values[index].type;
            }
        }
    }
    if (!common) {
        return error();
    }
    for (const Value& value : values) {
        if (!value.isError() && !sameKind(value.type, *common)) {
            typeMismatch(value, *common, value.span);
            failed = true;
        }
        common->scale = std::max(common->scale, value.type.scale);
    }
    if (failed) {
        return error();
    }
    ExprId result = node.otherwise != nullptr
                        ? rescale(values.back().id, common->scale, values.back().span)
                        : context_.notApplicable(*common, expression.span);
    for (std::size_t index = node.arms.size(); index-- > 0;) {
        Expr select;
        select.kind = ExprKind::Select;
        select.type = *common;
        select.operands = {
            tests[index], rescale(values[index].id, common->scale, values[index].span), result};
        select.span = arms[index]->span;
        result = context_.add(std::move(select));
    }
    return plain(result, expression.span);
}

}  // namespace proviso::check
