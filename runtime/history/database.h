#pragma once

#include "runtime/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// The little of SQLite that stores use.
namespace proviso::history {

/// A store that cannot be read or written any further: a full disk, a damaged file. Thrown inside
/// this room and turned into an Error where it is left.
class StoreFailure : public std::runtime_error {
  public:
    explicit StoreFailure(Error error)
        : std::runtime_error(error.message), error_(std::move(error)) {}
    const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

/// One prepared statement. `bind` counts from 1, columns from 0. Not thread-safe.
class Statement {
  public:
    Statement(sqlite3* database, std::string_view text);
    ~Statement();
    Statement(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    Statement& operator=(Statement&&) = delete;

    Statement& bind(int place, std::int64_t value);
    Statement& bind(int place, std::optional<std::int64_t> value);
    Statement& bindText(int place, std::string_view value);
    Statement& bindBytes(int place, std::string_view value);
    Statement& bindNull(int place);

    /// Whether there is another row; resets the statement after the last.
    bool step();
    /// For statements without rows.
    void run();
    void reset();

    std::int64_t number(int column) const;
    bool isNull(int column) const;
    /// Texts and bytes alike; lives until the next step.
    std::string_view bytes(int column) const;

  private:
    sqlite3* database_;
    sqlite3_stmt* statement_ = nullptr;
};

/// One open file. Not thread-safe.
class Database {
  public:
    enum class Access : std::uint8_t {
        ReadWrite,
        ReadOnly,
        Temporary  ///< a file of one run, which need not survive it
    };

    /// Throws StoreFailure.
    Database(const std::string& path, Access access, std::int64_t cacheBytes);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Statement prepare(std::string_view text) { return {database_, text}; }
    void execute(const std::string& text);
    /// For those who are telling of a failure already. A transaction that cannot even be rolled
    /// back stays open, which whoever begins the next one is told.
    void rollBack() noexcept;
    std::int64_t number(std::string_view query);
    std::int64_t lastRow() const;

  private:
    sqlite3* database_ = nullptr;
};

/// What to tell people of a result code of SQLite.
Error errorOf(sqlite3* database, int code);

}  // namespace proviso::history
