#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A log of what was decided by what: one JSON object a line, each chained to the one before. What
/// the records mean is in docs/decision_log.md.
namespace proviso::log {

/// The form of the log; written into every file.
inline constexpr std::uint64_t kFormat = 1;

enum class Kind : std::uint8_t {
    File,      ///< the first of every file
    Run,       ///< a run begins: nothing is handed in yet
    Set,       ///< the pack set in force from here on
    Input,     ///< lines that were handed in, in order
    Decision,  ///< of a record, under everything handed in so far
    Cut,       ///< opening the log removed a torn end
    End,       ///< the run came to its end
};

/// One record. Members that a kind does not have are empty.
struct Record {
    Kind kind = Kind::End;
    std::uint64_t number = 0;  ///< counted from 1 through all files
    std::string at;            ///< `2025-03-03T09:15:02.123Z`; not of inputs

    std::uint64_t file = 0;  ///< File: counted from 1
    std::string after;       ///< File: the chain's value before it

    std::string engine;                     ///< Run, Decision: version of the engine
    std::optional<std::int64_t> knownAsOf;  ///< Run, Decision: days
    std::int64_t budget = 0;                ///< Run: DecideOptions::budget
    std::string packs;                      ///< Set, Decision: digest of the pack set
    bool unsignedPacks = false;             ///< Set: nobody signed it, as its decisions say

    std::vector<std::string> inputs;  ///< Input: digests of the lines
    std::vector<std::string> texts;   ///< Input: the lines, parallel; empty unless asked for

    std::string input;        ///< Decision: digest of the record's own line
    std::uint64_t lines = 0;  ///< Decision: how many lines had been handed in by then
    std::string history;      ///< Decision: digest of those lines' digests
    std::string decision;     ///< Decision: digest of the decision's bytes
    std::string text;         ///< Decision: those bytes, if asked for

    std::uint64_t bytes = 0;      ///< Cut: how many
    std::uint64_t decisions = 0;  ///< End: logged in this run
    std::uint64_t notLogged = 0;  ///< End: released without being logged

    std::string chain;  ///< digest of the former record's chain and of this record's bytes
};

/// The line of a record, with its line break; sets Record::chain.
std::string writeRecord(Record& record, std::string_view formerChain);

/// What a line says, or nothing where it is no record. Whether it follows what stands before it is
/// asked of `chainOf`.
std::optional<Record> readRecord(std::string_view line);

/// What the chain has to say of the line (without its line break); empty where it is no record.
std::string chainOf(std::string_view line, std::string_view formerChain);
/// What the line says of the chain; empty where it is no record.
std::string_view chainIn(std::string_view line);

/// How a line of input counts in a log. One that was too long to be read has a digest of its own.
std::string inputDigest(std::string_view line, bool tooLong);
/// The digest of everything handed in, once another line was.
std::string historyAfter(const std::string& former, const std::string& inputDigest);

/// The time now, as in Record::at. Only logs tell the time; no rule reads a clock.
std::string timeNow();

}  // namespace proviso::log
