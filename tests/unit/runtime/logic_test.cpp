#include "runtime/values/evaluation_error.h"
#include "runtime/values/logic.h"
#include "runtime/values/state.h"
#include "tests/catch.h"

#include <array>
#include <set>
#include <string>

using namespace proviso;

namespace {

constexpr std::array kAll = {kNo, kError, kUnknown, kNotApplicable, kYes};

// The first of `order` that is present: the definition, written as it is said.
Logical firstPresent(const std::array<Logical, 5>& order, Logical a, Logical b) {
    for (const Logical candidate : order) {
        if (a == candidate || b == candidate) {
            return candidate;
        }
    }
    return kError;
}

// Whether `after` may follow from `before` when an unknown becomes known.
bool isRefinement(Logical before, Logical after) {
    return before == kUnknown || before == after;
}

}  // namespace

TEST_CASE("and and or follow their orders on all pairs", "[logic]") {
    constexpr std::array kAnd = {kNo, kError, kUnknown, kNotApplicable, kYes};
    constexpr std::array kOr = {kYes, kError, kUnknown, kNotApplicable, kNo};
    for (const Logical a : kAll) {
        for (const Logical b : kAll) {
            CHECK(logicalAnd(a, b) == firstPresent(kAnd, a, b));
            CHECK(logicalOr(a, b) == firstPresent(kOr, a, b));
        }
    }
    CHECK(logicalAnd(kNo, kUnknown) == kNo);
    CHECK(logicalOr(kYes, kError) == kYes);
}

TEST_CASE("logic is commutative, associative, idempotent and obeys De Morgan", "[logic]") {
    for (const Logical a : kAll) {
        CHECK(logicalNot(logicalNot(a)) == a);
        CHECK(logicalAnd(a, a) == a);
        CHECK(logicalOr(a, a) == a);
        CHECK(logicalAnd(a, kYes) == a);
        CHECK(logicalOr(a, kNo) == a);
        for (const Logical b : kAll) {
            CHECK(logicalAnd(a, b) == logicalAnd(b, a));
            CHECK(logicalOr(a, b) == logicalOr(b, a));
            CHECK(logicalNot(logicalAnd(a, b)) == logicalOr(logicalNot(a), logicalNot(b)));
            CHECK(logicalNot(logicalOr(a, b)) == logicalAnd(logicalNot(a), logicalNot(b)));
            for (const Logical c : kAll) {
                CHECK(logicalAnd(a, logicalAnd(b, c)) == logicalAnd(logicalAnd(a, b), c));
                CHECK(logicalOr(a, logicalOr(b, c)) == logicalOr(logicalOr(a, b), c));
            }
        }
    }
}

TEST_CASE("no yes or no is undone when an unknown arrives", "[logic]") {
    for (const Logical other : kAll) {
        for (const Logical arrived : kAll) {
            const Logical both = logicalAnd(kUnknown, other);
            const Logical either = logicalOr(kUnknown, other);
            if (both == kYes || both == kNo) {
                CHECK(isRefinement(both, logicalAnd(arrived, other)));
            }
            if (either == kYes || either == kNo) {
                CHECK(isRefinement(either, logicalOr(arrived, other)));
            }
        }
    }
}

TEST_CASE("only a value is ever yes", "[logic]") {
    for (const Logical a : kAll) {
        for (const Logical b : kAll) {
            for (const Logical result : {logicalAnd(a, b), logicalOr(a, b), logicalNot(a)}) {
                CHECK((result.state == State::Value || !result.yes));
            }
        }
    }
}

TEST_CASE("arithmetic propagates error, then unknown, then not applicable", "[logic]") {
    CHECK(propagate(State::Value, State::Value) == State::Value);
    CHECK(propagate(State::Value, State::NotApplicable) == State::NotApplicable);
    CHECK(propagate(State::NotApplicable, State::Unknown) == State::Unknown);
    CHECK(propagate(State::Error, State::Unknown) == State::Error);
    CHECK(propagate(State::Value, State::Unknown, State::NotApplicable) == State::Unknown);
}

TEST_CASE("evaluation errors have stable codes", "[logic]") {
    std::set<std::string> codes;
    std::size_t count = 0;
#define PROVISO_EVALUATION_ERROR(name, number, code, message)                                      \
    CHECK(std::string(evaluationErrorCode(EvaluationError::name)) == code);                        \
    CHECK(std::string(evaluationErrorMessage(EvaluationError::name)) == message);                  \
    CHECK(std::string(code) == "E" + std::to_string(1000 + number));                               \
    codes.insert(code);                                                                            \
    ++count;
#include "runtime/values/evaluation_errors.def"
#undef PROVISO_EVALUATION_ERROR
    CHECK(codes.size() == count);
    // Pinned: these numbers are in stored decisions.
    CHECK(std::string(evaluationErrorCode(EvaluationError::Overflow)) == "E1001");
    CHECK(std::string(evaluationErrorCode(EvaluationError::RangeOfDate)) == "E1009");
    CHECK(std::string(evaluationErrorCode(EvaluationError::None)).empty());
}
