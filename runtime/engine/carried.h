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
#include <utility>
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

/// Where each record of a run is told of: in which piece, and in which row of that.
class RecordPlaces {
  public:
    /// All in one piece.
    RecordPlaces() = default;
    /// As many records in each piece, in their order.
    static RecordPlaces regular(std::size_t recordsOfPiece) {
        RecordPlaces places;
        places.recordsOfPiece_ = static_cast<std::uint32_t>(recordsOfPiece);
        return places;
    }
    /// To be set one by one.
    static RecordPlaces anywhere(std::size_t records) {
        RecordPlaces places;
        places.piece_.resize(records);
        places.row_.resize(records);
        return places;
    }

    bool isRegular() const { return piece_.empty(); }
    std::uint32_t piece(std::uint32_t record) const {
        return isRegular() ? record / recordsOfPiece_ : piece_[record];
    }
    std::uint32_t row(std::uint32_t record) const {
        return isRegular() ? record % recordsOfPiece_ : row_[record];
    }
    /// Of places that are not regular; from several threads for different records.
    void set(std::uint32_t record, std::uint32_t piece, std::uint32_t row) {
        piece_[record] = piece;
        row_[record] = row;
    }
    /// Says the same of so many records one by one.
    void spellOut(std::size_t records) {
        RecordPlaces places = anywhere(records);
        for (std::uint32_t record = 0; record < records; ++record) {
            places.set(record, piece(record), row(record));
        }
        *this = std::move(places);
    }

  private:
    std::uint32_t recordsOfPiece_ = UINT32_MAX;
    std::vector<std::uint32_t> piece_;  ///< by record; empty: regular
    std::vector<std::uint32_t> row_;    ///< likewise
};

/// What is carried of a register, as a stage found it: in pieces, each with some records.
struct CarriedPieces {
    std::vector<const CarriedColumn*> columns;  ///< by piece
    const RecordPlaces* places = nullptr;
    bool ofEntryRecord = false;

    /// The cells of some records, in the memory of `to`.
    void gather(CarriedColumn& to, std::span<const std::uint32_t> records) const;

  private:
    const CarriedColumn& of(std::uint32_t record) const { return *columns[places->piece(record)]; }
    const CarriedColumn* alone(std::span<const std::uint32_t> records) const;
    void gatherStates(CarriedColumn& to, std::span<const std::uint32_t> records) const;
};

/// Parallel to Stage::carriedOut, or to Stage::carriedIn.
using CarriedColumns = std::vector<CarriedColumn>;

}  // namespace proviso::engine
