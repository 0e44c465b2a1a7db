#pragma once

#include "compiler/typed/program.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proviso::analysis {

/// Numbers expressions so that equal ones have one number. The row of a rule is the same in all
/// rules about one row space, so that the conditions of two rules can be compared.
class Terms {
  public:
    explicit Terms(const typed::Program& program);

    using Term = std::uint32_t;

    [[nodiscard]] Term of(typed::ExprId expr);
    /// The value of an expression that is the same for every row, texts and codes as numbers of
    /// `textId`.
    [[nodiscard]] std::optional<std::int64_t> constantOf(typed::ExprId expr);
    [[nodiscard]] std::int64_t textId(const std::string& text);
    [[nodiscard]] const typed::Program& program() const { return program_; }

    /// Counts the steps of one line of reasoning, from the outermost call on.
    class Deeper {
      public:
        explicit Deeper(Terms& terms) : terms_(terms) {
            terms_.steps_ = terms_.depth_ == 0 ? 0 : terms_.steps_ + 1;
            ++terms_.depth_;
        }
        ~Deeper() { --terms_.depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

        [[nodiscard]] std::uint32_t steps() const { return terms_.steps_; }

      private:
        Terms& terms_;
    };

  private:
    std::uint32_t depth_ = 0;
    std::uint32_t steps_ = 0;
    const typed::Program& program_;
    std::unordered_map<typed::ExprId, Term> terms_;
    std::map<std::vector<std::int64_t>, Term> byContent_;
    std::map<std::string, std::int64_t, std::less<>> texts_;
    std::set<typed::BinderId> ruleBinders_;
};

/// The values that something can still have: between two bounds, of some, not some.
struct Domain {
    std::int64_t low = INT64_MIN;
    std::int64_t high = INT64_MAX;
    std::optional<std::set<std::int64_t>> allowed;
    std::set<std::int64_t> excluded;
    Span span;  ///< what narrowed it last

    [[nodiscard]] bool contains(std::int64_t value) const;
    [[nodiscard]] bool isEmpty() const;
    void intersect(const Domain& other);
    void unite(const Domain& other);
};

/// Two places of a text that cannot both hold; `second` points nowhere where one alone cannot.
struct Conflict {
    Span first;
    Span second;
};

/// What must be so where conditions are yes: bounds, members and comparisons of whatever they speak
/// of. It knows no more than that, so that a contradiction it finds is one, and it misses many.
class Facts {
  public:
    explicit Facts(Terms& terms) : terms_(&terms) {}

    /// Adds that a condition is yes (or no). False when that cannot be; the facts are then of no
    /// more use.
    bool assume(typed::ExprId condition, bool yes = true);

    /// After `assume` returned false.
    [[nodiscard]] const Conflict& conflict() const { return conflict_; }

    /// The values that an expression can still have.
    [[nodiscard]] Domain valuesOf(typed::ExprId expr) const;

    /// One thing known, or how two things compare: below 0, 0 or above it.
    using Key = std::pair<Terms::Term, Terms::Term>;
    [[nodiscard]] const std::map<Key, Domain>& known() const { return known_; }

  private:
    bool assumeAll(const std::vector<typed::ExprId>& conditions, bool yes);
    bool assumeOne(std::vector<Facts> branches, const std::vector<bool>& possible);
    bool assumeAny(const std::vector<typed::ExprId>& conditions, bool yes);
    bool compare(const typed::Expr& expr, bool yes);
    bool narrow(const Key& key, const Domain& start, Domain domain, Span span);
    [[nodiscard]] Domain domainOf(typed::ExprId expr) const;

    Terms* terms_;
    std::map<Key, Domain> known_;
    Conflict conflict_;
};

/// The operands of nested `and`s, left to right; the condition itself where it is none.
[[nodiscard]] std::vector<typed::ExprId> conjuncts(const typed::Program& program,
                                                   typed::ExprId condition);

}  // namespace proviso::analysis
