#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/input/decoder.h"
#include "tools/proviso/console.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proviso::tool {

/// Told of each line that is read: which source it is of, counted from 0, and the line.
using LineHook = std::function<void(std::size_t source, const InputLine& line)>;

/// The records of one run with the dictionary behind them.
struct ReadRecords {
    std::unique_ptr<Dictionary> dictionary;
    DecodedRecords decoded;
};

/// Reads the files, `-` being stdin. Nothing, after a complaint, when one cannot be read; records
/// that do not fit are rejected one by one and do not end the run. `read`, `threads`:
/// as DecodeOptions has them.
std::optional<ReadRecords> readRecords(Console& console,
                                       const bytecode::Program& program,
                                       const std::vector<std::string>& paths,
                                       std::optional<std::int64_t> asOf,
                                       const LineHook& onLine = {},
                                       std::optional<ReadOfRecords> read = {},
                                       unsigned threads = 1);

/// The reason why a path names nothing to read, or an empty text; `-` is stdin.
std::string problemOfInput(const std::string& path);

/// Tells which records were rejected, at most `most` one by one, and which fields no pack knows.
void reportRejections(Console& console, const DecodedRecords& decoded, std::size_t most);

}  // namespace proviso::tool
