#include "runtime/api/session_state.h"

#include "runtime/api/pack_set_parts.h"

#include <utility>

namespace proviso {

namespace {

/// Texts of records that a dictionary keeps from call to call.
constexpr std::size_t kTextsKept = 16'384;

/// Of a record that came alone and has no decision.
Error reasonWithoutDecision(const DecodedRecords& decoded) {
    if (!decoded.rejections.empty()) {
        const Rejection& rejection = decoded.rejections.front();
        const bool isLimit = rejection.reason == RejectionReason::TooLarge;
        return {isLimit ? ErrorCode::LimitExceeded : ErrorCode::Malformed,
                formatRejection(rejection),
                rejection.field};
    }
    if (decoded.counts.voided != 0) {
        return {ErrorCode::InvalidArgument, "the record is void: there is nothing to decide"};
    }
    if (decoded.counts.notYetKnown != 0) {
        return {ErrorCode::InvalidArgument,
                "the record was not known by SessionOptions::knownAsOf"};
    }
    return {ErrorCode::Malformed, "there is no record"};
}

}  // namespace

PreparedSet::PreparedSet(PublishedSet set, EngineState& engine)
    : published(std::move(set)), program(published.packs->parts().program), evaluator(program),
      code(engine.codeOf(program)) {
    renewDictionary();
}

void PreparedSet::renewDictionary() {
    if (dictionary != nullptr && dictionary->size() < program->texts.size() + kTextsKept) {
        return;
    }
    decoder.reset();
    dictionary = std::make_unique<Dictionary>(program->texts);
}

void SessionState::forget() {
    if (explainable.batch == &explainable.own) {
        explainable = {};
    }
    explainable.batch = nullptr;
    if (!decisions.empty()) {
        json = std::move(decisions.front().json);
        json.clear();
    }
    decisions.clear();
    results.clear();
    views.clear();
    rejections.clear();
    ignoredFields.clear();
    // What single records leave behind is little; anything larger goes.
    if (decoded.store.recordCount() == 1) {
        former = std::move(decoded);
    }
    decoded = {};
    counts = {};
    explanation.clear();
}

Result<void> SessionState::begin() {
    forget();
    PublishedSet current = engine->current();
    if (current.packs == nullptr) {
        prepared.reset();
        return Error{ErrorCode::NotFound, "no pack set was published"};
    }
    if (prepared == nullptr || prepared->published.packs != current.packs) {
        // Lets go of the former before preparing the next: both need not fit the memory.
        prepared.reset();
        prepared = std::make_unique<PreparedSet>(std::move(current), *engine);
    } else {
        prepared->published.revision = current.revision;
        prepared->renewDictionary();
    }
    const PackSet& packs = *prepared->published.packs;
    revision = prepared->published.revision;
    stamp.keyName = packs.keyField();
    stamp.packs = packs.digest();
    stamp.knownAsOf = decide.asOf;
    stamp.unsignedPacks = !packs.isSigned();
    return {};
}

Decoder SessionState::decoder() {
    return Decoder(prepared->program->schema, *prepared->dictionary, decode);
}

void SessionState::takeCounts() {
    const DecodeCounts& from = decoded.counts;
    counts = {.lines = from.lines,
              .decided = from.accepted,
              .rejected = from.rejected,
              .superseded = from.superseded,
              .identical = from.identical,
              .voided = from.voided,
              .notYetKnown = from.notYetKnown};
    rejections.clear();
    for (const Rejection& rejection : decoded.rejections) {
        rejections.push_back(formatRejection(rejection));
    }
    ignoredFields.clear();
    for (const auto& [name, count] : decoded.ignoredFields) {
        ignoredFields.push_back({name, count});
    }
}

Result<Decision> SessionState::decideLine(const InputLine& line) {
    // Goes with whatever is thrown, and is there again afterwards otherwise.
    std::unique_ptr<Decoder> reader = std::move(prepared->decoder);
    if (reader == nullptr) {
        reader = std::make_unique<Decoder>(decoder());
    }
    reader->beginSource("record");
    reader->addLine(line);
    decoded = reader->take(std::exchange(former, {}));
    prepared->decoder = std::move(reader);
    takeCounts();
    if (decoded.store.recordCount() != 1) {
        return reasonWithoutDecision(decoded);
    }
    // The evaluator's registers stay: an explanation costs no second evaluation.
    explainable.batch = &decoded.store.batch();
    const std::span<const RecordView> decided =
        prepared->evaluator.view(*explainable.batch, decide);
    decisions.push_back({decided.front(), this, std::move(json)});
    return Decision(&decisions.front());
}

bool SessionState::decideBlocks(const BlockSink& sink) {
    RunOptions run;
    run.decide = decide;
    run.threads = options.threads;
    run.decide.kernels = prepared->code.get();
    return decideRecords(prepared->program, decoded.store, run, sink);
}

void SessionState::decideTogether() {
    takeCounts();
    decisions.reserve(decoded.store.recordCount());
    decideBlocks([&](std::vector<RecordResult>&& block) {
        results.push_back(std::move(block));
        for (const RecordResult& result : results.back()) {
            decisions.push_back({viewOf(result, views), this, {}});
        }
        return true;
    });
}

}  // namespace proviso
