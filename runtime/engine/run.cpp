#include "runtime/engine/run.h"

#include "runtime/base/check.h"
#include "runtime/engine/blocks.h"
#include "runtime/engine/budget.h"
#include "runtime/engine/hole_index.h"
#include "runtime/engine/in_turn.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/record_sets.h"
#include "runtime/engine/row_counts.h"
#include "runtime/engine/stage.h"
#include "runtime/engine/stage_windows.h"
#include "runtime/input/record_selector.h"

#include <algorithm>
#include <future>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace proviso {

namespace engine {

namespace {

/// What one block found; where sets had to be evaluated one by one, an entry each.
struct BlockOutput {
    struct Piece {
        Block records;
        StageOutput output;
    };
    std::vector<Piece> pieces;
};

/// One run over all records, stage after stage.
class StagedRun {
  public:
    StagedRun(std::shared_ptr<const bytecode::Program> program,
              const RecordStore& store,
              const RunOptions& options)
        : program_(std::move(program)), store_(store), options_(options),
          plan_(planStages(*program_, &store.rows())),
          records_(recordsInOrder(*program_, store, options.threads)), interpreter_(program_),
          holes_(*program_, plan_, store.rows().holes),
          sets_(*program_,
                plan_,
                store,
                records_,
                options,
                [this](bytecode::Register key) { return foundKey(key); }),
          foundBy_(plan_.stages.size()), counts_(*program_, store, records_),
          windows_(*program_, plan_, store, records_) {}

    bool run(const ViewWriter& write, const ViewSink& sink) {
        evaluate();
        const Budget budget = countBudget();
        if (isOver(budget)) {
            evaluate();
        }
        return handOver(budget, write, sink);
    }

    std::vector<std::uint32_t> run(const ColumnSink& sink) {
        columns_ = &sink;
        evaluate();
        if (isOver(countBudget())) {
            sink.again();
            evaluate();
        }
        std::sort(tooLarge_.begin(), tooLarge_.end());
        tooLarge_.erase(std::unique(tooLarge_.begin(), tooLarge_.end()), tooLarge_.end());
        return std::move(tooLarge_);
    }

  private:
    /// What a stage found: pieces, and where each record's is.
    struct Found {
        struct Piece {
            CarriedColumns carried;
            StageParts parts;  ///< they wait for the last stage
        };
        std::vector<Piece> pieces;
        RecordPlaces places;
        bool isRegular = false;  ///< places need not be written down, unless a block is taken apart
    };

    std::uint32_t count() const { return static_cast<std::uint32_t>(records_.size()); }

    /// Then everything is evaluated again: what rules cost was counted on the rows of the first
    /// run, so that it does not depend on which rules err.
    bool isOver(const Budget& budget) {
        over_ = budget.over(options_.decide.budget);
        return !over_.empty();
    }

    void evaluate() {
        foundBy_ = std::vector<Found>(plan_.stages.size());
        tooLarge_.clear();
        counts_.clear();
        windows_.begin(options_.blockRows);
        std::vector<std::size_t> stages;
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            if (plan_.isNeeded(stage, store_.rows().holes.rows != 0)) {
                stages.push_back(stage);
            }
        }
        const std::future<void> early = sets_.findEarly(stages);
        for (const std::size_t stage : stages) {
            if (stage != stages.front() && early.valid()) {
                early.wait();
            }
            takeWindows(stage);
            atOnce_ = stage == stages.back() ? toTellAtOnce(plan_.stages[stage]) : nullptr;
            if (atOnce_ == nullptr) {
                evaluateStageOf(stage);
                forgetAfter(stage);
                continue;
            }
            counts_.expect(*atOnce_);
        }
    }

    void takeWindows(std::size_t index) {
        const Stage& stage = plan_.stages[index];
        ordered_ = {};
        if (stage.byThemselves != nullptr) {
            ordered_ =
                windows_.take(index, sets_.of(stage), options_.threads, options_.decide.times);
        }
    }

    /// The stage that can take records block by block in the order of keys instead of `stage`, so
    /// that what it finds is told and forgotten: nobody is brought together, nothing is handed on,
    /// and only rows of lists cost anything. nullptr: there is none.
    const Stage* toTellAtOnce(const Stage& stage) const {
        const bool allArePlain =
            std::count(ordered_.isPlain.begin(), ordered_.isPlain.end(), 0) == 0;
        const Stage& one =
            stage.byThemselves != nullptr && allArePlain ? stage.byThemselves->stage : stage;
        const bool isAlone = one.partition == bytecode::kNone && one.carriedOut.empty();
        return columns_ == nullptr && isAlone &&
                       std::all_of(one.counted.begin(),
                                   one.counted.end(),
                                   [&](std::uint32_t space) { return counts_.isList(space); })
                   ? &one
                   : nullptr;
    }

    /// A key that the first stage found.
    ColumnData foundKey(bytecode::Register key) const {
        Block all(records_.size());
        std::iota(all.begin(), all.end(), 0U);
        CarriedColumn found;
        carriedOf(key).gather(found, all);
        return std::move(found.cells);
    }

    // ---- one stage -----------------------------------------------------------------------------

    void evaluateStageOf(std::size_t index) {
        const Stage& stage = plan_.stages[index];
        Found& found = foundBy_[index];
        counts_.expect(stage);
        std::vector<Block> blocks;
        if (stage.byThemselves != nullptr) {
            blocks = sets_.plainBlocks(stage, ordered_.isPlain);
        }
        const std::size_t plain = blocks.size();
        for (Block& block : sets_.blocksOf(stage, ordered_.isPlain)) {
            blocks.push_back(std::move(block));
        }
        found.pieces.resize(blocks.size());
        // Where all records stand in their order, nobody has to write down where each of them is.
        found.isRegular = stage.partition == bytecode::kNone ||
                          (stage.byThemselves != nullptr && plain == blocks.size());
        found.places = found.isRegular ? RecordPlaces::regular(options_.blockRows)
                                       : RecordPlaces::anywhere(records_.size());
        const auto makeWorker = [&] {
            return [this, &stage, &found, &blocks, plain, own = Workers()](
                       std::size_t number) mutable {
                Worker& worker = number < plain
                                     ? own.get(own.plain, *this, stage.byThemselves->stage)
                                     : own.get(own.whole, *this, stage);
                BlockOutput output = evaluateBlock(worker, blocks[number]);
                for (BlockOutput::Piece& piece : output.pieces) {
                    if (stage.level == 0) {
                        windows_.fill(stage, piece.records, piece.output.carried);
                    }
                    note(stage, found, static_cast<std::uint32_t>(number), piece);
                }
                return output;
            };
        };
        std::uint64_t done = index * records_.size();
        InTurn<BlockOutput>(blocks.size(), options_.threads)
            .run(makeWorker, [&](std::size_t number, BlockOutput output) {
                take(stage, found, number, std::move(output));
                done += blocks[number].size();
                if (options_.progress) {
                    options_.progress(done, plan_.stages.size() * records_.size());
                }
                return true;
            });
    }

    /// What one thread has for one stage, and uses again block after block.
    struct Worker {
        Worker(const StagedRun& run, const Stage& stageOf)
            : stage(stageOf), interpreter(run.interpreter_.sibling()),
              evaluator(interpreter, run.plan_, stageOf),
              selector(run.store_, &stageOf.read, /*lendsPacked=*/true),
              carried(stageOf.carriedIn.size()) {
            for (const bytecode::Register number : stageOf.carriedIn) {
                sources.push_back(run.carriedOf(number));
            }
        }

        const Stage& stage;
        Interpreter interpreter;
        StageEvaluator evaluator;
        RecordSelector selector;
        Block records;                       ///< of the block, in the store
        std::vector<CarriedPieces> sources;  ///< parallel to Stage::carriedIn
        CarriedColumns carried;              ///< likewise, of the block
    };

    /// For records by themselves and for sets, as they are needed.
    struct Workers {
        std::unique_ptr<Worker> plain;
        std::unique_ptr<Worker> whole;

        static Worker&
        get(std::unique_ptr<Worker>& worker, const StagedRun& run, const Stage& stage) {
            if (worker == nullptr) {
                worker = std::make_unique<Worker>(run, stage);
            }
            return *worker;
        }
    };

    BlockOutput evaluateBlock(Worker& worker, const Block& block) const {
        const Stage& stage = worker.stage;
        BlockOutput output;
        if (auto found = evaluateSets(worker, block)) {
            output.pieces.push_back(pieceOf(block, std::move(*found)));
            return output;
        }
        // Too many rows for one block; whether they are for one set must not depend on how blocks
        // were filled.
        for (Block& set : sets_.setsIn(stage, block)) {
            auto found = evaluateSets(worker, set);
            if (!found) {
                found = tooLargeOutput(*program_, stage, batchOf(worker, set));
                addEarly(worker, set, *found);
            }
            output.pieces.push_back(pieceOf(std::move(set), std::move(*found)));
        }
        return output;
    }

    /// What others are told of a record does not depend on whether it is too large by itself.
    void addEarly(Worker& worker, const Block& set, StageOutput& output) const {
        if (worker.stage.early.empty()) {
            return;
        }
        Stage few;
        few.active = worker.stage.forEarly;
        few.carriedOut = worker.stage.early;
        auto found = evaluateStage(worker.interpreter,
                                   plan_,
                                   few,
                                   {batchOf(worker, set), {}, overOf(over_, set)},
                                   options_.decide,
                                   /*withResults=*/false);
        for (std::size_t index = 0; found && index < few.carriedOut.size(); ++index) {
            const auto& out = worker.stage.carriedOut;
            const auto place = std::lower_bound(out.begin(), out.end(), few.carriedOut[index]);
            output.carried[static_cast<std::size_t>(place - out.begin())] =
                std::move(found->carried[index]);
        }
    }

    static BlockOutput::Piece pieceOf(Block records, StageOutput output) {
        BlockOutput::Piece piece{std::move(records), std::move(output)};
        // Whoever makes results of them knows the keys.
        std::vector<std::string_view>().swap(piece.output.parts.keys);
        for (FindingView& finding : piece.output.parts.findings.things) {
            finding.sharedRow = finding.shared ? piece.records[finding.sharedRow] : 0;
        }
        return piece;
    }

    /// Good until the worker's next.
    const Batch& batchOf(Worker& worker, const Block& block) const {
        worker.records.clear();
        for (const std::uint32_t record : block) {
            worker.records.push_back(records_[record]);
        }
        Batch& batch = worker.selector.select(worker.records);
        batch.holes = holes_.concerning(batch.spaces[0], worker.stage.partition);
        return batch;
    }

    std::optional<StageOutput> evaluateSets(Worker& worker, const Block& block) const {
        const Stage& stage = worker.stage;
        const Batch& batch = batchOf(worker, block);
        CarriedColumns& carried = worker.carried;
        for (std::size_t index = 0; index < carried.size(); ++index) {
            worker.sources[index].gather(carried[index], block);
        }
        const OverBudget over = overOf(over_, block);
        DecideOptions options = options_.decide;
        options.withChoices = options.withChoices && columns_ == nullptr;
        const bool withResults = columns_ == nullptr && stage.tells();
        StageInput input{batch, carried, over};
        input.countsLists = false;
        if (!worker.evaluator.evaluate(input, options, withResults)) {
            return std::nullopt;
        }
        if (columns_ != nullptr) {
            columns_->take(
                {worker.interpreter, block, stage.rules, stage.decisions, stage.outputs});
        }
        return std::move(worker.evaluator.output());
    }

    /// Where the records are found. Called on the threads that evaluate: a record lies in one
    /// block of a stage.
    void note(const Stage& stage, Found& found, std::uint32_t block, BlockOutput::Piece& piece) {
        if (!found.isRegular) {
            for (std::uint32_t row = 0; row < piece.records.size(); ++row) {
                found.places.set(piece.records[row], block, row);
            }
        }
        counts_.note(stage, piece.records, piece.output.counts);
    }

    /// The first piece of a block has its number, and others follow those of all blocks.
    void take(const Stage& stage, Found& found, std::size_t block, BlockOutput output) {
        const bool isTakenApart = output.pieces.size() > 1;
        if (isTakenApart && found.places.isRegular()) {
            found.places.spellOut(records_.size());
        }
        for (BlockOutput::Piece& piece : output.pieces) {
            std::size_t number = block;
            if (&piece != &output.pieces.front()) {
                number = found.pieces.size();
                found.pieces.emplace_back();
            }
            for (std::uint32_t row = 0; isTakenApart && row < piece.records.size(); ++row) {
                found.places.set(piece.records[row], static_cast<std::uint32_t>(number), row);
            }
            StageParts& parts = piece.output.parts;
            if (parts.tooLarge) {
                tooLarge_.insert(tooLarge_.end(), piece.records.begin(), piece.records.end());
                counts_.forgetLists(stage, piece.records);
            }
            found.pieces[number] = {std::move(piece.output.carried), std::move(parts)};
        }
    }

    /// What the stage before found of it, or the windows of this one.
    CarriedPieces carriedOf(bytecode::Register number) const {
        static const RecordPlaces kInOnePiece;
        const auto fold = std::find(ordered_.folds.begin(), ordered_.folds.end(), number);
        if (fold != ordered_.folds.end()) {
            return {{&ordered_.columns[static_cast<std::size_t>(fold - ordered_.folds.begin())]},
                    &kInOnePiece,
                    true};
        }
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            const auto& out = plan_.stages[stage].carriedOut;
            const auto place = std::lower_bound(out.begin(), out.end(), number);
            if (place != out.end() && *place == number) {
                const Found& found = foundBy_[stage];
                CarriedPieces carried{{}, &found.places, program_->code[number].space == 0};
                for (const Found::Piece& piece : found.pieces) {
                    carried.columns.push_back(
                        &piece.carried[static_cast<std::size_t>(place - out.begin())]);
                }
                return carried;
            }
        }
        PROVISO_CHECK(false, "what a stage reads was carried to it");
        return {};
    }

    void forgetAfter(std::size_t done) {
        const std::set<bytecode::Register> read = plan_.readAfter(done);
        for (std::size_t from = 0; from <= done; ++from) {
            const auto& out = plan_.stages[from].carriedOut;
            for (std::size_t index = 0; index < out.size(); ++index) {
                if (read.contains(out[index])) {
                    continue;
                }
                for (Found::Piece& piece : foundBy_[from].pieces) {
                    piece.carried[index] = {};
                }
            }
        }
    }

    // ---- the end -------------------------------------------------------------------------------

    Budget countBudget() {
        Budget budget(plan_, count());
        for (const Partition& partition : plan_.partitions) {
            const bool isUsed =
                std::any_of(plan_.stages.begin(), plan_.stages.end(), [&](const Stage& stage) {
                    return stage.partition != bytecode::kNone &&
                           &plan_.partitions[stage.partition] == &partition;
                });
            for (const std::uint32_t each : partition.classes) {
                budget.bringTogether(each,
                                     isUsed ? sets_.by(plan_.classes[each].keys) : sets_.by({}));
            }
        }
        counts_.moveTo(budget);
        return budget;
    }

    /// Results of some records; the views lie in the arena and in what the stages found.
    struct Results {
        BlockOutput found;  ///< by the stage that is told at once
        Arena arena;
        std::vector<RecordView> views;
        std::string text;
    };

    /// Makes the results of one block after the other, on one thread.
    class Teller {
      public:
        Teller(const StagedRun& run, const Budget& budget, const ViewWriter& write)
            : run_(run), budget_(budget), write_(write) {
            if (run.atOnce_ != nullptr) {
                worker_ = std::make_unique<Worker>(run, *run.atOnce_);
            }
        }

        Results operator()(std::size_t number) {
            const std::size_t first = number * run_.options_.blockRows;
            block_.resize(std::min(run_.options_.blockRows, run_.records_.size() - first));
            std::iota(block_.begin(), block_.end(), static_cast<std::uint32_t>(first));
            spent_.assign(block_.size(), 0);
            budget_.spentBeside(block_.front(), spent_);
            Results results;
            results.views.reserve(block_.size());
            results.text.reserve(textBefore_ + textBefore_ / 8);
            evaluate(results);
            for (const std::uint32_t record : block_) {
                findParts(record);
                RecordView& view = results.views.emplace_back(mergeParts(parts_, results.arena));
                view.budgetSpent = wasCounted(record) ? spent_[record - block_.front()] : 0;
                if (write_) {
                    write_(results.text, view);
                }
            }
            textBefore_ = results.text.size();
            return results;
        }

      private:
        void evaluate(Results& results) {
            if (worker_ == nullptr) {
                return;
            }
            results.found = run_.evaluateBlock(*worker_, block_);
            foundOf_.resize(block_.size());
            for (const BlockOutput::Piece& piece : results.found.pieces) {
                for (std::uint32_t row = 0; row < piece.records.size(); ++row) {
                    foundOf_[piece.records[row] - block_.front()] = {&piece.output.parts, row};
                }
            }
        }

        /// Of what is too large nothing counts that the same stage would have counted.
        bool wasCounted(std::uint32_t record) const {
            return worker_ == nullptr || worker_->stage.counted.empty() ||
                   !foundOf_[record - block_.front()].first->tooLarge;
        }

        void findParts(std::uint32_t record) {
            const StoredValues keys = run_.store_.values(0, run_.program_->schema.keyField);
            parts_.clear();
            parts_.emplace_back();
            parts_.front().result.key = run_.store_.rows().dictionary->text(
                static_cast<std::uint32_t>(keys[run_.records_[record]]));
            for (const Found& found : run_.foundBy_) {
                if (!found.pieces.empty()) {
                    const StageParts& parts = found.pieces[found.places.piece(record)].parts;
                    if (parts.saysAnything()) {
                        parts_.push_back(parts.of(found.places.row(record)));
                    }
                }
            }
            if (worker_ != nullptr) {
                const auto& [parts, row] = foundOf_[record - block_.front()];
                parts_.push_back(parts->of(row));
            }
        }

        const StagedRun& run_;
        const Budget& budget_;
        const ViewWriter& write_;
        std::unique_ptr<Worker> worker_;  ///< nullptr: every stage has been evaluated
        std::size_t textBefore_ = 0;
        // Of one block.
        Block block_;
        std::vector<std::int64_t> spent_;
        std::vector<std::pair<const StageParts*, std::uint32_t>> foundOf_;  ///< and the row there
        std::vector<PartView> parts_;                                       ///< of one record
    };

    bool handOver(const Budget& budget, const ViewWriter& write, const ViewSink& sink) {
        const std::size_t blocks = (count() + options_.blockRows - 1) / options_.blockRows;
        std::uint64_t done = (plan_.stages.size() - 1) * records_.size();
        return InTurn<Results>(blocks, options_.threads)
            .run([&] { return Teller(*this, budget, write); },
                 [&](std::size_t, const Results& results) {
                     done += results.views.size();
                     if (options_.progress && atOnce_ != nullptr) {
                         options_.progress(done, plan_.stages.size() * records_.size());
                     }
                     return sink(results.views, results.text);
                 });
    }

    std::shared_ptr<const bytecode::Program> program_;
    const RecordStore& store_;
    const RunOptions& options_;
    Plan plan_;
    Block records_;  ///< numbers in the store, in the order of keys
    Interpreter interpreter_;
    HoleIndex holes_;
    RecordSets sets_;
    std::vector<Found> foundBy_;  ///< by stage
    RowCounts counts_;
    StageWindows windows_;
    OrderedResults ordered_;         ///< of the stage that is evaluated
    const Stage* atOnce_ = nullptr;  ///< evaluated while its results are handed over
    OverBudget over_;
    const ColumnSink* columns_ = nullptr;  ///< nullptr: results are collected
    std::vector<std::uint32_t> tooLarge_;
};

}  // namespace

}  // namespace engine

std::vector<std::uint32_t> evaluateColumns(const std::shared_ptr<const bytecode::Program>& program,
                                           const RecordStore& store,
                                           const RunOptions& options,
                                           const ColumnSink& sink) {
    PROVISO_CHECK(options.blockRows > 0, "a block holds at least one record");
    return engine::StagedRun(program, store, options).run(sink);
}

bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const ViewWriter& write,
                   const ViewSink& sink) {
    PROVISO_CHECK(options.blockRows > 0, "a block holds at least one record");
    return engine::StagedRun(program, store, options).run(write, sink);
}

bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const BlockSink& sink) {
    return decideRecords(
        program, store, options, {}, [&](std::span<const RecordView> views, std::string_view) {
            std::vector<RecordResult> results;
            results.reserve(views.size());
            for (const RecordView& view : views) {
                results.push_back(own(view));
            }
            return sink(std::move(results));
        });
}

}  // namespace proviso
