#include "runtime/engine/ordered_windows.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;
using bytecode::WindowInfo;

namespace {

std::vector<Register> sorted(std::vector<Register> registers) {
    std::sort(registers.begin(), registers.end());
    registers.erase(std::unique(registers.begin(), registers.end()), registers.end());
    return registers;
}

class Reader {
  public:
    Reader(const Program& program,
           const RunningWindow& running,
           const std::vector<std::uint8_t>& isOwn)
        : program_(program), running_(running), one_(program.code[running.window]),
          info_(program.windows[static_cast<std::size_t>(one_.immediate)]), isOwn_(isOwn) {}

    std::optional<OrderedWindow> read(const std::vector<Register>& keys) {
        // INVARIANT: a window that ends nowhere says so of no level.
        const bool isOfRecords = info_.upTo == WindowInfo::UpTo::None || info_.upToOrders == 1;
        if (one_.index != 0 || info_.since || info_.lastRows != 0 || !isOfRecords ||
            !readLinks(keys)) {
            return std::nullopt;
        }
        window_.keys = keys;
        window_.upTo = info_.upTo;
        std::size_t next = 2;
        Register mask = kNone;
        if (info_.hasMask) {
            mask = one_.operands[next++];
        }
        for (const std::uint8_t mode : info_.compares) {
            if (!addComparison(one_.operands[next], one_.operands[next + 1], mode)) {
                return std::nullopt;
            }
            next += 2;
        }
        for (std::uint32_t date = 0; date < info_.dates; ++date) {
            constexpr std::uint8_t kFrom = 5;
            constexpr std::uint8_t kThrough = 3;
            const Register looked = one_.operands[next];
            if (!addComparison(looked, one_.operands[next + 1], kFrom) ||
                !addComparison(looked, one_.operands[next + 2], kThrough)) {
                return std::nullopt;
            }
            next += 3;
        }
        const bool isRead =
            readOrder(next) &&
            std::all_of(running_.folds.begin(), running_.folds.end(), [&](const RunningFold& fold) {
                return addFold(fold, mask);
            });
        return isRead ? std::optional(std::move(window_)) : std::nullopt;
    }

  private:
    const Instruction& at(Register number) const { return program_.code[number]; }
    const Instruction& operand(Register number, std::size_t index) const {
        return at(at(number).operands[index]);
    }
    bool isOwn(Register number) const { return isOwn_[number] != 0; }

    /// Groups are those whose `keys` are equal, and rows looked through are records or theirs.
    bool readLinks(const std::vector<Register>& keys) {
        group_ = one_.operands[0];
        if (at(group_).op != Op::GroupBy || at(group_).space != 0 ||
            sorted(at(group_).operands) != sorted(keys)) {
            return false;
        }
        const Register looked = one_.operands[1];
        window_.space = at(looked).space;
        if (looked == group_) {
            return true;
        }
        if (at(looked).op != Op::Compose || at(looked).operands[1] != group_) {
            return false;
        }
        toRecord_ = at(looked).operands[0];
        return at(toRecord_).target == 0 && at(toRecord_).space < program_.schema.spaces.size();
    }

    /// What a row looked through says because its record does; kNone where it says it of itself.
    Register ofRecord(Register number) const {
        if (window_.space == 0) {
            return number;
        }
        const Instruction& one = at(number);
        return one.op == Op::Spread && one.operands[1] == toRecord_ ? one.operands[0] : kNone;
    }

    bool addComparison(Register ofRow, Register asking, std::uint8_t mode) {
        const Instruction& row = at(ofRow);
        if (mode == 0 && row.op == Op::Constant && row.type.kind == TypeKind::YesNo &&
            row.immediate == 1) {
            allow_.push_back(asking);
            return isOwn(asking);
        }
        const Register looked = ofRecord(ofRow);
        if (looked == kNone || !isOwn(looked) || !isOwn(asking)) {
            return false;
        }
        if (mode == 0) {
            window_.equals.push_back(looked);
            return looked == asking;
        }
        window_.comparisons.push_back({looked, asking, mode});
        return true;
    }

    /// Of the levels only that of records tells: it stands outermost. A window that ends nowhere
    /// has no order but that of what it compares.
    bool readOrder(std::size_t next) {
        if (info_.upTo == WindowInfo::UpTo::None) {
            if (!window_.comparisons.empty()) {
                window_.order = {window_.comparisons[0].looked};
            }
            return true;
        }
        const Register rank = ofRecord(one_.operands[next]);
        const Register link = one_.operands[next + 1];
        const bool isOfRecords =
            window_.space == 0 ? at(link).op == Op::Identity : link == toRecord_;
        if (rank == kNone || !isOfRecords || at(rank).op != Op::DenseRank ||
            at(rank).operands[0] != group_) {
            return false;
        }
        if (info_.upToOrders != 0 && (one_.operands[next + 2] != rank ||
                                      operand(running_.window, next + 3).op != Op::Identity)) {
            return false;
        }
        window_.order.assign(at(rank).operands.begin() + 1, at(rank).operands.end());
        return std::all_of(
            window_.order.begin(), window_.order.end(), [&](Register each) { return isOwn(each); });
    }

    bool addFold(const RunningFold& fold, Register mask) {
        const Op op = at(fold.fold).op;
        if (op != Op::FoldTotal && op != Op::FoldCount && op != Op::FoldAny) {
            return false;
        }
        if (fold.more != kNone && !isOfRejected(fold.more)) {
            return false;
        }
        OrderedFold own{fold.fold, fold.value, fold.keep, fold.allow};
        if (mask != kNone) {
            own.keep.push_back(mask);
        }
        own.allow.insert(own.allow.end(), allow_.begin(), allow_.end());
        // Of rows that say nothing of themselves nobody has the number here.
        const bool isCounted = window_.space == 0 || own.value != kNone || !own.keep.empty();
        const auto areOwn = [&](const std::vector<Register>& some) {
            return std::all_of(
                some.begin(), some.end(), [&](Register each) { return isOwn(each); });
        };
        if (!isCounted || !areOwn(own.keep) || !areOwn(own.allow) ||
            (own.value != kNone && !isOwn(own.value))) {
            return false;
        }
        window_.folds.push_back(std::move(own));
        return true;
    }

    /// Whether rows may be missing is a no where no record was rejected.
    bool isOfRejected(Register more) const {
        const Instruction& one = at(more);
        return one.op == Op::Spread && one.operands[1] == group_ &&
               at(one.operands[0]).op == Op::UnknownIf &&
               operand(one.operands[0], 0).op == Op::GroupHoles;
    }

    const Program& program_;
    const RunningWindow& running_;
    const Instruction& one_;
    const WindowInfo& info_;
    const std::vector<std::uint8_t>& isOwn_;
    OrderedWindow window_;
    Register group_ = kNone;       ///< link from records
    Register toRecord_ = kNone;    ///< link from rows of a list
    std::vector<Register> allow_;  ///< what a record has to say for its window to have rows
};

}  // namespace

std::vector<Register> OrderedWindow::ofRecords() const {
    std::vector<Register> all = keys;
    all.insert(all.end(), equals.begin(), equals.end());
    all.insert(all.end(), order.begin(), order.end());
    for (const Comparison& one : comparisons) {
        all.push_back(one.looked);
        all.push_back(one.asking);
    }
    for (const OrderedFold& fold : folds) {
        all.insert(all.end(), fold.allow.begin(), fold.allow.end());
    }
    return sorted(std::move(all));
}

std::vector<Register> OrderedWindow::reads() const {
    std::vector<Register> all = ofRecords();
    for (const OrderedFold& fold : folds) {
        all.insert(all.end(), fold.keep.begin(), fold.keep.end());
        if (fold.value != kNone) {
            all.push_back(fold.value);
        }
    }
    return sorted(std::move(all));
}

std::optional<OrderedWindow> orderedWindow(const Program& program,
                                           const RunningWindow& window,
                                           const std::vector<Register>& keys,
                                           const std::vector<std::uint8_t>& isOwn) {
    return Reader(program, window, isOwn).read(keys);
}

}  // namespace proviso::engine
