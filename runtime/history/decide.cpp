#include "runtime/history/decide.h"

#include "runtime/base/check.h"
#include "runtime/engine/budget.h"
#include "runtime/engine/hole_index.h"
#include "runtime/engine/in_turn.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/stage.h"
#include "runtime/engine/wire.h"
#include "runtime/history/stage_records.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

namespace proviso::history {

namespace {

using bytecode::kNone;
using bytecode::Register;
using engine::Plan;
using engine::Stage;
using Keys = std::vector<std::int64_t>;

/// What one stage found about one record, as it is kept.
struct Found {
    std::int64_t key = 0;
    std::string part;
    std::string carried;
    std::string counts;
    std::vector<std::string> together;  ///< of the first pass: by KeySet
};

/// Fields of rejected lines with the texts they are told by.
struct Holes {
    explicit Holes(const bytecode::Program& program) : dictionary(program.texts) {}

    Dictionary dictionary;
    Batch::Space fields;
};

}  // namespace

class Decider::Work {
  public:
    Work(std::shared_ptr<const bytecode::Program> program, Store& store, RunOptions options)
        : program_(std::move(program)), store_(store), options_(std::move(options)),
          plan_(engine::planStages(*program_)), interpreter_(program_),
          reader_(program_, plan_, store), statements_(store.database()) {
        keySets_ = reader_.keySets();
    }

    DecideCounts update() {
        close();
        // Nothing of a former update counts for this one.
        context_ = former_ = feed_ = 0;
        complete_ = overBudget_ = false;
        over_ = {};
        changed_ = {};
        removed_ = {};
        gone_ = {};
        counts_ = {};
        store_.begin();
        open_ = true;
        openContext();
        counts_.again = !complete_ || overBudget_;
        if (!counts_.again) {
            refresh();
            if (budgetExceeded(reach())) {
                counts_.again = true;
            }
        }
        if (counts_.again) {
            decideAll();
        }
        Statement done = store_.database().prepare(
            "UPDATE contexts SET feed = ?2, complete = 1, over_budget = ?3 WHERE id = ?1");
        done.bind(1, context_).bind(2, feed_).bind(3, std::int64_t{over_.empty() ? 0 : 1}).run();
        counts_.records = static_cast<std::uint64_t>(
            number("SELECT count(*) FROM members WHERE context = ?1 AND partition = 0"));
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
    using Together = std::string;
    /// Sets to be decided again, by what brings them together.
    struct Dirty {
        bool all = false;
        std::set<Together> sets;
    };

    struct Statements {
        explicit Statements(Database& database)
            : membersOf(database.prepare("SELECT key FROM members WHERE context = ?1 AND "
                                         "partition = ?2 AND together = ?3")),
              togetherOf(database.prepare("SELECT together FROM members WHERE context = ?1 AND "
                                          "partition = ?2 AND key = ?3")),
              putMember(database.prepare("INSERT OR REPLACE INTO members(context, partition, key, "
                                         "together) VALUES(?1, ?2, ?3, ?4)")),
              dropMembers(database.prepare(
                  "DELETE FROM members WHERE context = ?1 AND partition = ?2 AND key = ?3")),
              part(database.prepare("SELECT part, carried, counts FROM parts WHERE context = ?1 "
                                    "AND stage = ?2 AND key = ?3")),
              putPart(database.prepare("INSERT OR REPLACE INTO parts(context, stage, key, part, "
                                       "carried, counts) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")),
              dropPart(database.prepare(
                  "DELETE FROM parts WHERE context = ?1 AND stage = ?2 AND key = ?3")) {}

        Statement membersOf;
        Statement togetherOf;
        Statement putMember;
        Statement dropMembers;
        Statement part;
        Statement putPart;
        Statement dropPart;
    };

    // ---- the context ---------------------------------------------------------------------------

    void openContext() {
        Database& database = store_.database();
        feed_ = store_.lastFeed();
        // What other pack sets decided is of no use any more.
        Statement old = database.prepare("SELECT id FROM contexts WHERE packs <> ?1");
        old.bindText(1, program_->digest);
        Keys stale;
        while (old.step()) {
            stale.push_back(old.number(0));
        }
        for (const std::int64_t id : stale) {
            clear(id);
            database.prepare("DELETE FROM contexts WHERE id = ?1").bind(1, id).run();
        }
        Statement find = database.prepare("SELECT id, feed, complete, over_budget FROM contexts "
                                          "WHERE as_of IS ?1 AND budget = ?2");
        find.bind(1, options_.decide.asOf).bind(2, options_.decide.budget);
        if (find.step()) {
            context_ = find.number(0);
            former_ = find.number(1);
            complete_ = find.number(2) != 0;
            overBudget_ = find.number(3) != 0;
            find.reset();
            return;
        }
        database
            .prepare("INSERT INTO contexts(packs, as_of, budget, feed, complete, over_budget) "
                     "VALUES(?1, ?2, ?3, 0, 0, 0)")
            .bindText(1, program_->digest)
            .bind(2, options_.decide.asOf)
            .bind(3, options_.decide.budget)
            .run();
        context_ = database.lastRow();
    }

    void clear(std::int64_t context) {
        for (const char* table : {"members", "parts"}) {
            Statement drop = store_.database().prepare(std::string("DELETE FROM ") + table +
                                                       " WHERE context = ?1");
            drop.bind(1, context).run();
        }
    }

    std::int64_t number(std::string_view query) {
        Statement statement = store_.database().prepare(query);
        statement.bind(1, context_);
        return statement.step() ? statement.number(0) : 0;
    }

    // ---- everything ----------------------------------------------------------------------------

    void decideAll() {
        over_ = {};
        evaluateAll();
        if (budgetExceeded(countedKeys())) {
            evaluateAll();
        }
    }

    void evaluateAll() {
        clear(context_);
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
        Keys touched = store_.touchedAfter(former_);
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
        std::vector<StoredLine> lines = store_.holesChangedAfter(former_);
        for (const std::int64_t key : touched) {
            Standing standing = store_.standing(key, options_.decide.asOf);
            lines.insert(lines.end(), standing.inConflict.begin(), standing.inConflict.end());
        }
        // A conflict that is settled now hid something before.
        for (const std::int64_t key : touched) {
            if (!reader_.wasInConflict(key, options_.decide.asOf, former_).empty()) {
                const auto before = reader_.wasInConflict(key, options_.decide.asOf, former_);
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
            const engine::OverBudget over = overOf(records.keys);
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
            const engine::OverBudget over = overOf({records.keys[row]});
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
                std::optional<Together> before = togetherOf(index, each.key);
                if (before && *before != each.together[index]) {
                    dirty_[index].sets.insert(*before);
                }
                dirty_[index].sets.insert(each.together[index]);
                if (!before || *before != each.together[index]) {
                    statements_.putMember.bind(1, context_)
                        .bind(2, static_cast<std::int64_t>(index))
                        .bind(3, each.key)
                        .bindBytes(4, each.together[index])
                        .run();
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
            if (const std::optional<Together> before = togetherOf(index, key)) {
                wasThere = true;
                dirty_[index].sets.insert(*before);
                statements_.dropMembers.bind(1, context_)
                    .bind(2, static_cast<std::int64_t>(index))
                    .bind(3, key)
                    .run();
            }
        }
        if (!wasThere) {
            return;
        }
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            statements_.dropPart.bind(1, context_)
                .bind(2, static_cast<std::int64_t>(stage))
                .bind(3, key)
                .run();
        }
        changed_.push_back(key);
        removed_.insert(key);
    }

    std::optional<Together> togetherOf(std::size_t keySet, std::int64_t key) {
        Statement& find = statements_.togetherOf;
        find.bind(1, context_).bind(2, static_cast<std::int64_t>(keySet)).bind(3, key);
        if (!find.step()) {
            return std::nullopt;
        }
        Together together(find.bytes(0));
        find.reset();
        return together;
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
                add(members(partition, together));
            }
            return blocks;
        }
        Statement all = store_.database().prepare(
            "SELECT together, key FROM members WHERE context = ?1 AND partition = ?2 "
            "ORDER BY together");
        all.bind(1, context_).bind(2, std::int64_t{partition});
        Together last;
        Keys set;
        while (all.step()) {
            if (all.bytes(0) != last) {
                add(set);
                set.clear();
                last = std::string(all.bytes(0));
            }
            set.push_back(all.number(1));
        }
        add(set);
        return blocks;
    }

    Keys members(std::size_t partition, const Together& together) {
        Statement& find = statements_.membersOf;
        find.bind(1, context_).bind(2, static_cast<std::int64_t>(partition)).bindBytes(3, together);
        Keys keys;
        while (find.step()) {
            keys.push_back(find.number(0));
        }
        return keys;
    }

    std::vector<Found>
    evaluateBlock(Interpreter& interpreter, const Stage& stage, const Keys& block) {
        std::unique_lock lock(mutex_);
        StageRecords records = reader_.read(block, options_.decide.asOf);
        reader_.readCarried(records, stage, context_);
        lock.unlock();
        records.decode(*program_);
        records.takeCarried(*program_, plan_, stage);
        records.batch.holes = holeIndex_->concerning(records.batch.spaces[0],
                                                     stage.partition,
                                                     &holes_->dictionary,
                                                     records.dictionary.get());
        const engine::OverBudget over = overOf(records.keys);
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

    std::vector<Keys> setsIn(const Stage& stage, const Keys& block) {
        const std::lock_guard lock(mutex_);
        std::map<Together, Keys> sets;
        for (const std::int64_t key : block) {
            sets[togetherOf(stage.partition, key).value_or("")].push_back(key);
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
            engine::writePart(one.part, output.parts.of(row));
            engine::writeCarried(one.carried, output.carried, types, row, *records.dictionary);
            std::vector<std::uint32_t> counts;
            for (const std::vector<std::uint32_t>& each : output.counts) {
                counts.push_back(each[row]);
            }
            engine::writeCounts(one.counts, counts);
        }
    }

    /// Remembers what a stage found, and who has to be looked at again because of it.
    void keep(std::size_t stage, const Found& found) {
        ++counts_.evaluated;
        Statement& find = statements_.part;
        find.bind(1, context_).bind(2, static_cast<std::int64_t>(stage)).bind(3, found.key);
        bool samePart = false;
        bool sameCarried = false;
        bool sameCounts = false;
        if (find.step()) {
            samePart = find.bytes(0) == found.part;
            sameCarried = find.bytes(1) == found.carried;
            sameCounts = find.bytes(2) == found.counts;
            find.reset();
        }
        if (samePart && sameCarried && sameCounts) {
            return;
        }
        statements_.putPart.bind(1, context_)
            .bind(2, static_cast<std::int64_t>(stage))
            .bind(3, found.key)
            .bindBytes(4, found.part)
            .bindBytes(5, found.carried)
            .bindBytes(6, found.counts)
            .run();
        if (!samePart) {
            changed_.push_back(found.key);
        }
        if (!sameCarried) {
            for (const std::uint32_t partition : reader_.readersOf(stage)) {
                if (const std::optional<Together> together = togetherOf(partition, found.key)) {
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

    Keys countedKeys() {
        Keys keys;
        Statement all = store_.database().prepare(
            "SELECT key FROM members WHERE context = ?1 AND partition = 0 ORDER BY key");
        all.bind(1, context_);
        while (all.step()) {
            keys.push_back(all.number(0));
        }
        return keys;
    }

    /// Everyone in a set that was decided again.
    Keys reach() {
        std::set<std::int64_t> keys;
        for (std::size_t index = 0; index < keySets_.size(); ++index) {
            if (dirty_[index].all) {
                return countedKeys();
            }
            for (const Together& together : dirty_[index].sets) {
                for (const std::int64_t key : members(index, together)) {
                    keys.insert(key);
                }
            }
        }
        return {keys.begin(), keys.end()};
    }

    /// Whether some rule costs too much in a set of these records; then `over_` says where.
    bool budgetExceeded(const Keys& keys) {
        engine::Budget budget(plan_, static_cast<std::uint32_t>(keys.size()));
        for (std::uint32_t each = 0; each < plan_.classes.size(); ++each) {
            engine::Sets sets;
            std::unordered_map<Together, std::uint32_t> known;
            for (const std::int64_t key : keys) {
                const Together together =
                    togetherOf(reader_.keySetOfClass(each), key).value_or(std::string());
                const auto [place, isNew] = known.try_emplace(together, sets.count);
                sets.count += isNew ? 1 : 0;
                sets.of.push_back(place->second);
            }
            budget.bringTogether(each, std::make_shared<const engine::Sets>(std::move(sets)));
        }
        Statement all = store_.database().prepare(
            "SELECT stage, counts FROM parts WHERE context = ?1 AND stage = ?2 AND key = ?3");
        for (std::uint32_t stage = 0; stage < plan_.stages.size(); ++stage) {
            const std::vector<std::uint32_t>& counted = plan_.stages[stage].counted;
            if (counted.empty()) {
                continue;
            }
            for (std::uint32_t record = 0; record < keys.size(); ++record) {
                all.bind(1, context_).bind(2, std::int64_t{stage}).bind(3, keys[record]);
                if (!all.step()) {
                    continue;
                }
                const auto counts = engine::readCounts(all.bytes(1));
                all.reset();
                if (!counts || counts->size() != counted.size()) {
                    throw StoreFailure(damaged());
                }
                for (std::size_t space = 0; space < counted.size(); ++space) {
                    budget.count(counted[space], record, (*counts)[space]);
                }
            }
        }
        const engine::OverBudget over = budget.over(options_.decide.budget);
        over_.assign(over.size(), {});
        for (std::size_t rule = 0; rule < over.size(); ++rule) {
            for (std::uint32_t record = 0; record < over[rule].size(); ++record) {
                if (over[rule][record] != 0) {
                    over_[rule].insert(keys[record]);
                }
            }
        }
        return !over.empty();
    }

    engine::OverBudget overOf(const Keys& keys) const {
        engine::OverBudget over(over_.size());
        for (std::size_t rule = 0; rule < over_.size(); ++rule) {
            if (std::any_of(keys.begin(), keys.end(), [&](std::int64_t key) {
                    return over_[rule].count(key) != 0;
                })) {
                for (const std::int64_t key : keys) {
                    over[rule].push_back(over_[rule].count(key) != 0 ? 1 : 0);
                }
            }
        }
        return over;
    }

    std::vector<engine::PartView> partsOf(std::int64_t key, Arena& arena) {
        std::vector<engine::PartView> found;
        for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
            Statement& find = statements_.part;
            find.bind(1, context_).bind(2, static_cast<std::int64_t>(stage)).bind(3, key);
            if (find.step()) {
                std::optional<engine::PartView> part =
                    engine::readPart(arena.text(find.bytes(0)), arena);
                find.reset();
                if (!part) {
                    throw StoreFailure(damaged());
                }
                found.push_back(*part);
            }
        }
        return found;
    }

    static Error damaged() {
        return {ErrorCode::Malformed,
                "the store is damaged; restore it from a copy, or feed a new one",
                ""};
    }

    std::shared_ptr<const bytecode::Program> program_;
    Store& store_;
    RunOptions options_;
    Plan plan_;
    Interpreter interpreter_;
    StageReader reader_;
    Statements statements_;
    std::vector<std::vector<Register>> keySets_;
    std::mutex mutex_;  ///< over the store

    std::int64_t context_ = 0;
    std::int64_t former_ = 0;  ///< the feed that the context knows
    std::int64_t feed_ = 0;
    bool complete_ = false;
    bool overBudget_ = false;
    bool open_ = false;

    std::unique_ptr<Holes> holes_;
    std::unique_ptr<engine::HoleIndex> holeIndex_;
    std::vector<Dirty> dirty_;  ///< by key set
    std::vector<std::set<std::int64_t>> over_;
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
