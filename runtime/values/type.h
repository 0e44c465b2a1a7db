#pragma once

#include <cstdint>

namespace proviso {

/// What a value is. Every value is one int64: an amount scaled by 10^scale, days since 1970-01-01,
/// a member's index, an interned text's id, 0 or 1, or a row's number.
enum class TypeKind : std::uint8_t {
    YesNo = 0,
    Number = 1,  ///< dimensionless: counts (scale 0), factors, percents
    Money = 2,
    Minutes = 3,
    Days = 4,
    Date = 5,
    Text = 6,         ///< interned; equality only
    Enumeration = 7,  ///< ref: enumeration; value: member index
    Code = 8,         ///< ref: base code set; value: interned text
    Attestation = 9,  ///< read as yes or no; absent is unknown
    Step = 10,        ///< ref: scale; value: step index. Only as a constant and as a decision
    Set = 11,         ///< ref: code set. Only as a decision
    Row = 12,         ///< ref: space; value: row number
    Ratio = 13,       ///< quotient before rounding or comparison; never in a register
    None = 14,        ///< links and other registers without values
};

struct Type {
    TypeKind kind = TypeKind::None;
    std::uint8_t scale = 0;  ///< decimals of the mantissa: Number, Money; Minutes and Days between
                             ///< operations (a tenth of 15 minutes)
    std::uint32_t ref = 0;   ///< enumeration, code set, scale or space, by kind

    bool operator==(const Type&) const = default;
};

}  // namespace proviso
