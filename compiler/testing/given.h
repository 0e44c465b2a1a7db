#pragma once

#include "compiler/ast/ast.h"
#include "runtime/bytecode/schema.h"

#include <optional>
#include <string>
#include <vector>

namespace proviso::testing {

/// A sample found by its name.
using Samples = std::vector<const ast::Sample*>;

/// What was wrong with the given records of a test.
struct GivenProblem {
    Span span;
    std::string text;
};

/// The name under which a test speaks of a given record: its `as`, or the record's name.
const std::string& binderOf(const ast::Given& given);

/// The record as one line of JSON, as it would come in from outside: the sample's fields, over them
/// the test's own. Nested records are merged field by field, lists are replaced. A key that the
/// test does not give is the binder's name.
std::optional<std::string> recordText(const ast::Given& given,
                                      const Samples& samples,
                                      const Schema& schema,
                                      GivenProblem& problem);

}  // namespace proviso::testing
