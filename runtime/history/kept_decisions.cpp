#include "runtime/history/kept_decisions.h"

namespace proviso::history {

KeptDecisions::Statements::Statements(Database& database)
    : membersOf(database.prepare(
          "SELECT key FROM members WHERE context = ?1 AND partition = ?2 AND together = ?3")),
      togetherOf(database.prepare(
          "SELECT together FROM members WHERE context = ?1 AND partition = ?2 AND key = ?3")),
      putMember(database.prepare("INSERT OR REPLACE INTO members(context, partition, key, "
                                 "together) VALUES(?1, ?2, ?3, ?4)")),
      dropMember(database.prepare(
          "DELETE FROM members WHERE context = ?1 AND partition = ?2 AND key = ?3")),
      part(database.prepare("SELECT part, carried, counts FROM parts WHERE context = ?1 "
                            "AND stage = ?2 AND key = ?3")),
      counts(database.prepare(
          "SELECT counts FROM parts WHERE context = ?1 AND stage = ?2 AND key = ?3")),
      putPart(database.prepare("INSERT OR REPLACE INTO parts(context, stage, key, part, "
                               "carried, counts) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")),
      dropPart(
          database.prepare("DELETE FROM parts WHERE context = ?1 AND stage = ?2 AND key = ?3")) {}

KeptDecisions::KeptDecisions(Store& store)
    : database_(store.database()), statements_(store.database()) {}

void KeptDecisions::open(std::string_view packSet, const DecideOptions& options) {
    context_ = feed_ = 0;
    isComplete_ = wasOverBudget_ = false;
    Statement old = database_.prepare("SELECT id FROM contexts WHERE packs <> ?1");
    old.bindText(1, packSet);
    Keys stale;
    while (old.step()) {
        stale.push_back(old.number(0));
    }
    for (const std::int64_t id : stale) {
        clear(id);
        database_.prepare("DELETE FROM contexts WHERE id = ?1").bind(1, id).run();
    }
    Statement find = database_.prepare("SELECT id, feed, complete, over_budget FROM contexts "
                                       "WHERE as_of IS ?1 AND budget = ?2");
    find.bind(1, options.asOf).bind(2, options.budget);
    if (find.step()) {
        context_ = find.number(0);
        feed_ = find.number(1);
        isComplete_ = find.number(2) != 0;
        wasOverBudget_ = find.number(3) != 0;
        return;
    }
    database_
        .prepare("INSERT INTO contexts(packs, as_of, budget, feed, complete, over_budget) "
                 "VALUES(?1, ?2, ?3, 0, 0, 0)")
        .bindText(1, packSet)
        .bind(2, options.asOf)
        .bind(3, options.budget)
        .run();
    context_ = database_.lastRow();
}

void KeptDecisions::finish(std::int64_t feed, bool overBudget) {
    Statement done = database_.prepare(
        "UPDATE contexts SET feed = ?2, complete = 1, over_budget = ?3 WHERE id = ?1");
    done.bind(1, context_).bind(2, feed).bind(3, std::int64_t{overBudget ? 1 : 0}).run();
}

void KeptDecisions::clear(std::int64_t context) {
    for (const char* table : {"members", "parts"}) {
        Statement drop =
            database_.prepare(std::string("DELETE FROM ") + table + " WHERE context = ?1");
        drop.bind(1, context).run();
    }
}

std::optional<std::string>
KeptDecisions::bytes(Statement& find, std::size_t of, std::int64_t key) const {
    find.bind(1, context_).bind(2, static_cast<std::int64_t>(of)).bind(3, key);
    if (!find.step()) {
        return std::nullopt;
    }
    std::string found(find.bytes(0));
    find.reset();
    return found;
}

std::optional<Together> KeptDecisions::togetherOf(std::size_t by, std::int64_t key) {
    return bytes(statements_.togetherOf, by, key);
}

void KeptDecisions::putTogether(std::size_t by, std::int64_t key, const Together& together) {
    statements_.putMember.bind(1, context_)
        .bind(2, static_cast<std::int64_t>(by))
        .bind(3, key)
        .bindBytes(4, together)
        .run();
}

void KeptDecisions::drop(std::size_t by, std::int64_t key) {
    statements_.dropMember.bind(1, context_)
        .bind(2, static_cast<std::int64_t>(by))
        .bind(3, key)
        .run();
}

Keys KeptDecisions::members(std::size_t by, const Together& together) {
    Statement& find = statements_.membersOf;
    find.bind(1, context_).bind(2, static_cast<std::int64_t>(by)).bindBytes(3, together);
    Keys keys;
    while (find.step()) {
        keys.push_back(find.number(0));
    }
    return keys;
}

std::vector<Keys> KeptDecisions::sets(std::size_t by) {
    Statement all =
        database_.prepare("SELECT together, key FROM members WHERE context = ?1 AND partition = ?2 "
                          "ORDER BY together");
    all.bind(1, context_).bind(2, static_cast<std::int64_t>(by));
    std::vector<Keys> sets;
    Together last;
    while (all.step()) {
        if (sets.empty() || all.bytes(0) != last) {
            sets.emplace_back();
            last = std::string(all.bytes(0));
        }
        sets.back().push_back(all.number(1));
    }
    return sets;
}

Keys KeptDecisions::all() {
    Keys keys;
    Statement all = database_.prepare(
        "SELECT key FROM members WHERE context = ?1 AND partition = 0 ORDER BY key");
    all.bind(1, context_);
    while (all.step()) {
        keys.push_back(all.number(0));
    }
    return keys;
}

std::uint64_t KeptDecisions::count() {
    Statement all =
        database_.prepare("SELECT count(*) FROM members WHERE context = ?1 AND partition = 0");
    all.bind(1, context_);
    return all.step() ? static_cast<std::uint64_t>(all.number(0)) : 0;
}

std::optional<KeptPart> KeptDecisions::part(std::size_t stage, std::int64_t key) {
    Statement& find = statements_.part;
    find.bind(1, context_).bind(2, static_cast<std::int64_t>(stage)).bind(3, key);
    if (!find.step()) {
        return std::nullopt;
    }
    KeptPart part{
        std::string(find.bytes(0)), std::string(find.bytes(1)), std::string(find.bytes(2))};
    find.reset();
    return part;
}

std::optional<std::string> KeptDecisions::counts(std::size_t stage, std::int64_t key) {
    return bytes(statements_.counts, stage, key);
}

void KeptDecisions::put(std::size_t stage, std::int64_t key, const KeptPart& part) {
    statements_.putPart.bind(1, context_)
        .bind(2, static_cast<std::int64_t>(stage))
        .bind(3, key)
        .bindBytes(4, part.part)
        .bindBytes(5, part.carried)
        .bindBytes(6, part.counts)
        .run();
}

void KeptDecisions::dropPart(std::size_t stage, std::int64_t key) {
    statements_.dropPart.bind(1, context_)
        .bind(2, static_cast<std::int64_t>(stage))
        .bind(3, key)
        .run();
}

}  // namespace proviso::history
