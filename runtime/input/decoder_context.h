#pragma once

#include "runtime/input/chunk_reader.h"
#include "runtime/input/collected_rows.h"
#include "runtime/input/corrections.h"
#include "runtime/input/decoder.h"
#include "runtime/input/json_document.h"
#include "runtime/input/line_reader.h"
#include "runtime/input/record_decoder.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// For the files of the decoder alone: decoder.cpp, and decoder_threads.cpp.
namespace proviso {

/// So much of a long source tells how many rows the rest will have.
inline constexpr std::uint64_t kMeasuredBytes = std::uint64_t{1} << 20U;

/// Everything between the lines and the columns.
class Decoder::Context {
  public:
    Context(const Schema& schema, Dictionary& dictionary, const DecodeOptions& options);

    void addLines(std::string_view sourceName, LineReader& lines, std::uint64_t bytes);
    /// False: the stream failed; what was read stays.
    bool addStream(std::string_view sourceName, std::istream& stream, std::uint64_t bytes);
    void beginSource(std::string_view sourceName) { sources_.emplace_back(sourceName); }
    void addLine(const InputLine& line);
    DecodedRecords finish();
    void reuse(DecodedRecords former);
    std::size_t maximumRecordBytes() const noexcept { return options_.maximumRecordBytes; }

  private:
    struct PendingRejection {
        Rejection rejection;
        std::uint32_t source = 0;
    };

    /// What one chunk of a source holds: read by a context of its own thread, with ids of its
    /// dictionary and lines counted from the chunk's first.
    struct Chunk {
        Batch records;
        std::vector<std::vector<std::uint32_t>> firstRows;
        std::vector<std::uint64_t> digests;
        std::vector<RecordOrigin> origins;
        std::vector<PendingRejection> rejections;
        DecodeCounts counts;
        Batch::Space holes;
        std::vector<std::pair<std::string, std::uint64_t>> ignored;
        std::vector<std::string_view> newTexts;  ///< of ids that no former chunk of the thread told
        std::size_t bytes = 0;
        unsigned thread = 0;
    };

    /// Columns of chunks that were taken, to be filled again.
    struct SpareColumns {
        std::mutex mutex;
        std::vector<std::pair<Batch, std::vector<std::vector<std::uint32_t>>>> columns;
    };

    void addChunks(ChunkReader& chunks, std::string first, std::uint64_t bytes);
    Chunk readChunk(std::string_view text, bool atStart, SpareColumns& spare);
    void take(Chunk& chunk, std::uint64_t linesBefore, std::vector<std::uint32_t>& ids);
    void makeRoom(double factor);
    void collect();
    CollectedRows& collected();
    RecordStore allRecords();

    void decodeLine(const InputLine& line);
    void keepRecord(std::uint32_t source, std::uint64_t line);
    void closeHoles(const RecordStore& all,
                    const SettledCorrections& settled,
                    std::vector<Rejection>& rejections) const;
    bool isNotYetKnown();
    std::uint32_t addHole(const Batch::Space& from, std::uint32_t row);
    Batch::Space allHoles(const std::vector<Rejection>& rejections) const;
    std::string shownKey(const Batch::Space& from, std::uint32_t row) const;
    Rejection& reject(std::uint32_t source, std::uint64_t line, RejectionReason reason);

    const Schema& schema_;
    Dictionary& dictionary_;
    DecodeOptions options_;
    RecordDecoder decoder_;
    JsonDocument document_;
    /// What `decoder_` read before; empty where it holds all.
    std::optional<CollectedRows> collected_;
    bool collects_ = false;  ///< a few records at a time
    std::vector<RecordOrigin> origins_;
    std::vector<std::string> sources_;
    RecordStore::Memory former_;  ///< to be used again
    SettledCorrections settled_;  ///< likewise
    std::vector<PendingRejection> rejections_;
    DecodeCounts counts_;
    Batch::Space holes_;
    std::size_t firstTexts_ = 0;  ///< of the dictionary: those that the schema speaks of
    std::size_t toldTexts_ = 0;   ///< of a thread's own dictionary
};

}  // namespace proviso
