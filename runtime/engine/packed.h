#pragma once

#include "runtime/engine/frame.h"

#include <cstddef>
#include <cstdint>
#include <utility>

/// Columns of the batch that a store lends in cells of fewer than eight bytes, every row a value:
/// most of what a block looks through is small numbers. Operations that know of it read them as
/// they are; for all others a column is made of them when it is first read (Pending::Packed).
namespace proviso::engine {

/// A column of such values.
void widen(const StoredValues& from, ColumnData& to);

/// Of an input that Pending::Packed says it of.
inline const StoredValues& packedOf(const Frame& frame, Register number) {
    const Instruction& input = frame.program.code[number];
    return frame.batch->spaces[input.space].packed[input.index];
}

/// Of a computed column, answers too, in the cells that it is in now. Smaller ones than eight bytes
/// say that every row is a value.
inline StoredValues valuesOf(const Frame& frame, Register number) {
    const RegisterData& data = frame.registers[number];
    if (frame.pending.areAnswers(number)) {
        return {reinterpret_cast<const std::int8_t*>(data.answers.data()), data.answers.size()};
    }
    return frame.pending.isPacked(number)
               ? packedOf(frame, number)
               : StoredValues(data.column->values.data(), data.column->values.size());
}

/// Smaller cells for the loops of map_rows.h, in the place of a column. All are values.
template <class CellOf>
struct PackedColumn {
    using Cell = CellOf;
    struct Values {
        const Cell* cells = nullptr;

        const Cell* data() const { return cells; }
    };

    explicit PackedColumn(const StoredValues& stored)
        : values{static_cast<const Cell*>(stored.data())} {}

    Values values;
    Cells<State> states;  ///< none
};

/// Calls `apply(column)` with a register in the cells that it is in now.
template <class Apply>
auto withCells(const Frame& frame, Register number, Apply apply) {
    if (frame.pending.isPacked(number)) {
        const StoredValues& packed = packedOf(frame, number);
        switch (packed.bytesOfCell()) {
        case 1:
            return apply(PackedColumn<std::int8_t>(packed));
        case 2:
            return apply(PackedColumn<std::int16_t>(packed));
        case 4:
            return apply(PackedColumn<std::int32_t>(packed));
        default:
            break;
        }
    }
    return apply(frame.column(number));
}

/// Takes a column of the batch without states, in whatever cells it is.
inline void
takeInput(Frame& frame, Register number, const Batch::Space& space, std::uint32_t field) {
    RegisterData& data = frame.registers[number];
    const bool isPacked = space.isPacked(field);
    data.column = isPacked ? &data.own : &space.columns[field];
    frame.pending.marks[number] = isPacked ? Pending::Packed : Pending::None;
}

}  // namespace proviso::engine
