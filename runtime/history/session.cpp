#include "runtime/history/session.h"

#include <utility>

namespace proviso::history {

namespace {

/// Where SQLite keeps a database that has no file.
constexpr const char* kInMemory = ":memory:";

Result<std::unique_ptr<Store>> openStore(const std::string& path, const Schema& schema) {
    return Store::open(path, schema, {});
}

/// The same records for packs that declare others: what was rejected may fit now, and the reverse.
Result<std::unique_ptr<Store>> refed(Store& from, const bytecode::Program& program) {
    Result<std::unique_ptr<Store>> store = openStore(kInMemory, program.schema);
    if (!store) {
        return store;
    }
    constexpr std::size_t kRefedAtOnce = 5000;
    Feeder feeder(program, **store, 0);
    std::vector<Feeder::Line> lines;
    Result<void> fed;
    const auto put = [&] {
        if (fed) {
            fed = feeder.addLines("earlier", lines);
        }
        lines.clear();
    };
    from.forEachLine([&](StoredLine&& line) {
        lines.push_back({lines.size() + 1, std::move(line.text), false});
        if (lines.size() == kRefedAtOnce) {
            put();
        }
    });
    put();
    return fed ? std::move(store) : Result<std::unique_ptr<Store>>(fed.error());
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(std::shared_ptr<const bytecode::Program> program,
                                               RunOptions options,
                                               const std::string& path) {
    std::unique_ptr<Session> session(
        new Session(std::move(program), std::move(options), path.empty()));
    Result<std::unique_ptr<Store>> store =
        openStore(path.empty() ? kInMemory : path, session->program_->schema);
    if (!store) {
        return store.error();
    }
    session->store_ = std::move(*store);
    try {
        session->decider_ =
            std::make_unique<Decider>(session->program_, *session->store_, session->options_);
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return session;
}

Result<FeedReport> Session::feed(const std::string& source,
                                 const std::vector<Feeder::Line>& lines) {
    Feeder feeder(*program_, *store_);
    const Result<void> added = feeder.addLines(source, lines);
    if (!added) {
        return added.error();
    }
    return feeder.report();
}

Result<bool> Session::decide(bool all, const BlockSink& sink) {
    const Result<DecideCounts> updated = decider_->update();
    if (!updated) {
        return updated.error();
    }
    Result<bool> told = decider_->tell(all, sink);
    if (!told || !*told) {
        decider_->rollBack();
        return told;
    }
    gone_ = decider_->gone();
    const Result<void> committed = decider_->commit();
    return committed ? Result<bool>(true) : Result<bool>(committed.error());
}

Result<void> Session::use(std::shared_ptr<const bytecode::Program> program) {
    if (program->digest == program_->digest) {
        program_ = std::move(program);
        return {};
    }
    try {
        std::unique_ptr<Store> other;
        if (schemaDigest(program->schema) != schemaDigest(program_->schema)) {
            if (!inMemory_) {
                return Error{ErrorCode::DigestMismatch,
                             "the packs declare records of another form than the store holds",
                             ""};
            }
            Result<std::unique_ptr<Store>> store = refed(*store_, *program);
            if (!store) {
                return store.error();
            }
            other = std::move(*store);
        }
        auto decider = std::make_unique<Decider>(program, other ? *other : *store_, options_);
        if (const Result<DecideCounts> updated = decider->update(); !updated) {
            return updated.error();
        }
        if (const Result<void> committed = decider->commit(); !committed) {
            return committed;
        }
        decider_ = std::move(decider);
        if (other) {
            store_ = std::move(other);
        }
        program_ = std::move(program);
    } catch (const StoreFailure& failure) {
        return failure.error();
    }
    return {};
}

std::string lineOfKey(Store& store, std::string_view key, std::optional<std::int64_t> asOf) {
    const std::optional<std::int64_t> id = store.findKey(key);
    std::optional<StoredLine> line = id ? store.standing(*id, asOf).record : std::nullopt;
    return line ? std::move(line->text) : std::string();
}

}  // namespace proviso::history
