#pragma once

#include "compiler/ast/ast.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/evaluate.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proviso::testing {

/// What a test asks about: a value of a row, or the rows of a list.
struct Answer {
    ShownValue value;
    Type type;
    bool isList = false;
    std::vector<OutputRow> rows;
    const std::vector<bytecode::Shown>* columns = nullptr;  ///< of the rows, for their types
    std::uint32_t decision = bytecode::kNone;
    std::vector<std::string> boundBy;  ///< a decision: what binds, by name
};

/// The given records of one test, decided.
class Decided {
  public:
    /// `evaluator` (of `program`), `batch` and its dictionary must outlive this object and stay as
    /// they are.
    Decided(Evaluator& evaluator,
            const bytecode::Program& program,
            const Batch& batch,
            const DecideOptions& options);

    [[nodiscard]] const bytecode::Program& program() const { return program_; }
    [[nodiscard]] const Interpreter& interpreter() const { return evaluator_.interpreter(); }
    [[nodiscard]] const std::vector<RecordResult>& results() const { return results_; }
    /// The record with this key.
    [[nodiscard]] const RecordResult* find(const std::string& key) const;

    /// Answers `names`: a binder, then members down to a value or a list. What stands in a grouping
    /// of the record may be asked of the record. Otherwise `problem` says what there is not.
    std::optional<Answer> answer(const std::vector<std::string>& names, std::string& problem) const;

  private:
    struct Place {
        std::uint32_t space = 0;
        std::uint32_t row = 0;
        std::uint32_t record = 0;
        std::string prefix;  ///< `delivery.` inside a nested record
    };

    bool step(Place& place, const std::string& name, std::optional<Answer>& answer) const;
    bool
    valueOrList(const Place& place, const std::string& name, std::optional<Answer>& answer) const;
    [[nodiscard]] bool isNested(const Place& place, const std::string& name) const;
    [[nodiscard]] std::vector<Place> groupsOf(const Place& place) const;
    [[nodiscard]] std::uint32_t groupOf(const Place& place, std::uint32_t grouping) const;
    Answer valueOf(const Place& place, const bytecode::Shown& shown) const;
    Answer rowsOf(const Place& place, std::uint32_t list) const;
    [[nodiscard]] std::vector<std::string> boundBy(const Place& place,
                                                   std::uint32_t decision) const;

    Evaluator& evaluator_;
    const bytecode::Program& program_;
    const Batch& batch_;
    std::vector<RecordResult> results_;
};

}  // namespace proviso::testing
