#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/running.h"

#include <cstdint>
#include <optional>
#include <vector>

/// Running windows over records in their order that need no more of a group than that order: what
/// each record adds is known from itself. They are taken in one pass over all records
/// (ordered_pass.h), and a stage that brings records together for nothing else takes them by
/// themselves then (Stage::byThemselves).
namespace proviso::engine {

struct OrderedFold {
    bytecode::Register fold = bytecode::kNone;  ///< FoldTotal, FoldCount or FoldAny
    /// Of the rows looked through; kNone: they are counted.
    bytecode::Register value = bytecode::kNone;
    std::vector<bytecode::Register> keep;   ///< of those rows: one counts if all say yes
    std::vector<bytecode::Register> allow;  ///< of records: any row counts if all say yes
};

struct OrderedWindow {
    struct Comparison {
        bytecode::Register looked = bytecode::kNone;  ///< what the record of the row looked through
        bytecode::Register asking = bytecode::kNone;  ///< and the one that asks say
        std::uint8_t mode = 0;                        ///< as of Compare: looked `mode` asking
    };
    std::uint32_t space = 0;  ///< of the rows looked through: records, or a list of theirs
    std::vector<bytecode::Register> keys;  ///< of records: groups are those that are equal in them
    std::vector<bytecode::Register> equals;  ///< of records: what both have to say besides
    std::vector<bytecode::Register> order;   ///< of records, outermost first; none may tie where
                                             ///< `upTo` says something
    std::vector<Comparison> comparisons;     ///< of what rises with the order
    bytecode::WindowInfo::UpTo upTo = bytecode::WindowInfo::UpTo::None;
    std::vector<OrderedFold> folds;

    /// What it reads of records but for what is folded, each register once, ascending.
    std::vector<bytecode::Register> ofRecords() const;
    /// All that it reads, likewise.
    std::vector<bytecode::Register> reads() const;
};

/// The same window as one over all records whose `keys` are equal; nothing where it needs more.
/// `isOwn`, by register: whether it is computed from one record alone, whatever is chosen.
/// Holds where no record was rejected.
std::optional<OrderedWindow> orderedWindow(const bytecode::Program& program,
                                           const RunningWindow& window,
                                           const std::vector<bytecode::Register>& keys,
                                           const std::vector<std::uint8_t>& isOwn);

}  // namespace proviso::engine
