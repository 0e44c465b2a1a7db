#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proviso {

/// Why a record does not count. Codes and texts stand in rejection_reasons.def.
enum class RejectionReason : std::uint8_t {
    None,
#define PROVISO_REJECTION(name, code, message) name,
#include "runtime/input/rejection_reasons.def"
#undef PROVISO_REJECTION
};

/// The stable code, "E2001"; empty for None.
const char* rejectionCode(RejectionReason reason) noexcept;

/// What is wrong, for people; empty for None.
const char* rejectionMessage(RejectionReason reason) noexcept;

inline constexpr std::uint32_t kNoHole = 0xffffffffU;

/// One record that was left out, by itself; the records around it count. Names fields, never
/// values: the only text from the data is the record's key, and that only where the schema does not
/// call the key private.
struct Rejection {
    std::string source;
    std::uint64_t line = 0;
    std::string recordKey;  ///< empty where it cannot be read
    std::string field;      ///< `services[2].code`; empty where the line as a whole is at fault
    RejectionReason reason = RejectionReason::None;
    std::string message;
    std::string otherSource;      ///< ConflictingRecords: where the other record stands
    std::uint64_t otherLine = 0;  ///< ConflictingRecords; otherwise 0
    /// Row of DecodedRecords::holes with the fields that could be read, or kNoHole where the line
    /// could not be read at all.
    std::uint32_t hole = kNoHole;
    /// Whether some record may be missing because of this. False where a record with the key is
    /// there, and where the record, had it fitted, would not have been known yet.
    bool leavesHole = true;
};

/// ``input.ndjson:12: E2009 `services[2].code`: the field is required and absent (record V-7)``
std::string formatRejection(const Rejection& rejection);

}  // namespace proviso
