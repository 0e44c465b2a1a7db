#pragma once

#include "runtime/bytecode/verifier.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/origin.h"
#include "tests/catch.h"

#include <algorithm>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Small programs by hand: an entry record and lists, with their rows, then instructions over them.
namespace proviso::test {

using bytecode::Op;
using bytecode::Register;

/// A value or a state.
struct Cell {
    std::int64_t value = 0;
    State state = State::Value;

    // NOLINTBEGIN(google-explicit-constructor): columns are written as lists of numbers and states
    template <std::integral Number>
    Cell(Number number) : value(static_cast<std::int64_t>(number)) {}
    Cell(State other) : state(other) {}
    // NOLINTEND(google-explicit-constructor)
};

inline constexpr State kNA = State::NotApplicable;
inline constexpr State kUnk = State::Unknown;
inline constexpr State kErr = State::Error;

inline constexpr Type kYesNoType{TypeKind::YesNo, 0, 0};
inline constexpr Type kCount{TypeKind::Number, 0, 0};
inline constexpr Type kMoney{TypeKind::Money, 2, 0};
inline constexpr Type kDate{TypeKind::Date, 0, 0};
inline constexpr Type kText{TypeKind::Text, 0, 0};

struct More {
    std::uint8_t mode = 0;
    std::uint32_t index = kNoIndex;
    std::int64_t immediate = 0;
};

class Bed {
  public:
    bytecode::Program program;
    Batch batch;
    Dictionary dictionary;

    /// An entry record with so many rows.
    explicit Bed(std::uint32_t rows) { addInput("order", kNoIndex, rows); }

    /// A list under `parent` whose rows belong to these rows of it.
    std::uint32_t list(std::string name, std::uint32_t parent, std::vector<std::uint32_t> parents) {
        const std::uint32_t space =
            addInput(std::move(name), parent, static_cast<std::uint32_t>(parents.size()));
        batch.spaces[space].parent = std::move(parents);
        return space;
    }

    /// A row space that an instruction makes.
    std::uint32_t space(std::string name,
                        bytecode::SpaceInfo::Kind kind = bytecode::SpaceInfo::Kind::Helper) {
        bytecode::SpaceInfo info;
        info.kind = kind;
        info.name = std::move(name);
        program.spaces.push_back(info);
        return static_cast<std::uint32_t>(program.spaces.size() - 1);
    }

    Register input(std::uint32_t space, Type type, std::vector<Cell> cells) {
        ColumnData column;
        bool plain = true;
        for (const Cell& cell : cells) {
            column.values.push_back(cell.value);
            column.states.push_back(cell.state);
            plain = plain && cell.state == State::Value;
        }
        if (plain) {
            column.states.clear();
        }
        batch.spaces[space].columns.push_back(std::move(column));
        SchemaField field;
        field.name = "f" + std::to_string(program.schema.spaces[space].fields.size());
        field.path = {field.name};
        field.type = type;
        program.schema.spaces[space].fields.push_back(field);
        return op(
            Op::Input,
            space,
            type,
            {},
            {0, static_cast<std::uint32_t>(program.schema.spaces[space].fields.size() - 1), 0});
    }

    /// A stored amount that may be below zero, so that nothing bounds it.
    Register signedInput(std::uint32_t space, Type type, std::vector<Cell> cells) {
        const Register number = input(space, type, std::move(cells));
        program.schema.spaces[space].fields.back().isSigned = true;
        return number;
    }

    Register parent(std::uint32_t space) {
        const std::uint32_t target = program.schema.spaces[space].parent;
        return link(Op::InputParent, space, target, {}, target);
    }

    Register constant(std::uint32_t space, Type type, std::int64_t value) {
        return op(Op::Constant, space, type, {}, {0, kNoIndex, value});
    }

    Register
    op(Op op, std::uint32_t space, Type type, std::vector<Register> operands, More more = {}) {
        bytecode::Instruction instruction;
        instruction.op = op;
        instruction.mode = more.mode;
        instruction.type = type;
        instruction.space = space;
        instruction.index = more.index;
        instruction.immediate = more.immediate;
        instruction.operands = std::move(operands);
        program.code.push_back(std::move(instruction));
        return static_cast<Register>(program.code.size() - 1);
    }

    Register link(Op op,
                  std::uint32_t from,
                  std::uint32_t to,
                  std::vector<Register> operands,
                  std::uint32_t index = kNoIndex) {
        const Register number = this->op(op, from, {}, std::move(operands), {0, index, 0});
        program.code[number].target = to;
        return number;
    }

    std::uint32_t text(std::string_view words) {
        program.texts.emplace_back(words);
        return static_cast<std::uint32_t>(program.texts.size() - 1);
    }

    /// What every program has and no small test asks for: the records' key, and of groups who is in
    /// them and what brings these together.
    void complete() {
        bytecode::Program& whole = program;
        if (whole.schema.keyField == kNoIndex) {
            SchemaField key;
            key.name = "key";
            key.path = {"key"};
            key.type = kText;
            key.required = true;
            whole.schema.keyField =
                static_cast<std::uint32_t>(whole.schema.spaces[0].fields.size());
            whole.schema.spaces[0].fields.push_back(key);
            key_ = text("key");
        }
        giveKeys();
        for (Register number = 0; number < whole.code.size(); ++number) {
            const bytecode::Instruction& one = whole.code[number];
            if (one.op == Op::SecondOf &&
                whole.spaces[one.space].kind == bytecode::SpaceInfo::Kind::Covers) {
                whole.spaces[one.space].first = number;
            }
            if (one.op == Op::BuildPairs) {
                whole.spaces[one.space].first = number;
                whole.spaces[one.space].second = number;
            }
            if (one.op == Op::PairSecond) {
                whole.spaces[one.space].second = number;
            }
            if (one.op != Op::GroupBy || one.index >= whole.spaces.size() ||
                whole.spaces[one.index].kind != bytecode::SpaceInfo::Kind::Group) {
                continue;
            }
            bytecode::SpaceInfo& group = whole.spaces[one.index];
            if (group.membership == bytecode::kNone) {
                group.membership = number;
            }
            if (group.partitionClass == bytecode::kNone) {
                group.partitionClass = static_cast<std::uint32_t>(whole.classes.size());
                whole.classes.push_back({group.name, {}});
            }
        }
    }

    void run(const Interpreter::Options& options = {}) {
        complete();
        const Result<void> verified = bytecode::verify(program);
        if (!verified) {
            FAIL(verified.error().context + ": " + verified.error().message);
        }
        for (const std::string& words : program.texts) {
            dictionary.intern(words);
        }
        batch.dictionary = &dictionary;
        interpreter_ =
            std::make_unique<Interpreter>(std::make_shared<const bytecode::Program>(program));
        // Twice, because the second run meets what the first one left in the buffers.
        for (int time = 0; time < 2; ++time) {
            const Result<void> ran = interpreter_->run(batch, options);
            if (!ran) {
                FAIL(ran.error().message);
            }
        }
    }

    Interpreter& interpreter() { return *interpreter_; }

    /// A column's rows: a value, `-` not applicable, `?` unknown, `!` error.
    std::string show(Register number) const {
        const ColumnData& column = interpreter_->column(number);
        std::string text;
        for (std::size_t row = 0; row < column.values.size(); ++row) {
            text += text.empty() ? "" : " ";
            switch (column.state(row)) {
            case State::Value:
                text += std::to_string(column.values[row]);
                break;
            case State::NotApplicable:
                text += "-";
                break;
            case State::Unknown:
                text += "?";
                break;
            case State::Error:
                text += "!";
                break;
            }
        }
        return text;
    }

    /// As `show`, but with bounds: `2..9`, `2..`, `..9`.
    std::string showBounds(Register number) const {
        const ColumnData& column = interpreter_->column(number);
        std::string text;
        for (std::size_t row = 0; row < column.values.size(); ++row) {
            const State state = column.state(row);
            text += text.empty() ? "" : " ";
            if (state == State::Unknown &&
                (column.low(row) != kNoLow || column.high(row) != kNoHigh)) {
                text += column.low(row) == kNoLow ? "" : std::to_string(column.low(row));
                text += "..";
                text += column.high(row) == kNoHigh ? "" : std::to_string(column.high(row));
            } else {
                text += state == State::Value           ? std::to_string(column.values[row])
                        : state == State::NotApplicable ? "-"
                        : state == State::Unknown       ? "?"
                                                        : "!";
            }
        }
        return text;
    }

    /// The batch changed: evaluates it again, with the buffers of the run before.
    void runAgain() {
        giveKeys();
        REQUIRE(interpreter_->run(batch, {}).has_value());
    }

    /// A link's rows, `-` where a row leads nowhere.
    std::string showLink(Register number) const {
        std::string text;
        for (const std::uint32_t row : interpreter_->link(number)) {
            text += (text.empty() ? "" : " ") + (row == kNoIndex ? "-" : std::to_string(row));
        }
        return text;
    }

    /// Codes of the errors, such as "E1001 E1002".
    std::string errors(Register number, std::uint32_t row) const {
        std::string text;
        for (const EvaluationError error : errorCodes(*interpreter_, number, row)) {
            text += (text.empty() ? "" : " ") + std::string(evaluationErrorCode(error));
        }
        return text;
    }

    /// Places such as "0:1:2" for space, row and field, or the text of a place.
    std::string missing(Register number, std::uint32_t row) const {
        std::string text;
        for (const Origin& origin : missingPlaces(*interpreter_, number, row)) {
            text += text.empty() ? "" : " ";
            text += origin.kind == Origin::Kind::Table ? "table:" : "";
            text += origin.kind == Origin::Kind::Field
                        ? std::to_string(origin.space) + ":" + std::to_string(origin.row) + ":" +
                              std::to_string(origin.field)
                        : std::string(origin.text);
        }
        return text;
    }

  private:
    /// One and the same to all records and holes, where the test has no keys of its own.
    void giveKeys() {
        if (!key_) {
            return;
        }
        const std::size_t place = program.schema.keyField;
        std::vector<ColumnData>& columns = batch.spaces[0].columns;
        columns.resize(std::max(columns.size(), place + 1));
        columns[place].values.assign(batch.spaces[0].rows, *key_);
        if (batch.holes.rows != 0) {
            batch.holes.columns.resize(std::max(batch.holes.columns.size(), place + 1));
            batch.holes.columns[place].values.assign(batch.holes.rows, *key_);
        }
    }

    std::uint32_t addInput(std::string name, std::uint32_t parent, std::uint32_t rows) {
        SchemaSpace schemaSpace;
        schemaSpace.name = name;
        schemaSpace.listName = name + "s";
        if (parent != kNoIndex) {
            schemaSpace.path = {"list" + std::to_string(program.schema.spaces.size())};
        }
        schemaSpace.parent = parent;
        program.schema.spaces.push_back(schemaSpace);
        bytecode::SpaceInfo info;
        info.kind = bytecode::SpaceInfo::Kind::Input;
        info.name = std::move(name);
        info.parent = parent;
        program.spaces.push_back(info);
        Batch::Space space;
        space.rows = rows;
        batch.spaces.push_back(std::move(space));
        return static_cast<std::uint32_t>(batch.spaces.size() - 1);
    }

    std::unique_ptr<Interpreter> interpreter_;
    std::optional<std::int64_t> key_;
};

}  // namespace proviso::test
