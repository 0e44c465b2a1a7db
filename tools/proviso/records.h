#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/input/decoder.h"
#include "tools/proviso/console.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proviso::tool {

/// The records of one run with the dictionary behind them.
struct ReadRecords {
    std::unique_ptr<Dictionary> dictionary;
    DecodedRecords decoded;
};

/// Reads the files, `-` being stdin. Nothing, after a complaint, when one cannot be read; records
/// that do not fit are rejected one by one and do not end the run.
std::optional<ReadRecords> readRecords(Console& console,
                                       const bytecode::Program& program,
                                       const std::vector<std::string>& paths,
                                       std::optional<std::int64_t> asOf);

/// The reason why a path names nothing to read, or an empty text; `-` is stdin.
std::string problemOfInput(const std::string& path);

/// Tells which records were rejected, at most `most` one by one, and which fields no pack knows.
void reportRejections(Console& console, const DecodedRecords& decoded, std::size_t most);

}  // namespace proviso::tool
