#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/json.h"
#include "runtime/decision/result.h"
#include "tools/proviso/console.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso::tool {

/// Decisions that a former run printed with `--format ndjson`, to tell what changed since. Which
/// packs decided and what was known when does not count.
class EarlierDecisions {
  public:
    /// Complains and returns false where the file cannot be read or holds something else.
    bool read(Console& console, const std::string& path, const std::string& keyName);

    /// Whether the line says what the earlier one of its key said; remembers that the key is there.
    bool same(std::string_view line);

    /// Keys that were decided then and have not been met, ascending.
    std::vector<std::string> gone() const;

  private:
    struct Earlier {
        std::string digest;
        bool met = false;
    };
    std::string keyName_;
    std::unordered_map<std::string, Earlier> decisions_;
};

struct WriteOptions {
    std::string format;          ///< pretty, compact, ndjson, json or csv
    bool all = false;            ///< pretty: every record, not the first few with findings
    bool live = false;           ///< pretty: every record, one after the other as they come
    bool mayBeUnsigned = false;  ///< csv: with a column that says whether the packs are
};

/// Writes decisions in the form asked for, in the order in which they come.
class DecisionWriter {
  public:
    DecisionWriter(Console& console,
                   WriteOptions options,
                   const bytecode::Program& program,
                   RunStamp stamp);

    /// Leaves out what `earlier` says, too; nullptr: nothing. Returns whether it was written.
    bool add(const RecordResult& result, EarlierDecisions* earlier);
    /// Whether the form holds all of every decision, so that views of it are enough.
    bool takesViews() const { return options_.format == "ndjson" || options_.format == "json"; }
    /// Appends one decision in such a form; may be called from several threads.
    void append(std::string& out, const RecordView& result) const;
    /// Writes what was appended.
    void write(std::string_view appended);
    void finish();
    /// From here on another pack set decides. The program must outlive its use here.
    void use(const bytecode::Program& program, RunStamp stamp);

    std::uint64_t unchanged() const { return unchanged_; }

  private:
    void emit(const std::string& text);

    Console& console_;
    WriteOptions options_;
    const bytecode::Program* program_;
    RunStamp stamp_;
    std::uint64_t shown_ = 0;
    std::uint64_t more_ = 0;
    std::uint64_t unchanged_ = 0;
    bool first_ = true;
};

/// What every decision of a run says about where it comes from.
RunStamp stampOf(const bytecode::Program& program, std::optional<std::int64_t> asOf);

}  // namespace proviso::tool
