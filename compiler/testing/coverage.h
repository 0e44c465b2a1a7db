#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/driver/compile.h"
#include "compiler/testing/possible_values.h"
#include "runtime/decision/result.h"
#include "runtime/engine/interpreter.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of a pack set made happen, measured in the registers of each test's evaluation.
namespace proviso {

/// A thing that tests can exercise, in the order in which kinds are reported.
enum class CoverageKind : std::uint8_t {
    Rule,       ///< applied somewhere, and somewhere not, if there is anything that it depends on
    Exception,  ///< took effect where its rule would have applied
    Clause,     ///< a test of a rule's or an exception's condition was yes, and was no
    TableRow,   ///< a row written in a pack answered a lookup
    DataRow,    ///< a row of a table's file answered a lookup
    Value,      ///< a value of a parameter, or a dated alternative, was in force where it was read
    Finding,    ///< was reported
    Step,       ///< a step that some rule demands was demanded
};

inline constexpr std::size_t kCoverageKinds = 8;

/// `rules`, `clauses`, `rows`: the word for thresholds and in JSON.
std::string_view coverageName(CoverageKind kind);

struct CoverageItem {
    CoverageKind kind{};
    std::string pack;
    std::string name;   ///< `rule heavy_fast`, `order.weight exceeds 20`
    std::string lacks;  ///< `never applied`, `never no`; empty: covered
    /// It cannot be yes, or not no, as no row of the tables it reads says so. A clause is then
    /// covered by the answer it can have; a rule or step must have been left open by some test.
    bool oneSided = false;
    Span span;
};

/// All there is to cover, by pack, place and kind.
using CoverageReport = std::vector<CoverageItem>;

/// Collects over many evaluations of one pack set. Not thread-safe.
class Coverage {
  public:
    /// `set` holds a program and must outlive this object.
    explicit Coverage(const CompiledSet& set);

    /// Notes what the last run made happen; what was not yet known as of its date is not seen.
    /// False where the run was given up for too many rows: nothing was noted.
    bool note(const Interpreter& run, const std::vector<RecordResult>& results);

    [[nodiscard]] CoverageReport report() const;

  private:
    /// What was seen of one item; some need both.
    struct Seen {
        bool yes = false;
        bool no = false;
        bool open = false;

        void note(const ColumnData& column, std::size_t row);
    };
    /// What is lacking of the answers that a register can have, in these words.
    struct Words {
        const char* yes;
        const char* no;
    };
    void judge(CoverageItem& item, const Seen& seen, bytecode::Register value, Words words) const;

    /// A test of a condition, with the register that holds its answer.
    struct Test {
        std::uint32_t rule = 0;
        bytecode::Register value = bytecode::kNone;
        std::string text;
        Span span;
        Seen seen;
    };

    /// A definition with dated alternatives, with the DatedSelect that chooses.
    struct Dated {
        std::uint32_t definition = 0;
        bytecode::Register select = bytecode::kNone;
        std::vector<bool> seen;
    };

    void findTests(std::uint32_t rule, typed::ExprId condition, std::uint32_t clause);
    void findDated();
    [[nodiscard]] bool isDated(const typed::Effect& effect) const;
    void noteRules(const Interpreter& run);
    void noteTests(const Interpreter& run);
    void noteLookups(const Interpreter& run);
    void noteSteps(const Interpreter& run);

    void reportRules(CoverageReport& report) const;
    void reportTests(CoverageReport& report) const;
    void reportTables(CoverageReport& report) const;
    void reportValues(CoverageReport& report) const;
    void reportFindings(CoverageReport& report) const;
    void reportSteps(CoverageReport& report) const;
    [[nodiscard]] std::string packOf(const Span& span) const;

    const CompiledSet& set_;
    const typed::Program& typed_;
    const bytecode::Program& program_;
    std::vector<Seen> rules_;
    std::vector<bool> exceptions_;            ///< parallel to typed::Program::exceptions
    std::vector<std::vector<bool>> effects_;  ///< by rule
    std::vector<Test> tests_;
    std::vector<std::vector<bool>> rows_;    ///< by table
    std::vector<std::vector<bool>> values_;  ///< by parameter
    std::vector<Dated> dated_;
    std::vector<bool> findings_;
    std::vector<std::vector<Seen>> steps_;  ///< by decision; empty for those without steps
    PossibleValues possible_;
};

}  // namespace proviso
