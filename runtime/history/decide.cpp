#include "runtime/history/decide.h"

#include "runtime/base/check.h"
#include "runtime/engine/hole_index.h"
#include "runtime/engine/in_turn.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/stage.h"
#include "runtime/engine/wire.h"
#include "runtime/history/kept_decisions.h"
#include "runtime/history/over_budget.h"
#include "runtime/history/stage_records.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace proviso::history {

namespace {

using bytecode::Register;
using engine::Plan;
using engine::Stage;

/// What one stage found about one record.
struct Found {
    std::int64_t key = 0;
    KeptPart kept;
    std::vector<Together> together;  ///< of the first pass: by KeySet
};

}  // namespace

class Decider::Work {
  public:
    Work(std::shared_ptr<const bytecode::Program> program, Store& store, RunOptions options)
        : program_(std::move(program)), store_(store), options_(std::move(options)),
          plan_(engine::planStages(*program_)), interpreter_(program_),
          reader_(program_, plan_, store), kept_(store) {
        keySets_ = reader_.keySets();
    }

    DecideCounts update() {
        close();
        // Nothing of a former update counts for this one.
        over_.clear();
        changed_ = {};
        removed_ = {};
        gone_ = {};
        counts_ = {};
        store_.begin();
        open_ = true;
        const std::int64_t feed = store_.lastFeed();
        kept_.open(program_->digest, options_.decide);
        counts_.again = !kept_.isComplete() || kept_.wasOverBudget();
        if (!counts_.again) {
            refresh();
            if (budgetExceeded(reach())) {
                counts_.again = true;
            }
        }
        if (counts_.again) {
            decideAll();
        }
        kept_.finish(feed, !over_.empty());
        counts_.records = kept_.count();
        return counts_;
    }

    bool tell(bool all, const BlockSink& sink) {
        // Ids of keys are in the order in which they were met; the index on keys gives the order.
        Statement keys = store_.database().prepare("SELECT id, key FROM keys ORDER BY key");
        std::sort(changed_.begin(), changed_.end());
        changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
        gone_.clear();
        std::vector<RecordResult> results;
        while (keys.step()) {
            const std::int64_t key = keys.number(0);
            const bool isChanged =
                counts_.again || std::binary_search(changed_.begin(), changed_.end(), key);
            if (!all && !isChanged) {
                continue;
            }
            Arena arena;
            const std::vector<engine::PartView> found = partsOf(key, arena);
            if (found.empty()) {
                if (removed_.count(key) != 0) {
                    gone_.emplace_back(keys.bytes(1));
                }
                continue;
            }
            results.push_back(own(engine::mergeParts(found, arena)));
            if (results.size() == options_.blockRows) {
                if (!sink(std::move(results))) {
                    return false;
                }
                results.clear();
            }
        }
        return results.empty() || sink(std::move(results));
    }

    void commit() {
        store_.commit();
        open_ = false;
    }

    void close() {
        if (open_) {
            store_.rollBack();
            open_ = false;
        }
    }

    const std::vector<std::string>& gone() const { return gone_; }

  private:
    /// Fields of rejected lines with the texts they are told by.
    struct Holes {
        explicit Holes(const bytecode::Program& program) : dictionary(program.texts) {}

        Dictionary dictionary;
        Batch::Space fields;
    };

    /// Sets to be decided again, by what brings them together.
    struct Dirty {
        bool all = false;
        std::set<Together> sets;
    };

    // ---- everything ----------------------------------------------------------------------------

    void decideAll() {
        over_.clear();
        evaluateAll();
        if (budgetExceeded(kept_.all())) {
            evaluateAll();
        }
    }

    void evaluateAll() {
        kept_.clear();
        dirty_.assign(keySets_.size(), {});
        loadHoles();
        total_ = 0;
        Keys keys = store_.allKeys();
        countTotal(keys.size());
        place(keys);
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            if (plan_.stages[stage].level != 0 && plan_.isNeeded(stage, holes_->fields.rows != 0)) {
                dirty_[plan_.stages[stage].partition].all = true;
                evaluate(stage);
            }
        }
    }

    // ---- what changed --------------------------------------------------------------------------

    void refresh() {
        dirty_.assign(keySets_.size(), {});
        loadHoles();
        Keys touched = store_.touchedAfter(kept_.feed());
        total_ = 0;
        countTotal(touched.size());
        markHoles(touched);
        place(touched);
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            if (plan_.stages[stage].level != 0) {
                evaluate(stage);
            }
        }
    }

    void countTotal(std::size_t keys) {
        total_ = static_cast<std::uint64_t>(keys) * plan_.stages.size();
        done_ = 0;
    }

    /// Lines that opened or closed a hole, and lines in conflict, concern the sets they may lie in.
    void markHoles(const Keys& touched) {
        std::vector<StoredLine> lines = store_.holesChangedAfter(kept_.feed());
        for (const std::int64_t key : touched) {
            Standing standing = store_.standing(key, options_.decide.asOf);
            lines.insert(lines.end(), standing.inConflict.begin(), standing.inConflict.end());
        }
        // A conflict that is settled now hid something before.
        for (const std::int64_t key : touched) {
            if (!reader_.wasInConflict(key, options_.decide.asOf, kept_.feed()).empty()) {
                const auto before = reader_.wasInConflict(key, options_.decide.asOf, kept_.feed());
                lines.insert(lines.end(), before.begin(), before.end());
            }
        }
        if (lines.empty()) {
            return;
        }
        Holes changed(*program_);
        changed.fields = reader_.holesOf(lines, changed.dictionary);
        for (std::size_t index = 0; index < keySets_.size(); ++index) {
            for (std::uint32_t row = 0; row < changed.fields.rows; ++row) {
                const std::optional<Together> set = reader_.togetherOfHole(
                    keySets_[index], changed.fields, row, changed.dictionary);
                if (set) {
                    dirty_[index].sets.insert(*set);
                } else {
                    dirty_[index].all = true;
                }
            }
        }
    }

    void loadHoles() {
        std::vector<StoredLine> lines = store_.openHoles(options_.decide.asOf);
        for (const std::int64_t key : store_.keysInConflict()) {
            Standing standing = store_.standing(key, options_.decide.asOf);
            lines.insert(lines.end(), standing.inConflict.begin(), standing.inConflict.end());
        }
        holes_ = std::make_unique<Holes>(*program_);
        holes_->fields = reader_.holesOf(lines, holes_->dictionary);
        holeIndex_ = std::make_unique<engine::HoleIndex>(*program_, plan_, holes_->fields);
    }

    /// Says who is together with whom, and what the first stage finds.
    void place(const Keys& keys) {
        std::vector<Keys> blocks;
        for (const std::int64_t key : keys) {
            if (blocks.empty() || blocks.back().size() == options_.blockRows) {
                blocks.emplace_back();
            }
            blocks.back().push_back(key);
        }
        const Stage* rows = plan_.stages.front().level == 0 ? &plan_.stages.front() : nullptr;
        forBlocks(
            blocks,
            [&](Interpreter& interpreter, const Keys& block) {
                return placeBlock(interpreter, rows, block);
            },
            [&](const Keys& block, std::vector<Found> found) {
                takePlaced(block, std::move(found), rows != nullptr);
            });
    }

    std::vector<Found> placeBlock(Interpreter& interpreter, const Stage* rows, const Keys& block) {
        std::unique_lock lock(mutex_);
        StageRecords records = reader_.read(block, options_.decide.asOf);
        lock.unlock();
        records.decode(*program_);
        std::vector<Found> found(records.keys.size());
        engine::CarriedColumns carried;
        if (rows != nullptr) {
            const engine::OverBudget over = over_.of(records.keys);
            auto output = engine::evaluateStage(
                interpreter, plan_, *rows, {records.batch, {}, over}, options_.decide);
            if (output) {
                write(*rows, records, *output, found);
                carried = std::move(output->carried);
            } else {
                carried = oneByOne(interpreter, *rows, records, found);
            }
        }
        for (std::uint32_t row = 0; row < found.size(); ++row) {
            found[row].key = records.keys[row];
            for (const std::vector<Register>& set : keySets_) {
                found[row].together.push_back(reader_.togetherOf(set, records, row, rows, carried));
            }
        }
        return found;
    }

    /// Blocks of records by themselves that outgrow the limit together may stay within it alone.
    engine::CarriedColumns oneByOne(Interpreter& interpreter,
                                    const Stage& stage,
                                    const StageRecords& records,
                                    std::vector<Found>& found) {
        engine::CarriedColumns carried(stage.carriedOut.size());
        for (std::uint32_t row = 0; row < records.keys.size(); ++row) {
            Batch batch = records.store.select(std::vector<std::uint32_t>{row});
            const engine::OverBudget over = over_.of({records.keys[row]});
            auto output = engine::evaluateStage(
                interpreter, plan_, stage, {batch, {}, over}, options_.decide);
            if (!output) {
                output = engine::tooLargeOutput(*program_, stage, batch);
            }
            write(stage, records, *output, found, row);
            for (std::size_t index = 0; index < carried.size(); ++index) {
                const bool ofEntry = program_->code[stage.carriedOut[index]].space == 0;
                carried[index].append(output->carried[index], 0, ofEntry);
            }
        }
        return carried;
    }

    void takePlaced(const Keys& block, std::vector<Found> found, bool hasRows) {
        std::set<std::int64_t> there;
        for (Found& each : found) {
            there.insert(each.key);
            for (std::size_t index = 0; index < keySets_.size(); ++index) {
                std::optional<Together> before = kept_.togetherOf(index, each.key);
                if (before && *before != each.together[index]) {
                    dirty_[index].sets.insert(*before);
                }
                dirty_[index].sets.insert(each.together[index]);
                if (!before || *before != each.together[index]) {
                    kept_.putTogether(index, each.key, each.together[index]);
                }
            }
            if (hasRows) {
                keep(0, each);
            }
        }
        for (const std::int64_t key : block) {
            if (there.count(key) == 0) {
                remove(key);
            }
        }
    }

    void remove(std::int64_t key) {
        bool wasThere = false;
        for (std::size_t index = 0; index < keySets_.size(); ++index) {
            if (const std::optional<Together> before = kept_.togetherOf(index, key)) {
                wasThere = true;
                dirty_[index].sets.insert(*before);
                kept_.drop(index, key);
            }
        }
        if (!wasThere) {
            return;
        }
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            kept_.dropPart(stage, key);
        }
        changed_.push_back(key);
        removed_.insert(key);
    }

    // ---- one stage -----------------------------------------------------------------------------

    void evaluate(std::size_t index) {
        const Stage& stage = plan_.stages[index];
        const std::vector<Keys> blocks = blocksOf(dirty_[stage.partition], stage.partition);
        forBlocks(
            blocks,
            [&](Interpreter& interpreter, const Keys& block) {
                return evaluateBlock(interpreter, stage, block);
            },
            [&](const Keys&, std::vector<Found> found) {
                for (Found& each : found) {
                    keep(index, each);
                }
            });
    }

    std::vector<Keys> blocksOf(const Dirty& dirty, std::uint32_t partition) {
        std::vector<Keys> blocks;
        const auto add = [&](const Keys& set) {
            if (set.empty()) {
                return;
            }
            if (blocks.empty() || blocks.back().size() + set.size() > options_.blockRows) {
                blocks.emplace_back();
            }
            blocks.back().insert(blocks.back().end(), set.begin(), set.end());
        };
        if (!dirty.all) {
            for (const Together& together : dirty.sets) {
                add(kept_.members(partition, together));
            }
            return blocks;
        }
        for (const Keys& set : kept_.sets(partition)) {
            add(set);
        }
        return blocks;
    }

    // NOLINTBEGIN(misc-no-recursion): once, for each set of a block that is too large together
    std::vector<Found>
    evaluateBlock(Interpreter& interpreter, const Stage& stage, const Keys& block) {
        std::unique_lock lock(mutex_);
        StageRecords records = reader_.read(block, options_.decide.asOf);
        reader_.readCarried(records, stage, kept_.context());
        lock.unlock();
        records.decode(*program_);
        records.takeCarried(*program_, plan_, stage);
        records.batch.holes = holeIndex_->concerning(records.batch.spaces[0],
                                                     stage.partition,
                                                     &holes_->dictionary,
                                                     records.dictionary.get());
        const engine::OverBudget over = over_.of(records.keys);
        auto output = engine::evaluateStage(
            interpreter, plan_, stage, {records.batch, records.carried, over}, options_.decide);
        std::vector<Found> found;
        if (output) {
            found.resize(records.keys.size());
            write(stage, records, *output, found);
            return found;
        }
        // Too many rows for one block: whether for one set must not depend on the block.
        std::vector<Keys> sets = setsIn(stage, block);
        if (sets.size() > 1) {
            for (const Keys& set : sets) {
                for (Found& each : evaluateBlock(interpreter, stage, set)) {
                    found.push_back(std::move(each));
                }
            }
            return found;
        }
        found.resize(records.keys.size());
        engine::StageOutput tooLarge = engine::tooLargeOutput(*program_, stage, records.batch);
        write(stage, records, tooLarge, found);
        return found;
    }
    // NOLINTEND(misc-no-recursion)

    std::vector<Keys> setsIn(const Stage& stage, const Keys& block) {
        const std::lock_guard lock(mutex_);
        std::map<Together, Keys> sets;
        for (const std::int64_t key : block) {
            sets[kept_.togetherOf(stage.partition, key).value_or("")].push_back(key);
        }
        std::vector<Keys> found;
        for (auto& [together, keys] : sets) {
            found.push_back(std::move(keys));
        }
        return found;
    }

    /// What the stage says about its records, of which the first is number `first` of all.
    void write(const Stage& stage,
               const StageRecords& records,
               engine::StageOutput& output,
               std::vector<Found>& found,
               std::uint32_t first = 0) const {
        std::vector<Type> types;
        for (const Register number : stage.carriedOut) {
            types.push_back(program_->code[number].type);
        }
        for (FindingView& finding : output.parts.findings.things) {
            // Which number a group's first member has changes with other records.
            finding.sharedRow = 0;
        }
        for (std::uint32_t row = 0; row < output.parts.records; ++row) {
            Found& one = found[first + row];
            one.key = records.keys[first + row];
            engine::writePart(one.kept.part, output.parts.of(row));
            engine::writeCarried(one.kept.carried, output.carried, types, row, *records.dictionary);
            std::vector<std::uint32_t> counts;
            for (const std::vector<std::uint32_t>& each : output.counts) {
                counts.push_back(each[row]);
            }
            engine::writeCounts(one.kept.counts, counts);
        }
    }

    /// Remembers what a stage found, and who has to be looked at again because of it.
    void keep(std::size_t stage, const Found& found) {
        ++counts_.evaluated;
        const std::optional<KeptPart> before = kept_.part(stage, found.key);
        if (before && *before == found.kept) {
            return;
        }
        kept_.put(stage, found.key, found.kept);
        if (!before || before->part != found.kept.part) {
            changed_.push_back(found.key);
        }
        if (!before || before->carried != found.kept.carried) {
            for (const std::uint32_t partition : reader_.readersOf(stage)) {
                if (const std::optional<Together> together =
                        kept_.togetherOf(partition, found.key)) {
                    dirty_[partition].sets.insert(*together);
                }
            }
        }
    }

    template <class Make, class Take>
    void forBlocks(const std::vector<Keys>& blocks, Make make, Take take) {
        const auto makeWorker = [&] {
            return [&, own = std::make_shared<Interpreter>(interpreter_.sibling())](
                       std::size_t number) { return make(*own, blocks[number]); };
        };
        engine::InTurn<std::vector<Found>>(blocks.size(), options_.threads)
            .run(makeWorker, [&](std::size_t number, std::vector<Found> found) {
                const std::lock_guard lock(mutex_);
                take(blocks[number], std::move(found));
                done_ += blocks[number].size();
                if (options_.progress) {
                    options_.progress(std::min(done_, total_), total_);
                }
                return true;
            });
    }

    // ---- budgets -------------------------------------------------------------------------------

    /// Everyone in a set that was decided again.
    Keys reach() {
        std::set<std::int64_t> keys;
        for (std::size_t index = 0; index < keySets_.size(); ++index) {
            if (dirty_[index].all) {
                return kept_.all();
            }
            for (const Together& together : dirty_[index].sets) {
                for (const std::int64_t key : kept_.members(index, together)) {
                    keys.insert(key);
                }
            }
        }
        return {keys.begin(), keys.end()};
    }

    /// Whether some rule costs too much in a set of these records.
    bool budgetExceeded(const Keys& keys) {
        return over_.find(plan_, reader_, kept_, keys, options_.decide.budget);
    }

    std::vector<engine::PartView> partsOf(std::int64_t key, Arena& arena) {
        std::vector<engine::PartView> found;
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            const std::optional<KeptPart> kept = kept_.part(stage, key);
            if (!kept) {
                continue;
            }
            const auto part = engine::readPart(arena.text(kept->part), arena);
            if (!part) {
                throw StoreFailure(damagedStore());
            }
            found.push_back(*part);
        }
        return found;
    }

    std::shared_ptr<const bytecode::Program> program_;
    Store& store_;
    RunOptions options_;
    Plan plan_;
    Interpreter interpreter_;
    StageReader reader_;
    KeptDecisions kept_;
    std::vector<std::vector<Register>> keySets_;
    std::mutex mutex_;  ///< over the store

    bool open_ = false;

    std::unique_ptr<Holes> holes_;
    std::unique_ptr<engine::HoleIndex> holeIndex_;
    std::vector<Dirty> dirty_;  ///< by key set
    OverBudgetKeys over_;
    Keys changed_;
    std::set<std::int64_t> removed_;
    std::vector<std::string> gone_;
    DecideCounts counts_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
};

Decider::Decider(std::shared_ptr<const bytecode::Program> program, Store& store, RunOptions options)
    : work_(std::make_unique<Work>(std::move(program), store, std::move(options))) {}

Decider::~Decider() {
    work_->close();
}

Result<DecideCounts> Decider::update() {
    try {
        return work_->update();
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
}

Result<bool> Decider::tell(bool all, const BlockSink& sink) {
    try {
        return work_->tell(all, sink);
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
}

void Decider::rollBack() {
    work_->close();
}

const std::vector<std::string>& Decider::gone() const {
    return work_->gone();
}

Result<void> Decider::commit() {
    try {
        work_->commit();
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return {};
}

}  // namespace proviso::history
