#include "runtime/history/database.h"

#include <sqlite3.h>
#include <utility>

namespace proviso::history {

namespace {

/// Texts and blobs live as long as the call that steps, so they are not copied.
sqlite3_destructor_type keep() {
    return nullptr;  // SQLITE_STATIC without its cast
}

constexpr const char* kNotAStore = "the file is not a store of proviso";

}  // namespace

Error errorOf(sqlite3* database, int code) {
    const char* path = database == nullptr ? nullptr : sqlite3_db_filename(database, "main");
    Error error{ErrorCode::CannotWrite, "", path == nullptr ? "" : path};
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        error.code = ErrorCode::Malformed;
        error.message = kNotAStore;
        break;
    case SQLITE_CORRUPT:
        error.code = ErrorCode::Malformed;
        error.message = "the store is damaged; restore it from a copy, or feed a new one";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error.code = ErrorCode::Conflict;
        error.message = "the store is in use by another program";
        break;
    case SQLITE_FULL:
        error.message = "the disk is full";
        break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        error.message = "the store cannot be written";
        break;
    case SQLITE_CANTOPEN:
        error.code = ErrorCode::CannotRead;
        error.message = "the store cannot be opened";
        break;
    case SQLITE_IOERR:
        error.message = "reading or writing the store failed";
        break;
    default:
        error.code = ErrorCode::Internal;
        error.message = std::string("the store failed: ") +
                        (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database));
        break;
    }
    return error;
}

static void check(sqlite3* database, int code) {
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
        throw StoreFailure(errorOf(database, code));
    }
}

Statement::Statement(sqlite3* database, std::string_view text) : database_(database) {
    check(database,
          sqlite3_prepare_v3(database,
                             text.data(),
                             static_cast<int>(text.size()),
                             SQLITE_PREPARE_PERSISTENT,
                             &statement_,
                             nullptr));
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement& Statement::bind(int place, std::int64_t value) {
    check(database_, sqlite3_bind_int64(statement_, place, value));
    return *this;
}

Statement& Statement::bind(int place, std::optional<std::int64_t> value) {
    return value ? bind(place, *value) : bindNull(place);
}

Statement& Statement::bindText(int place, std::string_view value) {
    check(database_,
          sqlite3_bind_text64(statement_,
                              place,
                              value.data() == nullptr ? "" : value.data(),
                              value.size(),
                              keep(),
                              SQLITE_UTF8));
    return *this;
}

Statement& Statement::bindBytes(int place, std::string_view value) {
    check(
        database_,
        sqlite3_bind_blob64(
            statement_, place, value.data() == nullptr ? "" : value.data(), value.size(), keep()));
    return *this;
}

Statement& Statement::bindNull(int place) {
    check(database_, sqlite3_bind_null(statement_, place));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    const bool done = code == SQLITE_DONE;
    if (!done) {
        const Error error = errorOf(database_, code);
        sqlite3_reset(statement_);
        throw StoreFailure(error);
    }
    reset();
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

void Statement::reset() {
    sqlite3_reset(statement_);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view{} : std::string_view{data, size};
}

Database::Database(const std::string& path, Access access, std::int64_t cacheBytes) {
    const int flags = access == Access::ReadOnly ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code =
        sqlite3_open_v2(path.c_str(), &database_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) {
        Error error = errorOf(database_, code);
        error.context = path;
        sqlite3_close(database_);
        database_ = nullptr;
        throw StoreFailure(std::move(error));
    }
    try {
        sqlite3_extended_result_codes(database_, 1);
        execute("PRAGMA cache_size = -" + std::to_string(cacheBytes / 1024));
        execute("PRAGMA temp_store = MEMORY");
        if (access == Access::Temporary) {
            execute("PRAGMA journal_mode = OFF");
            execute("PRAGMA synchronous = OFF");
            execute("PRAGMA locking_mode = EXCLUSIVE");
        } else if (access == Access::ReadWrite) {
            // A program that dies lets go of the lock; one that lives keeps others away.
            execute("PRAGMA locking_mode = EXCLUSIVE");
            execute("PRAGMA journal_mode = WAL");
            execute("PRAGMA synchronous = FULL");
        }
    } catch (...) {
        sqlite3_close(database_);
        throw;
    }
}

Database::~Database() {
    sqlite3_close_v2(database_);
}

void Database::execute(const std::string& text) {
    check(database_, sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr));
}

void Database::rollBack() noexcept {
    // Where it cannot go on SQLite has rolled back by itself.
    const bool isInTransaction = sqlite3_get_autocommit(database_) == 0;
    if (isInTransaction) {
        (void)sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

std::int64_t Database::number(std::string_view query) {
    Statement statement = prepare(query);
    return statement.step() ? statement.number(0) : 0;
}

std::int64_t Database::lastRow() const {
    return sqlite3_last_insert_rowid(database_);
}

}  // namespace proviso::history
