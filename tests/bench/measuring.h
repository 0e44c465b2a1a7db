#pragma once

#include "compiler/driver/compile.h"
#include "runtime/bytecode/program.h"
#include "runtime/input/decoder.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the measures of `proviso_bench` share.
namespace proviso::bench {

struct Measured {
    double seconds = 0;  ///< of the clock
    double cpu = 0;      ///< what the process was given, on all threads together
};

Measured measure(const std::function<void()>& work);

/// Prints `{"seconds":[...],"cpu":[...]<more>}`; `more` begins with a comma where there is any.
void report(const std::vector<Measured>& all, const std::string& more);

struct Request {
    std::string packs;
    std::string file;
    int repetitions = 1;
    unsigned threads = 1;
};

/// Paths with commas between them. Ends the program where the packs do not compile.
std::unique_ptr<CompiledSet> compiled(const std::string& packs);

struct Input {
    std::unique_ptr<Dictionary> dictionary;
    DecodedRecords records;
};

/// Ends the program where the file cannot be read. `read`, `threads`: as DecodeOptions has them.
Input decodeFile(const bytecode::Program& program,
                 const std::string& path,
                 std::optional<ReadOfRecords> read = {},
                 unsigned threads = 1);

}  // namespace proviso::bench
