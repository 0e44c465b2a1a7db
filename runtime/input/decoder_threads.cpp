// A source on several threads, chunk by chunk.

#include "runtime/input/chunk_pipeline.h"
#include "runtime/input/decoder_context.h"

#include <algorithm>
#include <istream>
#include <memory>

namespace proviso {

bool Decoder::Context::addStream(std::string_view sourceName,
                                 std::istream& stream,
                                 std::uint64_t bytes) {
    if (options_.threads > 1) {
        ChunkReader chunks(stream, options_.maximumRecordBytes, options_.chunkBytes);
        std::string first;
        chunks.next(first);
        if (!chunks.ended()) {
            beginSource(sourceName);
            addChunks(chunks, std::move(first), bytes);
        } else {
            LineReader lines(first, options_.maximumRecordBytes);
            addLines(sourceName, lines, first.size());
        }
        return !chunks.failed();
    }
    LineReader lines(stream, options_.maximumRecordBytes);
    addLines(sourceName, lines, bytes);
    return !lines.failed();
}

// Every thread has a dictionary of its own. Chunks are taken in their order, and the texts of a
// chunk in the order in which it has them: so ids are those that one thread would have given.
void Decoder::Context::addChunks(ChunkReader& chunks, std::string first, std::uint64_t bytes) {
    std::vector<std::unique_ptr<Dictionary>> dictionaries;
    std::vector<std::unique_ptr<Context>> contexts;
    DecodeOptions options = options_;
    options.threads = 1;
    for (unsigned thread = 0; thread < options_.threads; ++thread) {
        Dictionary& own = *dictionaries.emplace_back(std::make_unique<Dictionary>());
        for (std::uint32_t id = 0; id < firstTexts_; ++id) {
            own.intern(dictionary_.text(id));
        }
        Context& context = *contexts.emplace_back(std::make_unique<Context>(schema_, own, options));
        context.collects_ = false;
        context.decoder_.countEveryName();
        context.sources_ = {sources_.back()};
    }
    collect();  // sources before this one stand first
    std::vector<std::vector<std::uint32_t>> ids(contexts.size());
    SpareColumns spare;
    const std::uint64_t linesBefore = counts_.lines;
    std::uint64_t seen = 0;
    bool isMeasured = bytes < 4 * kMeasuredBytes;
    struct Text {
        std::string bytes;
        bool atStart = false;
    };
    bool isFirst = true;
    ChunkPipeline<Text, Chunk>(options_.threads)
        .run(
            [&](Text& chunk) {
                chunk.atStart = std::exchange(isFirst, false);
                if (chunk.atStart) {
                    chunk.bytes = std::move(first);
                    return true;
                }
                return chunks.next(chunk.bytes);
            },
            [&](unsigned thread) {
                return [&contexts, &spare, thread](const Text& text) {
                    Chunk chunk = contexts[thread]->readChunk(text.bytes, text.atStart, spare);
                    chunk.thread = thread;
                    return chunk;
                };
            },
            [&](Chunk chunk) {
                seen += chunk.bytes;
                const unsigned thread = chunk.thread;
                take(chunk, linesBefore, ids[thread]);
                {
                    const std::lock_guard lock(spare.mutex);
                    spare.columns.emplace_back(std::move(chunk.records),
                                               std::move(chunk.firstRows));
                }
                if (!isMeasured && seen > kMeasuredBytes) {
                    isMeasured = true;
                    makeRoom(1.02 * static_cast<double>(bytes) / static_cast<double>(seen));
                }
            });
}

Decoder::Context::Chunk
Decoder::Context::readChunk(std::string_view text, bool atStart, SpareColumns& spare) {
    {
        const std::lock_guard lock(spare.mutex);
        if (!spare.columns.empty()) {
            auto& [records, firstRows] = spare.columns.back();
            decoder_.reuse(std::move(records), std::move(firstRows));
            spare.columns.pop_back();
        }
    }
    LineReader lines(text, options_.maximumRecordBytes, atStart);
    InputLine line;
    while (lines.next(line)) {
        addLine(line);
    }
    Chunk chunk;
    chunk.bytes = text.size();
    chunk.firstRows = decoder_.firstRows();
    chunk.records = decoder_.finish();
    chunk.digests = decoder_.takeDigests();
    decoder_.reuse({}, {});
    chunk.origins = std::exchange(origins_, {});
    chunk.rejections = std::exchange(rejections_, {});
    chunk.counts = std::exchange(counts_, {});
    chunk.holes = std::exchange(holes_, {});
    chunk.ignored = decoder_.takeIgnoredInOrder();
    for (; toldTexts_ < dictionary_.size(); ++toldTexts_) {
        chunk.newTexts.push_back(dictionary_.text(static_cast<std::uint32_t>(toldTexts_)));
    }
    return chunk;
}

// `ids`: by id of the thread's dictionary, the one here.
void Decoder::Context::take(Chunk& chunk,
                            std::uint64_t linesBefore,
                            std::vector<std::uint32_t>& ids) {
    // Memory is slow to answer, so all is asked for first.
    std::vector<std::uint32_t> hashes;
    hashes.reserve(chunk.newTexts.size());
    for (const std::string_view text : chunk.newTexts) {
        hashes.push_back(dictionary_.hash(text));
        dictionary_.expect(hashes.back());
    }
    for (std::size_t text = 0; text < hashes.size(); ++text) {
        ids.push_back(dictionary_.intern(chunk.newTexts[text], hashes[text]));
    }
    const auto source = static_cast<std::uint32_t>(sources_.size() - 1);
    const std::uint64_t shift = counts_.lines - linesBefore;
    collected().append(chunk.records, chunk.firstRows, chunk.digests, ids);
    decoder_.addIgnored(chunk.ignored);
    for (const RecordOrigin& origin : chunk.origins) {
        origins_.push_back({source, origin.line + shift});
    }
    for (PendingRejection& pending : chunk.rejections) {
        pending.source = source;
        pending.rejection.line += shift;
        if (pending.rejection.hole != kNoHole) {
            pending.rejection.hole += holes_.rows;
        }
        rejections_.push_back(std::move(pending));
    }
    const std::vector<SchemaField>& fields = schema_.spaces[0].fields;
    holes_.columns.resize(std::max(holes_.columns.size(), chunk.holes.columns.size()));
    for (std::size_t field = 0; field < chunk.holes.columns.size(); ++field) {
        const TypeKind kind = fields[field].type.kind;
        const bool isText = kind == TypeKind::Text || kind == TypeKind::Code;
        const ColumnData& from = chunk.holes.columns[field];
        for (std::uint32_t row = 0; row < chunk.holes.rows; ++row) {
            const bool isId = isText && from.state(row) == State::Value;
            const std::int64_t value = from.values[row];
            holes_.columns[field].values.push_back(isId ? ids[static_cast<std::size_t>(value)]
                                                        : value);
            holes_.columns[field].states.push_back(from.state(row));
        }
    }
    holes_.rows += chunk.holes.rows;
    counts_.lines += chunk.counts.lines;
    counts_.blankLines += chunk.counts.blankLines;
    counts_.notYetKnown += chunk.counts.notYetKnown;
}

}  // namespace proviso
