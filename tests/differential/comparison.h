#pragma once

#include "tests/differential/generator.h"

#include <cstdint>
#include <string>

namespace proviso::differential {

/// How much happened in the cases compared, so that a generator that says nothing is noticed.
struct Tally {
    std::uint64_t findings = 0;
    std::uint64_t undetermined = 0;
    std::uint64_t errors = 0;
    std::uint64_t decided = 0;
    std::uint64_t rows = 0;
    std::uint64_t choices = 0;
    std::uint64_t rejected = 0;
    std::uint64_t compiledRuns = 0;     ///< of regions, by compiled code
    std::uint64_t interpretedRuns = 0;  ///< of regions, where compiled code gave up
};

struct Comparison {
    enum class Outcome : std::uint8_t {
        Same,
        Refused,   ///< the checker reports errors
        Analysis,  ///< refused for a rule's cost or because two rules contradict, which no type
                   ///< tells beforehand
        Different,
    } outcome = Outcome::Same;
    std::string details;
    std::size_t which = 0;  ///< Different: the case
};

/// Reference against engine, for cases of one pack set; and the engine against itself with the
/// records decided in several blocks, by one thread and by two, with the records read the careful
/// way and, for one seed in three, with packs, rules and records in another order. With the file of
/// the JIT's plug-in also compiled code, for what was seen and for whatever may come, optimised and
/// not.
Comparison compare(const std::vector<GeneratedCase>& cases,
                   std::uint64_t seed,
                   Tally* tally,
                   const std::string& plugin = {});

/// A smaller case that still differs, by leaving out declarations and records.
GeneratedCase reduced(GeneratedCase one, std::uint64_t seed, const std::string& plugin = {});

}  // namespace proviso::differential
