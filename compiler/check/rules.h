#pragma once

#include "compiler/check/expressions.h"

namespace proviso::check {

/// Rules with the exceptions to them, in the order of their names.
void checkRules(Context& context);

/// What all effects of one rule, or of one exception that says something instead, share.
struct Guard {
    ExprId applies = kNone;  ///< when the effect is said
    ExprId ruleRow = kNone;
    std::uint32_t exception = kNone;
    std::string rule;  ///< for messages
    typed::Period period;
};

/// Turns one `then` into effects; nothing is added when it is wrong.
void checkAction(Context& context,
                 Scope& scope,
                 const Guard& guard,
                 const ast::Action& action,
                 std::vector<typed::Effect>& effects);

}  // namespace proviso::check
