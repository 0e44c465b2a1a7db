#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/line_reader.h"
#include "runtime/input/record_store.h"
#include "runtime/input/rejection.h"
#include "runtime/values/date.h"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

struct DecodeOptions {
    /// Records that became known later are left out: those whose first field of
    /// Schema::correctedBy, if it is a date, lies after this day. Empty: everything counts.
    std::optional<Date> knownAsOf;
    std::size_t maximumRecordBytes = std::size_t{1} << 20U;
    std::size_t maximumNesting = 32;
    std::size_t maximumElements = 10'000;
    /// Of several records with one key one counts. Stores keep them all and settle by themselves:
    /// then every record that fits is given, in the order of the lines.
    bool settle = true;
    /// Lines that are sure to be right are read the quick way; false reads every line the careful
    /// way, which comes to the same.
    bool quickly = true;
    /// What is read of the records; the rest is checked and settled as ever, but not kept: those
    /// columns are empty, and so are lists of which nobody reads how many rows there are. Fields
    /// that settling needs are kept in any case. What is kept is packed (RecordStore::values).
    /// Empty: all is kept, and can be read as a batch.
    std::optional<ReadOfRecords> read;
    /// Long sources are read on so many threads; what is read does not depend on it.
    unsigned threads = 1;
    std::size_t chunkBytes = std::size_t{512} << 10U;  ///< and so many bytes at once
};

struct DecodeCounts {
    std::uint64_t lines = 0;
    std::uint64_t blankLines = 0;
    std::uint64_t accepted = 0;     ///< records in the store
    std::uint64_t rejected = 0;     ///< parallel to DecodedRecords::rejections
    std::uint64_t superseded = 0;   ///< a higher version of the record is there
    std::uint64_t identical = 0;    ///< the same record once more
    std::uint64_t voided = 0;       ///< void records that count, whose record is therefore gone
    std::uint64_t notYetKnown = 0;  ///< recorded after DecodeOptions::knownAsOf
};

struct DecodedRecords {
    RecordStore store;
    std::vector<Rejection> rejections;  ///< by source and line
    DecodeCounts counts;
    /// Names in the input that the schema does not know, dotted, and how often. At most 100 names;
    /// further ones, and names that do not look like names, are counted under "(other)".
    std::map<std::string, std::uint64_t> ignoredFields;
    /// The entry record's fields of rejected records, as far as they could be read: what the groups
    /// they would have been in are told by. Parallel to spaces[0].fields; unreadable fields are
    /// unknown.
    Batch::Space holes;
};

/// Reads records, one JSON document a line, into columns. What does not fit is rejected by itself
/// with the reason, and the rest goes on. Of several records with one key the highest version
/// counts. Not thread-safe.
class Decoder {
  public:
    /// `schema` and `dictionary` must outlive the decoder and everything it gives. The dictionary
    /// starts with the program's own texts.
    Decoder(const Schema& schema, Dictionary& dictionary, DecodeOptions options = {});
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    /// Adds the records of one source. CannotRead when the stream fails; what was read stays.
    Result<void> addStream(std::string_view sourceName, std::istream& stream);
    Result<void> addFile(const std::string& path);
    void addText(std::string_view sourceName, std::string_view text);

    /// The same line by line: what follows is of this source.
    void beginSource(std::string_view sourceName);
    void addLine(const InputLine& line);

    /// Settles corrections and gives everything that was read. Call once.
    DecodedRecords finish();

    /// The same, after which sources and lines can be added anew, and nothing is left of those
    /// before. `former` is what an earlier call gave and nobody reads any more: its memory is used
    /// again.
    DecodedRecords take(DecodedRecords former = {});

  private:
    Result<void> addStream(std::string_view sourceName, std::istream& stream, std::uint64_t bytes);

    class Context;
    std::unique_ptr<Context> context_;
};

/// Reads the records of one text in memory.
DecodedRecords decodeText(const Schema& schema,
                          Dictionary& dictionary,
                          std::string_view text,
                          const DecodeOptions& options = {},
                          std::string_view sourceName = "input");

}  // namespace proviso
