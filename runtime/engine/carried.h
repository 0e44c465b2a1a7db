#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/values/evaluation_error.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

/// What one stage hands to the next: columns of single records, with the reasons of cells that are
/// unknown or errors, since what they came from is not there any more.
namespace proviso::engine {

/// A place that is missing, wherever it is told: `record` is the key of the record it lies in, or
/// empty where it lies in none (`law:LAYER`).
struct CarriedPlace {
    std::string record;
    std::string text;
    std::string why{};  ///< what the pack says of it, if anything

    friend auto operator<=>(const CarriedPlace&, const CarriedPlace&) = default;
};

struct Reason {
    std::vector<CarriedPlace> places;     ///< of an unknown; sorted, each once
    std::vector<EvaluationError> errors;  ///< of an error; likewise

    friend auto operator<=>(const Reason&, const Reason&) = default;
};
using ReasonPointer = std::shared_ptr<const Reason>;

/// Cells of one register for some records.
struct CarriedColumn {
    ColumnData cells;
    std::vector<std::uint32_t> first;  ///< by record: its first cell; one more at the end. Empty in
                                       ///< the entry record's space: a cell a record
    std::unordered_map<std::uint32_t, ReasonPointer> reasons;  ///< by cell

    std::pair<std::uint32_t, std::uint32_t> cellsOf(std::uint32_t record) const {
        return first.empty() ? std::pair{record, record + 1}
                             : std::pair{first[record], first[record + 1]};
    }
    /// Adds the cells of one record of another column of the register.
    void append(const CarriedColumn& from, std::uint32_t record, bool ofEntryRecord);
};

/// What is carried of a register, as a stage found it: in pieces, each with some records.
struct CarriedPieces {
    std::vector<const CarriedColumn*> columns;  ///< by piece
    std::span<const std::uint32_t> piece;       ///< by record of all
    std::span<const std::uint32_t> row;         ///< by record of all: in its piece
    bool ofEntryRecord = false;

    /// The cells of some records, in the memory of `to`.
    void gather(CarriedColumn& to, std::span<const std::uint32_t> records) const;

  private:
    const CarriedColumn& of(std::uint32_t record) const { return *columns[piece[record]]; }
    const CarriedColumn* alone(std::span<const std::uint32_t> records) const;
    void gatherStates(CarriedColumn& to, std::span<const std::uint32_t> records) const;
};

/// Parallel to Stage::carriedOut, or to Stage::carriedIn.
using CarriedColumns = std::vector<CarriedColumn>;

}  // namespace proviso::engine
