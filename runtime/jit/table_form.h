#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/lookups.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

/// A table as compiled code reads it: each argument, and the date, is of one of a few classes
/// within which no row of the table tells one value from another. What the table says of each
/// combination of classes is found beforehand; then a lookup is finding the classes and reading one
/// entry.
namespace proviso::jit {

struct TableForm {
    /// An argument, or the date, which is the last. Its part of the entry's number is the step
    /// times how many of `breaks` it is not below; or, where there are none, what `places` says of
    /// it, from `first` on, and 0 elsewhere.
    struct Column {
        std::vector<std::int64_t> breaks;  ///< ascending
        std::int64_t first = 0;
        std::vector<std::int64_t> places;
        std::int64_t step = 1;
    };
    std::vector<Column> columns;
    /// By entry; nullptr: an error.
    std::vector<const bytecode::Table::Row*> rows;
};

/// Nothing where there would be too many entries.
std::optional<TableForm>
formOf(const bytecode::Table& table, const engine::TableIndex& index, std::int64_t knownBy);

/// The forms of a program's tables, each made once. One thread.
class TableForms {
  public:
    /// All must outlive it.
    TableForms(const bytecode::Program& program,
               const std::vector<engine::TableIndex>& indexes,
               std::int64_t knownBy)
        : program_(program), indexes_(indexes), knownBy_(knownBy) {}

    /// nullptr: the table has none.
    const TableForm* of(std::uint32_t table);

  private:
    const bytecode::Program& program_;
    const std::vector<engine::TableIndex>& indexes_;
    std::int64_t knownBy_;
    std::unordered_map<std::uint32_t, std::optional<TableForm>> known_;
};

}  // namespace proviso::jit
