#pragma once

#include "runtime/api/engine_state.h"
#include "runtime/base/arena.h"
#include "runtime/bytecode/batch.h"
#include "runtime/decision/json.h"
#include "runtime/decision/result.h"
#include "runtime/decision/view.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "runtime/jit/jit.h"

#include <memory>
#include <proviso/session.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

/// One decision. What it views is the session's.
struct DecisionData {
    RecordView result;
    const SessionState* session = nullptr;
    std::string json;
};

/// What a session prepared for the set it used last.
struct PreparedSet {
    PreparedSet(PublishedSet set, EngineState& engine);

    /// Texts from records stay in the dictionary, so it starts anew when there are many.
    void renewDictionary();

    PublishedSet published;
    std::shared_ptr<const bytecode::Program> program;
    Evaluator evaluator;
    std::shared_ptr<jit::Jit> code;  ///< for records that are decided together; may be null
    std::unique_ptr<Dictionary> dictionary;
    std::unique_ptr<Decoder> decoder;  ///< of single records, into `dictionary`; or none yet
};

/// What `explain` reads: the registers of the evaluator after it decided these records.
struct ExplainableRecords {
    const Batch* batch = nullptr;  ///< `own`, or that of SessionState::decoded; or none yet
    Batch own;
    std::vector<RecordResult> results;  ///< of `own`
};

struct SessionState {
    std::shared_ptr<EngineState> engine;
    SessionOptions options;
    DecodeOptions decode;
    DecideOptions decide;

    std::unique_ptr<PreparedSet> prepared;

    // Of the last deciding call.
    RunStamp stamp;
    std::uint64_t revision = 0;
    DecodedRecords decoded;
    DecodedRecords former;                ///< of a single record before: memory to be used again
    std::vector<DecisionData> decisions;  ///< in the order of keys
    std::vector<std::vector<RecordResult>> results;  ///< of records that were decided together
    Arena views;                                     ///< of `results`
    std::string json;                         ///< of a decision before: memory to be used again
    std::vector<std::string> rejections;      ///< written, parallel to decoded.rejections
    std::vector<IgnoredField> ignoredFields;  ///< names live in `decoded`
    RecordCounts counts;
    ExplainableRecords explainable;
    std::string explanation;

    /// Forgets the last call and takes up the set that is published. Error: NotFound.
    Result<void> begin();
    void forget();

    Decoder decoder();
    /// Counts and written rejections of what was decoded.
    void takeCounts();

    /// One record by itself.
    Result<Decision> decideLine(const InputLine& line);
    /// What was decoded, into `decisions` or a sink; whether the sink took all.
    void decideTogether();
    bool decideBlocks(const BlockSink& sink);
};

/// Views on one rejected line; `text` is `written`.
RejectedRecord viewOf(const Rejection& rejection, const std::string& written);

}  // namespace proviso
