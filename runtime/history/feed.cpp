#include "runtime/history/feed.h"

#include "runtime/base/digest.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace proviso::history {

namespace {

constexpr std::size_t kLinesAtOnce = 5000;

void addNumber(std::string& out, std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>(static_cast<std::uint8_t>(value >> shift));
    }
}

/// Half as long as what `sha256` gives.
std::string digestOf(std::string_view bytes) {
    const std::string text = sha256(bytes);
    const auto digit = [](char letter) {
        return static_cast<unsigned>(letter <= '9' ? letter - '0' : letter - 'a' + 10);
    };
    std::string digest;
    for (std::size_t place = text.find(':') + 1; place + 1 < text.size(); place += 2) {
        digest += static_cast<char>(
            static_cast<std::uint8_t>(digit(text[place]) << 4U | digit(text[place + 1])));
    }
    return digest;
}

/// One record's fields and lists as bytes, texts written out.
class Contents {
  public:
    Contents(const Schema& schema, const RecordStore& records)
        : schema_(schema), records_(records) {}

    std::string digest(std::uint32_t record) const {
        const Batch& batch = records_.batch();
        std::string bytes;
        for (std::uint32_t space = 0; space < batch.spaces.size(); ++space) {
            const auto [begin, end] = records_.rowsOf(space, record);
            addNumber(bytes, end - begin);
            const std::uint32_t above =
                space == 0 ? 0 : records_.rowsOf(schema_.spaces[space].parent, record).first;
            for (std::uint32_t row = begin; row < end; ++row) {
                if (space != 0) {
                    addNumber(bytes, batch.spaces[space].parent[row] - above);
                }
                for (std::size_t field = 0; field < batch.spaces[space].columns.size(); ++field) {
                    addCell(bytes,
                            schema_.spaces[space].fields[field].type,
                            batch.spaces[space].columns[field],
                            row);
                }
            }
        }
        return digestOf(bytes);
    }

    std::string version(std::uint32_t record) const {
        std::string bytes;
        for (const std::uint32_t field : schema_.correctedBy) {
            const ColumnData& column = records_.batch().spaces[0].columns[field];
            if (column.state(record) != State::Value) {
                bytes += '\0';
                continue;
            }
            bytes += '\1';
            const auto value =
                static_cast<std::uint64_t>(column.values[record]) ^ (std::uint64_t{1} << 63U);
            for (unsigned shift = 64; shift > 0; shift -= 8) {
                bytes += static_cast<char>(static_cast<std::uint8_t>(value >> (shift - 8)));
            }
        }
        return bytes;
    }

  private:
    void
    addCell(std::string& out, const Type& type, const ColumnData& column, std::uint32_t row) const {
        const State state = column.state(row);
        out += static_cast<char>(state);
        if (state != State::Value) {
            return;
        }
        if (type.kind == TypeKind::Text || type.kind == TypeKind::Code) {
            const std::string_view text =
                records_.batch().dictionary->text(static_cast<std::uint32_t>(column.values[row]));
            addNumber(out, text.size());
            out += text;
        } else {
            addNumber(out, static_cast<std::uint64_t>(column.values[row]));
        }
    }

    const Schema& schema_;
    const RecordStore& records_;
};

std::optional<std::int64_t>
knownOn(const Schema& schema, const Batch::Space& records, std::uint32_t row) {
    if (schema.correctedBy.empty()) {
        return std::nullopt;
    }
    const std::uint32_t field = schema.correctedBy.front();
    if (schema.spaces[0].fields[field].type.kind != TypeKind::Date ||
        records.columns[field].state(row) != State::Value) {
        return std::nullopt;
    }
    return records.columns[field].values[row];
}

}  // namespace

Feeder::Feeder(const bytecode::Program& program, Store& store, std::size_t mostRejections)
    : program_(program), store_(store), mostRejections_(mostRejections) {}

Result<void> Feeder::addFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return Error{ErrorCode::CannotRead, "the file cannot be opened", path};
    }
    return addStream(path, stream);
}

Result<void> Feeder::addStream(const std::string& source, std::istream& stream) {
    try {
        LineReader reader(stream, DecodeOptions{}.maximumRecordBytes);
        std::vector<Line> lines;
        InputLine line;
        while (reader.next(line)) {
            lines.push_back({line.number, std::string(line.text), line.tooLong});
            if (lines.size() == kLinesAtOnce) {
                put(source, lines);
                lines.clear();
            }
        }
        if (!lines.empty()) {
            put(source, lines);
        }
        if (reader.failed()) {
            return Error{ErrorCode::CannotRead, "reading failed", source};
        }
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return {};
}

Result<void> Feeder::addLines(const std::string& source, const std::vector<Line>& lines) {
    try {
        if (!lines.empty()) {
            put(source, lines);
        }
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return {};
}

void Feeder::put(const std::string& source, const std::vector<Line>& lines) {
    if (onLine) {
        for (const Line& line : lines) {
            onLine(line.text, line.tooLong);
        }
    }
    Dictionary dictionary(program_.texts);
    DecodeOptions options;
    options.settle = false;
    Decoder decoder(program_.schema, dictionary, options);
    decoder.beginSource(source);
    for (const Line& line : lines) {
        decoder.addLine({line.number, line.text, line.tooLong, true});
    }
    DecodedRecords decoded = decoder.finish();
    const auto textOf = [&](std::uint64_t number) -> std::string {
        const Line& line = lines[number - lines.front().number];
        return line.tooLong ? "too long" : line.text;
    };
    const RecordStore& records = decoded.store;
    const Batch::Space& entries = records.batch().spaces[0];
    const std::uint32_t keyField = program_.schema.keyField;
    const auto keyOf = [&](const Batch::Space& from, std::uint32_t row) {
        return std::string(
            dictionary.text(static_cast<std::uint32_t>(from.columns[keyField].values[row])));
    };
    const Contents contents(program_.schema, records);
    FeedReport report;
    store_.begin();
    try {
        if (!began_) {
            store_.beginFeed();
        }
        for (std::uint32_t record = 0; record < records.recordCount(); ++record) {
            NewVersion version;
            version.key = keyOf(entries, record);
            version.version = contents.version(record);
            version.digest = contents.digest(record);
            version.knownOn = knownOn(program_.schema, entries, record);
            version.isVoid =
                program_.schema.voidedBy != kNoIndex &&
                entries.columns[program_.schema.voidedBy].state(record) == State::Value &&
                entries.columns[program_.schema.voidedBy].values[record] != 0;
            version.line = {
                textOf(records.origin(record).line), source, records.origin(record).line};
            StoredLine other;
            const Added added = store_.add(version, &other);
            report.added += added == Added::New ? 1 : 0;
            report.known += added == Added::Known ? 1 : 0;
            if (added == Added::Conflict) {
                Rejection rejection;
                rejection.source = source;
                rejection.line = version.line.number;
                rejection.reason = RejectionReason::ConflictingRecords;
                rejection.otherSource = other.source;
                rejection.otherLine = other.number;
                rejection.message = std::string(rejectionMessage(rejection.reason)) + ": " +
                                    other.source + ":" + std::to_string(other.number);
                if (!program_.schema.spaces[0].fields[keyField].isPrivate) {
                    rejection.recordKey = version.key;
                }
                decoded.rejections.push_back(std::move(rejection));
            }
        }
        for (const Rejection& rejection : decoded.rejections) {
            if (rejection.reason == RejectionReason::ConflictingRecords) {
                continue;
            }
            NewHole hole;
            hole.line = {textOf(rejection.line), source, rejection.line};
            if (rejection.hole != kNoHole) {
                hole.knownOn = knownOn(program_.schema, decoded.holes, rejection.hole);
                if (decoded.holes.columns[keyField].state(rejection.hole) == State::Value) {
                    hole.key = keyOf(decoded.holes, rejection.hole);
                }
            }
            store_.add(hole);
        }
        store_.commit();
        began_ = true;
    } catch (...) {
        store_.rollBack();
        throw;
    }
    report_.lines += lines.size();
    report_.added += report.added;
    report_.known += report.known;
    report_.rejected += decoded.rejections.size();
    std::sort(decoded.rejections.begin(),
              decoded.rejections.end(),
              [](const Rejection& a, const Rejection& b) { return a.line < b.line; });
    for (Rejection& rejection : decoded.rejections) {
        if (report_.rejections.size() < mostRejections_) {
            report_.rejections.push_back(std::move(rejection));
        }
    }
    for (const auto& [name, count] : decoded.ignoredFields) {
        report_.ignoredFields[name] += count;
    }
    if (progress) {
        progress(report_.lines);
    }
}

}  // namespace proviso::history
