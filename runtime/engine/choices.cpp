#include "runtime/engine/choices.h"

#include "runtime/base/check.h"
#include "runtime/engine/collect.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/records_of_rows.h"
#include "runtime/input/record_store.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::kNone;
using Rows = std::vector<std::uint32_t>;

constexpr std::int64_t kMostChoices = 16;

bool asksForChoices(const bytecode::Program& program, const Stage& stage) {
    return program.outcomes != kNone &&
           std::any_of(stage.outputs.begin(), stage.outputs.end(), [&](std::uint32_t output) {
               const bytecode::OutputInfo& info = program.outputs[output];
               return info.choices && info.rows != kNone && info.space == program.outcomesSpace;
           });
}

std::int64_t outcomesAt(const ColumnData& counts, std::size_t row) {
    return counts.state(row) == State::Value
               ? std::clamp<std::int64_t>(counts.values[row], 1, kMostChoices)
               : 1;
}

/// How many outcomes there are, by row of the outcomes' space.
std::vector<std::int64_t> countOutcomes(const Interpreter& interpreter) {
    const ColumnData& counts = interpreter.column(interpreter.program().outcomes);
    std::vector<std::int64_t> outcomes(counts.values.size());
    for (std::size_t row = 0; row < outcomes.size(); ++row) {
        outcomes[row] = outcomesAt(counts, row);
    }
    return outcomes;
}

/// The most that there are in any row.
std::int64_t mostOutcomes(const Interpreter& interpreter) {
    const ColumnData& counts = interpreter.column(interpreter.program().outcomes);
    std::int64_t most = 1;
    for (std::size_t row = 0; row < counts.values.size(); ++row) {
        most = std::max(most, outcomesAt(counts, row));
    }
    return most;
}

/// Records that some grouping of the lists brings together, as a forest.
class Together {
  public:
    explicit Together(std::uint32_t records) : above_(records) {
        std::iota(above_.begin(), above_.end(), 0U);
    }

    std::uint32_t root(std::uint32_t record) {
        while (above_[record] != record) {
            above_[record] = above_[above_[record]];
            record = above_[record];
        }
        return record;
    }
    void join(std::uint32_t a, std::uint32_t b) { above_[root(a)] = root(b); }
    std::size_t records() const { return above_.size(); }

  private:
    Rows above_;
};

/// Which records the lists bring together: rows of one record meet rows of another in a group only.
/// Nothing where groups themselves are another choice's.
std::optional<Together> together(const Interpreter& interpreter,
                                 RecordsOfRows& recordsOfRows,
                                 const Stage& stage,
                                 std::uint32_t records) {
    const bytecode::Program& program = interpreter.program();
    Together found(records);
    for (const bytecode::Register number : stage.choices) {
        const bytecode::Instruction& one = program.code[number];
        if (one.op != bytecode::Op::GroupBy) {
            continue;
        }
        if (interpreter.frame().lookups->dependsOnChoice[number]) {
            return std::nullopt;
        }
        const Rows& of = recordsOfRows.of(one.space);
        const Rows& groups = recordsOfRows.of(one.index);
        const auto link = interpreter.link(number);
        for (std::uint32_t row = 0; row < link.size(); ++row) {
            if (link[row] != kNone && of[row] != kNone) {
                found.join(of[row], groups[link[row]]);
            }
        }
    }
    return found;
}

/// The records with whom one has more outcomes than the choice's number. `homes`: by row of the
/// outcomes' space.
Rows concerned(Together& together,
               const Rows& homes,
               const std::vector<std::int64_t>& outcomes,
               std::int64_t choice) {
    std::vector<std::uint8_t> several(together.records(), 0);
    for (std::uint32_t row = 0; row < outcomes.size(); ++row) {
        if (outcomes[row] > choice && homes[row] != kNone) {
            several[together.root(homes[row])] = 1;
        }
    }
    Rows found;
    for (std::uint32_t record = 0; record < several.size(); ++record) {
        if (several[together.root(record)] != 0) {
            found.push_back(record);
        }
    }
    return found;
}

/// Rows of a column, in cells of eight bytes.
void takeRows(ColumnData& to,
              const StoredValues& values,
              const Cells<State>& states,
              const Rows& rows) {
    if (values.empty()) {
        return;  // not kept
    }
    to.values.resize(rows.size());
    values.visit([&](const auto* cells) {
        std::transform(rows.begin(), rows.end(), to.values.begin(), [cells](std::uint32_t row) {
            return std::int64_t{cells[row]};
        });
    });
    if (!states.empty()) {
        to.states.resize(rows.size());
        std::transform(rows.begin(), rows.end(), to.states.begin(), [&](std::uint32_t row) {
            return states[row];
        });
        dropPlainStates(to);
    }
}

/// Some of the records of a stage's input, which ascend, as far as they are read.
struct Few {
    Batch batch;
    CarriedColumns carried;

    Few(const bytecode::Program& program,
        const Stage& stage,
        const StageInput& input,
        const Rows& records)
        : carried(stage.choicesIn.size()) {
        const std::vector<Batch::Space>& all = input.batch.spaces;
        std::vector<Rows> placeOf(all.size());  // by space, by row; kNone: it is not one of these
        batch.dictionary = input.batch.dictionary;
        batch.holes = input.batch.holes;
        batch.spaces.resize(all.size());
        for (std::uint32_t space = 0; space < all.size(); ++space) {
            const Batch::Space& from = all[space];
            Batch::Space& to = batch.spaces[space];
            Rows rows = space == 0 ? records : Rows();
            placeOf[space].assign(from.rows, kNone);
            for (std::uint32_t row = 0; space != 0 && row < from.rows; ++row) {
                const std::uint32_t above =
                    placeOf[program.schema.spaces[space].parent][from.parent[row]];
                if (above != kNone) {
                    rows.push_back(row);
                    to.parent.push_back(above);
                }
            }
            for (std::uint32_t place = 0; place < rows.size(); ++place) {
                placeOf[space][rows[place]] = place;
            }
            to.rows = static_cast<std::uint32_t>(rows.size());
            to.columns.resize(from.columns.size());
            for (const std::uint32_t field : stage.read.fields[space]) {
                takeRows(to.columns[field], from.valuesOf(field), from.columns[field].states, rows);
            }
        }
        for (std::size_t index = 0; index < carried.size(); ++index) {
            const bytecode::Register number = stage.choicesIn[index];
            const auto place =
                std::lower_bound(stage.carriedIn.begin(), stage.carriedIn.end(), number) -
                stage.carriedIn.begin();
            const CarriedColumn& from = input.carried[static_cast<std::size_t>(place)];
            for (const std::uint32_t record : records) {
                carried[index].append(from, record, program.code[number].space == 0);
            }
        }
    }
};

void mustRun(const Result<void>& done) {
    PROVISO_CHECK(done.has_value(), "another choice over the same records can be run");
}

}  // namespace

void addChoices(Interpreter& interpreter,
                RecordsOfRows& recordsOfRows,
                const Stage& stage,
                const StageInput& input,
                const InterpreterOptions& options,
                Collector& collector) {
    const bytecode::Program& program = interpreter.program();
    if (!asksForChoices(program, stage)) {
        return;
    }
    const std::int64_t most = mostOutcomes(interpreter);
    if (most == 1) {
        return;
    }
    std::vector<std::int64_t> outcomes = countOutcomes(interpreter);
    const std::uint32_t records = input.batch.spaces[0].rows;
    Rows told(records);
    std::iota(told.begin(), told.end(), 0U);
    std::optional<Together> joined;
    // What is guarded by budgets is told by rows of groups; it is seldom.
    if (!input.isReadAfterwards && input.over.empty()) {
        joined = together(interpreter, recordsOfRows, stage, records);
    }
    const Rows homes = joined ? recordsOfRows.of(program.outcomesSpace) : Rows();
    std::optional<Few> few;
    for (std::int64_t choice = 1; choice < most; ++choice) {
        Rows left = !few && joined ? concerned(*joined, homes, outcomes, choice) : told;
        if (left.empty()) {
            break;
        }
        if (left.size() * 2 <= records && !few) {
            told = std::move(left);
            few.emplace(program, stage, input, told);
            InterpreterOptions run = options;
            run.active = &stage.choices;
            run.carriedIn = stage.choicesIn;
            run.carried = few->carried;
            run.kernels = nullptr;
            run.choice = choice;
            mustRun(interpreter.run(few->batch, run));
            outcomes = countOutcomes(interpreter);
        } else {
            mustRun(interpreter.rerun(choice, &stage.choices));
        }
        collector.collectChoice(told, few ? few->batch : input.batch, outcomes, choice);
    }
    if (input.isReadAfterwards) {
        mustRun(interpreter.rerun(0, &stage.choices));
    }
}

}  // namespace proviso::engine
