#include "runtime/input/decoder.h"

#include "runtime/base/check.h"
#include "runtime/input/decoder_context.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <unordered_set>
#include <utility>

namespace proviso {

namespace {

constexpr std::size_t kMaximumShownKeyBytes = 100;
/// Their columns stay in the cache until they are packed.
constexpr std::uint32_t kCollectedAtOnce = 512;

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

RejectionReason reasonOf(JsonProblem problem) {
    switch (problem) {
    case JsonProblem::None:
        return RejectionReason::None;
    case JsonProblem::Malformed:
        return RejectionReason::NotJson;
    case JsonProblem::Truncated:
        return RejectionReason::Truncated;
    case JsonProblem::InvalidUtf8:
        return RejectionReason::InvalidUtf8;
    case JsonProblem::DuplicateKey:
        return RejectionReason::DuplicateField;
    case JsonProblem::TooDeep:
        return RejectionReason::TooDeep;
    case JsonProblem::TooManyElements:
        return RejectionReason::TooManyElements;
    }
    return RejectionReason::NotJson;
}

// With what tells which of several records counts.
DecodeOptions withSettled(const Schema& schema, DecodeOptions options) {
    if (options.read) {
        std::vector<std::uint32_t>& fields = options.read->fields[0];
        fields.insert(fields.end(), schema.correctedBy.begin(), schema.correctedBy.end());
        for (const std::uint32_t field : {schema.keyField, schema.voidedBy}) {
            if (field != kNoIndex) {
                fields.push_back(field);
            }
        }
    }
    return options;
}

}  // namespace

Decoder::Context::Context(const Schema& schema,
                          Dictionary& dictionary,
                          const DecodeOptions& options)
    : schema_(schema), dictionary_(dictionary), options_(withSettled(schema, options)),
      decoder_(schema,
               dictionary,
               JsonLimits{options.maximumNesting, options.maximumElements},
               options_.read ? &*options_.read : nullptr),
      document_(JsonLimits{options.maximumNesting, options.maximumElements}),
      collects_(options.read.has_value()) {
    firstTexts_ = dictionary.size();
}

CollectedRows& Decoder::Context::collected() {
    if (!collected_) {
        collected_.emplace(schema_, /*isPacked=*/options_.read.has_value());
    }
    return *collected_;
}

// What the decoder holds, which goes on with the memory.
void Decoder::Context::collect() {
    std::vector<std::vector<std::uint32_t>> firstRows = decoder_.firstRows();
    Batch records = decoder_.finish();
    collected().append(records, firstRows, decoder_.takeDigests(), {});
    decoder_.reuse(std::move(records), std::move(firstRows));
}

// So that columns need not move while they grow.
void Decoder::Context::makeRoom(double factor) {
    if (collects_) {
        collect();
    }
    if (collected_) {
        collected_->reserve(factor);
    } else {
        decoder_.reserve(factor);
    }
    origins_.reserve(static_cast<std::size_t>(factor * static_cast<double>(origins_.size())));
}

// ---- line by line ------------------------------------------------------------------------------

// `bytes`: how long the source is, or 0 where that is not known.
void Decoder::Context::addLines(std::string_view sourceName,
                                LineReader& lines,
                                std::uint64_t bytes) {
    beginSource(sourceName);
    InputLine line;
    std::uint64_t seen = 0;
    bool isMeasured = bytes < 4 * kMeasuredBytes;
    while (lines.next(line)) {
        addLine(line);
        seen += line.text.size() + 1;
        if (!isMeasured && seen > kMeasuredBytes) {
            isMeasured = true;
            makeRoom(1.02 * static_cast<double>(bytes) / static_cast<double>(seen));
        }
    }
}

void Decoder::Context::addLine(const InputLine& line) {
    counts_.lines += 1;
    if (!line.tooLong && isBlank(line.text)) {
        counts_.blankLines += 1;
        return;
    }
    decodeLine(line);
}

void Decoder::Context::decodeLine(const InputLine& line) {
    const auto source = static_cast<std::uint32_t>(sources_.size() - 1);
    if (line.tooLong) {
        reject(source, line.number, RejectionReason::TooLarge);
        return;
    }
    if (options_.quickly && decoder_.appendQuickly(line)) {
        keepRecord(source, line.number);
        return;
    }
    if (const JsonProblem problem = document_.parse(line.text); problem != JsonProblem::None) {
        Rejection& rejection = reject(source, line.number, reasonOf(problem));
        if (looksLikeFieldName(document_.problemKey())) {
            rejection.field = document_.problemKey();
        }
        return;
    }
    if (document_.node(0).kind != JsonKind::Object) {
        reject(source, line.number, RejectionReason::NotAnObject);
        return;
    }

    const RecordDecoder::Failure* failure = decoder_.append(document_);
    if (failure != nullptr) {
        const Batch::Space& records = decoder_.batch().spaces[0];
        const std::uint32_t row = records.rows - 1;
        Rejection& rejection = reject(source, line.number, failure->reason);
        rejection.field = failure->field;
        rejection.message = failure->message;
        rejection.recordKey = shownKey(records, row);
        rejection.leavesHole = !isNotYetKnown();
        rejection.hole = rejection.leavesHole ? addHole(records, row) : kNoHole;
        decoder_.takeBack();
        return;
    }
    keepRecord(source, line.number);
}

// The record that was appended last, unless nobody knew of it yet.
void Decoder::Context::keepRecord(std::uint32_t source, std::uint64_t line) {
    if (isNotYetKnown()) {
        counts_.notYetKnown += 1;
        decoder_.takeBack();
        return;
    }
    origins_.push_back({source, line});
    if (collects_ && decoder_.batch().spaces[0].rows >= kCollectedAtOnce) {
        collect();
    }
}

bool Decoder::Context::isNotYetKnown() {
    if (!options_.knownAsOf || schema_.correctedBy.empty()) {
        return false;
    }
    const std::uint32_t field = schema_.correctedBy.front();
    if (schema_.spaces[0].fields[field].type.kind != TypeKind::Date) {
        return false;
    }
    const Batch::Space& records = decoder_.batch().spaces[0];
    const ColumnData& column = records.columns[field];
    return column.states[records.rows - 1] == State::Value &&
           column.values[records.rows - 1] > options_.knownAsOf->days;
}

std::uint32_t Decoder::Context::addHole(const Batch::Space& from, std::uint32_t row) {
    holes_.columns.resize(from.columns.size());
    for (std::size_t field = 0; field < from.columns.size(); ++field) {
        const ColumnData& column = from.columns[field];
        const bool isKept = !column.values.empty();
        holes_.columns[field].values.push_back(isKept ? column.values[row] : 0);
        holes_.columns[field].states.push_back(isKept ? column.state(row) : State::Unknown);
    }
    return holes_.rows++;
}

// A rejected line hides nothing where a record with its key is there.
void Decoder::Context::closeHoles(const RecordStore& all,
                                  const SettledCorrections& settled,
                                  std::vector<Rejection>& rejections) const {
    if (schema_.keyField == kNoIndex || holes_.rows == 0) {
        return;
    }
    const StoredValues keys = all.values(0, schema_.keyField);
    std::unordered_set<std::int64_t> known;
    keys.visit([&](const auto* cells) { known.insert(cells, cells + keys.size()); });
    for (const auto& [record, other] : settled.conflicts) {
        known.erase(keys[record]);
    }
    const ColumnData& ofHoles = holes_.columns[schema_.keyField];
    for (Rejection& rejection : rejections) {
        if (rejection.hole != kNoHole && ofHoles.state(rejection.hole) == State::Value &&
            known.count(ofHoles.values[rejection.hole]) != 0) {
            rejection.leavesHole = false;
        }
    }
}

// Those that could be read in part, and one without anything for all that could not.
Batch::Space Decoder::Context::allHoles(const std::vector<Rejection>& rejections) const {
    Batch::Space holes;
    if (rejections.empty()) {
        return holes;
    }
    holes.columns.resize(schema_.spaces[0].fields.size());
    for (const Rejection& rejection : rejections) {
        if (!rejection.leavesHole || rejection.hole == kNoHole) {
            continue;
        }
        ++holes.rows;
        for (std::size_t field = 0; field < holes_.columns.size(); ++field) {
            holes.columns[field].values.push_back(holes_.columns[field].values[rejection.hole]);
            holes.columns[field].states.push_back(holes_.columns[field].states[rejection.hole]);
        }
    }
    const bool anyUnread =
        std::any_of(rejections.begin(), rejections.end(), [](const Rejection& each) {
            return each.leavesHole && each.hole == kNoHole;
        });
    if (anyUnread) {
        for (ColumnData& column : holes.columns) {
            column.values.push_back(0);
            column.states.push_back(State::Unknown);
        }
        ++holes.rows;
    }
    return holes;
}

// For messages, so nothing that could run over a line of a terminal or a log.
std::string Decoder::Context::shownKey(const Batch::Space& from, std::uint32_t row) const {
    if (schema_.keyField == kNoIndex || schema_.spaces[0].fields[schema_.keyField].isPrivate ||
        from.columns[schema_.keyField].state(row) != State::Value) {
        return {};
    }
    const std::int64_t id = from.columns[schema_.keyField].values[row];
    const std::string_view key = dictionary_.text(static_cast<std::uint32_t>(id));
    const bool isPlain =
        key.size() <= kMaximumShownKeyBytes &&
        std::all_of(key.begin(), key.end(), [](char character) {
            return static_cast<unsigned char>(character) >= 0x20 && character != 0x7F;
        });
    return isPlain ? std::string(key) : std::string();
}

Rejection&
Decoder::Context::reject(std::uint32_t source, std::uint64_t line, RejectionReason reason) {
    PendingRejection& pending = rejections_.emplace_back();
    pending.source = source;
    pending.rejection.source = sources_[source];
    pending.rejection.line = line;
    pending.rejection.reason = reason;
    pending.rejection.message = rejectionMessage(reason);
    return pending.rejection;
}

RecordStore Decoder::Context::allRecords() {
    if (collects_ || collected_) {
        collect();
        former_ = collected_->take();
        former_.batch.dictionary = &dictionary_;
    } else {
        former_.firstRows = decoder_.firstRows();
        former_.batch = decoder_.finish();
        dropPlainStates(former_.batch);
    }
    former_.origins = std::move(origins_);
    former_.sources = sources_;
    return {schema_, std::move(former_)};
}

DecodedRecords Decoder::Context::finish() {
    RecordStore all = allRecords();
    const std::vector<std::uint64_t> digests =
        collected_ ? collected_->takeDigests() : decoder_.takeDigests();
    SettledCorrections& settled = settled_;
    if (options_.settle) {
        settleCorrections(schema_, all, digests, settled);
    } else {
        settled.kept.resize(all.recordCount());
        std::iota(settled.kept.begin(), settled.kept.end(), 0U);
    }
    for (const auto& [record, other] : settled.conflicts) {
        const Batch alone = all.select(std::span(&record, 1));
        const RecordOrigin& origin = all.origin(record);
        const RecordOrigin& otherOrigin = all.origin(other);
        Rejection& rejection =
            reject(origin.source, origin.line, RejectionReason::ConflictingRecords);
        rejection.otherSource = sources_[otherOrigin.source];
        rejection.otherLine = otherOrigin.line;
        rejection.message += ": " + rejection.otherSource + ":" + std::to_string(otherOrigin.line);
        rejection.recordKey = shownKey(alone.spaces[0], 0);
        rejection.hole = addHole(alone.spaces[0], 0);
    }

    DecodedRecords result;
    // A line gives at most one rejection, so the order is the input's.
    std::sort(rejections_.begin(),
              rejections_.end(),
              [](const PendingRejection& a, const PendingRejection& b) {
                  return std::pair(a.source, a.rejection.line) <
                         std::pair(b.source, b.rejection.line);
              });
    for (PendingRejection& pending : rejections_) {
        result.rejections.push_back(std::move(pending.rejection));
    }
    closeHoles(all, settled, result.rejections);
    if (settled.kept.size() != all.recordCount()) {
        all.keepOnly(settled.kept);
    }
    result.store = std::move(all);
    counts_.accepted = settled.kept.size();
    counts_.rejected = result.rejections.size();
    counts_.superseded = settled.superseded;
    counts_.identical = settled.identical;
    counts_.voided = settled.voided;
    result.counts = counts_;
    result.ignoredFields = decoder_.takeIgnoredFields();
    result.store.setHoles(allHoles(result.rejections));
    result.holes = std::move(holes_);
    return result;
}

// After `finish`.
void Decoder::Context::reuse(DecodedRecords former) {
    former_ = former.store.release();
    former_.packed.clear();
    collected_.reset();
    decoder_.reuse(std::move(former_.batch), std::move(former_.firstRows));
    origins_ = std::move(former_.origins);
    origins_.clear();
    sources_.clear();
    rejections_.clear();
    counts_ = {};
    holes_ = {};
}

Decoder::Decoder(const Schema& schema, Dictionary& dictionary, DecodeOptions options)
    : context_(std::make_unique<Context>(schema, dictionary, options)) {}

Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

Result<void> Decoder::addStream(std::string_view sourceName, std::istream& stream) {
    return addStream(sourceName, stream, 0);
}

Result<void>
Decoder::addStream(std::string_view sourceName, std::istream& stream, std::uint64_t bytes) {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    if (!context_->addStream(sourceName, stream, bytes)) {
        return Error{ErrorCode::CannotRead, "reading failed", std::string(sourceName)};
    }
    return {};
}

Result<void> Decoder::addFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return Error{ErrorCode::CannotRead, "the file cannot be opened", path};
    }
    std::error_code unknown;  // of what is no file, a pipe say
    const std::uintmax_t bytes = std::filesystem::file_size(path, unknown);
    return addStream(path, stream, unknown ? 0 : bytes);
}

void Decoder::addText(std::string_view sourceName, std::string_view text) {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    LineReader lines(text, context_->maximumRecordBytes());
    context_->addLines(sourceName, lines, text.size());
}

void Decoder::beginSource(std::string_view sourceName) {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    context_->beginSource(sourceName);
}

void Decoder::addLine(const InputLine& line) {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    context_->addLine(line);
}

DecodedRecords Decoder::finish() {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    DecodedRecords result = context_->finish();
    context_.reset();
    return result;
}

DecodedRecords Decoder::take(DecodedRecords former) {
    PROVISO_CHECK(context_ != nullptr, "the decoder has finished");
    DecodedRecords result = context_->finish();
    context_->reuse(std::move(former));
    return result;
}

DecodedRecords decodeText(const Schema& schema,
                          Dictionary& dictionary,
                          std::string_view text,
                          const DecodeOptions& options,
                          std::string_view sourceName) {
    Decoder decoder(schema, dictionary, options);
    decoder.addText(sourceName, text);
    return decoder.finish();
}

}  // namespace proviso
