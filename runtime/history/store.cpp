#include "runtime/history/store.h"

#include "runtime/base/digest.h"
#include "runtime/history/migrations.h"

#include <utility>

namespace proviso::history {

struct Store::Statements {
    explicit Statements(Database& database)
        : findKey(database.prepare("SELECT id FROM keys WHERE key = ?1")),
          addKey(database.prepare("INSERT INTO keys(key) VALUES(?1)")),
          keyText(database.prepare("SELECT key FROM keys WHERE id = ?1")),
          sameVersion(database.prepare("SELECT digest, source, source_line FROM versions "
                                       "WHERE key = ?1 AND version = ?2")),
          addVersion(database.prepare(
              "INSERT INTO versions(key, version, digest, known_on, void, line, source, "
              "source_line, feed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")),
          addHole(database.prepare(
              "INSERT INTO holes(digest, key, known_on, line, source, source_line, feed) "
              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(digest) DO NOTHING")),
          versionsOf(database.prepare(
              "SELECT version, void, line, source, source_line FROM versions WHERE key = ?1 AND "
              "(?2 IS NULL OR known_on IS NULL OR known_on <= ?2) ORDER BY version DESC")) {}

    Statement findKey;
    Statement addKey;
    Statement keyText;
    Statement sameVersion;
    Statement addVersion;
    Statement addHole;
    Statement versionsOf;
};

namespace {

StoredLine lineFrom(const Statement& row, int text) {
    return {std::string(row.bytes(text)),
            std::string(row.bytes(text + 1)),
            static_cast<std::uint64_t>(row.number(text + 2))};
}

std::vector<std::int64_t> numbers(Statement& statement) {
    std::vector<std::int64_t> found;
    while (statement.step()) {
        found.push_back(statement.number(0));
    }
    return found;
}

}  // namespace

std::string schemaDigest(const Schema& schema) {
    Sha256 digest;
    const auto addNumber = [&](std::uint64_t value) { digest.addFramed(std::to_string(value)); };
    for (const SchemaSpace& space : schema.spaces) {
        digest.addFramed(space.name);
        addNumber(space.parent);
        for (const std::string& name : space.path) {
            digest.addFramed(name);
        }
        addNumber(space.fields.size());
        for (const SchemaField& field : space.fields) {
            for (const std::string& name : field.path) {
                digest.addFramed(name);
            }
            addNumber(static_cast<std::uint64_t>(field.type.kind));
            addNumber(field.type.scale);
            addNumber(field.required ? 1 : 0);
            if (field.type.kind == TypeKind::Enumeration) {
                for (const std::string& member : schema.enumerations[field.type.ref].members) {
                    digest.addFramed(member);
                }
            }
            if (field.type.kind == TypeKind::Code && !schema.codes[field.type.ref].open) {
                for (const std::string& member : schema.codes[field.type.ref].members) {
                    digest.addFramed(member);
                }
            }
        }
    }
    addNumber(schema.keyField);
    for (const std::uint32_t field : schema.correctedBy) {
        addNumber(field);
    }
    addNumber(schema.voidedBy);
    return digest.finish();
}

Store::Store(const std::string& path, Database::Access access, const Options& options)
    : database_(path, access, options.cacheBytes) {}

Result<std::unique_ptr<Store>>
Store::open(const std::string& path, const Schema& schema, const Options& options) {
    try {
        const Database::Access access = options.temporary  ? Database::Access::Temporary
                                        : options.readOnly ? Database::Access::ReadOnly
                                                           : Database::Access::ReadWrite;
        std::unique_ptr<Store> store(new Store(path, access, options));
        store->prepareSchema(schema, options.readOnly);
        store->statements_ = std::make_shared<Statements>(store->database_);
        return store;
    } catch (const StoreFailure& failure) {
        Error error = failure.error();
        error.context = path;
        return error;
    }
}

void Store::prepareSchema(const Schema& schema, bool readOnly) {
    const std::int64_t application = database_.number("PRAGMA application_id");
    const std::int64_t version = database_.number("PRAGMA user_version");
    const bool isEmpty = database_.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!isEmpty && application != kApplicationId) {
        throw StoreFailure({ErrorCode::Malformed, "the file is not a store of proviso", ""});
    }
    if (version > kStoreVersion) {
        throw StoreFailure({ErrorCode::UnsupportedVersion,
                            "the store was made by a later version of proviso (form " +
                                std::to_string(version) + ", known up to " +
                                std::to_string(kStoreVersion) + ")",
                            ""});
    }
    if (!isEmpty) {
        Statement check = database_.prepare("PRAGMA quick_check(1)");
        if (!check.step() || check.bytes(0) != "ok") {
            throw StoreFailure({ErrorCode::Malformed,
                                "the store is damaged; restore it from a copy, or feed a new one",
                                ""});
        }
        check.reset();
    }
    const std::string digest = schemaDigest(schema);
    if (version < kStoreVersion) {
        if (readOnly) {
            throw StoreFailure(
                {ErrorCode::CannotWrite, "the store has to be brought to this version first", ""});
        }
        begin();
        try {
            migrate(version);
            Statement add = database_.prepare(
                "INSERT INTO settings(name, value) VALUES('schema', ?1) ON CONFLICT DO NOTHING");
            add.bindText(1, digest).run();
            commit();
        } catch (...) {
            rollBack();
            throw;
        }
    }
    Statement known = database_.prepare("SELECT value FROM settings WHERE name = 'schema'");
    if (!known.step() || known.bytes(0) != digest) {
        throw StoreFailure({ErrorCode::DigestMismatch,
                            "the store holds records of another form than these packs declare; "
                            "feed a new store",
                            ""});
    }
    known.reset();
}

void Store::migrate(std::int64_t from) {
    for (std::int64_t version = from; version < kStoreVersion; ++version) {
        database_.execute(kMigrations[static_cast<std::size_t>(version)]);
    }
    database_.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    database_.execute("PRAGMA user_version = " + std::to_string(kStoreVersion));
}

std::int64_t Store::beginFeed() {
    database_.prepare("INSERT INTO feeds DEFAULT VALUES").run();
    feed_ = database_.lastRow();
    return feed_;
}

std::int64_t Store::lastFeed() {
    return database_.number("SELECT coalesce(max(id), 0) FROM feeds");
}

Added Store::add(const NewVersion& version, StoredLine* other) {
    Statements& own = *statements_;
    std::int64_t key = 0;
    own.findKey.bindText(1, version.key);
    if (own.findKey.step()) {
        key = own.findKey.number(0);
        own.findKey.reset();
    } else {
        own.addKey.bindText(1, version.key).run();
        key = database_.lastRow();
    }
    own.sameVersion.bind(1, key).bindBytes(2, version.version);
    bool isConflict = false;
    while (own.sameVersion.step()) {
        if (own.sameVersion.bytes(0) == version.digest) {
            own.sameVersion.reset();
            return isConflict ? Added::Conflict : Added::Known;
        }
        isConflict = true;
        if (other != nullptr) {
            other->source = std::string(own.sameVersion.bytes(1));
            other->number = static_cast<std::uint64_t>(own.sameVersion.number(2));
        }
    }
    own.addVersion.bind(1, key)
        .bindBytes(2, version.version)
        .bindBytes(3, version.digest)
        .bind(4, version.knownOn)
        .bind(5, std::int64_t{version.isVoid ? 1 : 0})
        .bindText(6, version.line.text)
        .bindText(7, version.line.source)
        .bind(8, static_cast<std::int64_t>(version.line.number))
        .bind(9, feed_)
        .run();
    return isConflict ? Added::Conflict : Added::New;
}

Added Store::add(const NewHole& hole) {
    Statements& own = *statements_;
    const std::string digest = sha256(hole.line.text);
    const std::int64_t before = database_.number("SELECT total_changes()");
    own.addHole.bindBytes(1, digest);
    if (hole.key) {
        own.addHole.bindText(2, *hole.key);
    } else {
        own.addHole.bindNull(2);
    }
    own.addHole.bind(3, hole.knownOn)
        .bindBytes(4, hole.line.text)
        .bindText(5, hole.line.source)
        .bind(6, static_cast<std::int64_t>(hole.line.number))
        .bind(7, feed_)
        .run();
    return database_.number("SELECT total_changes()") == before ? Added::Known : Added::New;
}

std::string Store::keyText(std::int64_t key) {
    Statement& find = statements_->keyText;
    find.bind(1, key);
    std::string text = find.step() ? std::string(find.bytes(0)) : std::string();
    find.reset();
    return text;
}

std::optional<std::int64_t> Store::findKey(std::string_view key) {
    Statement& find = statements_->findKey;
    find.bindText(1, key);
    std::optional<std::int64_t> found;
    if (find.step()) {
        found = find.number(0);
        find.reset();
    }
    return found;
}

void Store::forEachLine(const std::function<void(StoredLine&&)>& take) {
    Statement lines = database_.prepare("SELECT line, source, source_line FROM versions UNION ALL "
                                        "SELECT line, source, source_line FROM holes");
    while (lines.step()) {
        take(lineFrom(lines, 0));
    }
}

Standing Store::standing(std::int64_t key, std::optional<std::int64_t> asOf) {
    Statement& find = statements_->versionsOf;
    find.bind(1, key).bind(2, asOf);
    Standing standing;
    std::string version;
    bool isVoid = false;
    std::vector<StoredLine> lines;
    while (find.step()) {
        if (!lines.empty() && find.bytes(0) != version) {
            find.reset();
            break;
        }
        version = std::string(find.bytes(0));
        isVoid = find.number(1) != 0;
        lines.push_back(lineFrom(find, 2));
    }
    if (lines.size() > 1) {
        standing.inConflict = std::move(lines);
    } else if (lines.size() == 1 && !isVoid) {
        standing.record = std::move(lines.front());
    }
    return standing;
}

std::vector<std::int64_t> Store::touchedAfter(std::int64_t feed) {
    Statement find =
        database_.prepare("SELECT DISTINCT key FROM versions WHERE feed > ?1 ORDER BY key");
    find.bind(1, feed);
    return numbers(find);
}

std::vector<std::int64_t> Store::allKeys() {
    Statement find = database_.prepare("SELECT id FROM keys ORDER BY key");
    return numbers(find);
}

std::vector<std::int64_t> Store::keysInConflict() {
    Statement find = database_.prepare(
        "SELECT DISTINCT key FROM (SELECT key FROM versions GROUP BY key, version "
        "HAVING count(*) > 1)");
    return numbers(find);
}

std::vector<StoredLine> Store::openHoles(std::optional<std::int64_t> asOf) {
    Statement find = database_.prepare(
        "SELECT h.line, h.source, h.source_line, k.id FROM holes h LEFT JOIN keys k "
        "ON k.key = h.key WHERE ?1 IS NULL OR h.known_on IS NULL OR h.known_on <= ?1 "
        "ORDER BY h.id");
    find.bind(1, asOf);
    std::vector<StoredLine> open;
    while (find.step()) {
        if (!find.isNull(3)) {
            // A record with the key that is known by then, whole or void, closes the hole.
            Statement known =
                database_.prepare("SELECT 1 FROM versions WHERE key = ?1 AND "
                                  "(?2 IS NULL OR known_on IS NULL OR known_on <= ?2) LIMIT 1");
            known.bind(1, find.number(3)).bind(2, asOf);
            const bool isKnown = known.step();
            known.reset();
            if (isKnown && standing(find.number(3), asOf).inConflict.empty()) {
                continue;
            }
        }
        open.push_back(lineFrom(find, 0));
    }
    return open;
}

std::vector<StoredLine> Store::holesChangedAfter(std::int64_t feed) {
    Statement find = database_.prepare(
        "SELECT line, source, source_line FROM holes WHERE feed > ?1 OR key IN "
        "(SELECT k.key FROM versions v JOIN keys k ON k.id = v.key WHERE v.feed > ?1)");
    find.bind(1, feed);
    std::vector<StoredLine> changed;
    while (find.step()) {
        changed.push_back(lineFrom(find, 0));
    }
    return changed;
}

}  // namespace proviso::history
