#pragma once

#include <cstdint>

/// The words of the library's records, as numbers, for the slice by hand.
namespace proviso::bench::part_b {

enum Kind : std::uint16_t {
    kTimed = 1,
    kUntimed = 2,
    kEvaluation = 4,
    kPtEvaluation = 8,
    kOtEvaluation = 16,
    kAlwaysTherapy = 32,
    kNotPayable = 64,
    kFrom2024 = 128,  ///< untimed and not payable from that year on
};

enum Modifier : std::uint16_t {
    kGp = 1,
    kGo = 2,
    kGn = 4,
    kCq = 8,
    kCo = 16,
    kKx = 32,
    kGa = 64,
    kGz = 128,
};

enum Discipline : std::uint8_t {
    kPt,
    kOt,
    kSlp
};

enum Setting : std::uint8_t {
    kPrivatePractice,
    kFirstInstitution,
    kCriticalAccess = 6
};

enum Presence : std::uint8_t {
    kNotSaid,
    kUnavailable,
    kTelecom,
    kVideo,
    kOnCampus,
    kInSuite,
    kInArea,
    kInRoom
};

}  // namespace proviso::bench::part_b
