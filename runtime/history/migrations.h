#pragma once

#include <array>

namespace proviso::history {

/// What brings a store from version n to n + 1. Never changed once released; tests/history holds a
/// file of each former version.
inline constexpr std::array<const char*, 2> kMigrations = {
    // 0 -> 1
    R"(
CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE feeds(id INTEGER PRIMARY KEY);
CREATE TABLE keys(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE versions(
  key INTEGER NOT NULL, version BLOB NOT NULL, digest BLOB NOT NULL,
  known_on INTEGER, void INTEGER NOT NULL,
  line TEXT NOT NULL, source TEXT NOT NULL, source_line INTEGER NOT NULL, feed INTEGER NOT NULL,
  PRIMARY KEY(key, version, digest)) WITHOUT ROWID;
CREATE INDEX versions_by_feed ON versions(feed, key);
CREATE TABLE holes(
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, key TEXT, known_on INTEGER,
  line BLOB NOT NULL, source TEXT NOT NULL, source_line INTEGER NOT NULL, feed INTEGER NOT NULL);
)",
    // 1 -> 2: decisions
    R"(
CREATE INDEX holes_by_key ON holes(key);
CREATE TABLE contexts(
  id INTEGER PRIMARY KEY, packs TEXT NOT NULL, as_of INTEGER, budget INTEGER NOT NULL,
  feed INTEGER NOT NULL, complete INTEGER NOT NULL, over_budget INTEGER NOT NULL);
CREATE TABLE members(
  context INTEGER NOT NULL, partition INTEGER NOT NULL, key INTEGER NOT NULL, together BLOB NOT NULL,
  PRIMARY KEY(context, partition, key)) WITHOUT ROWID;
CREATE INDEX members_together ON members(context, partition, together, key);
CREATE TABLE parts(
  context INTEGER NOT NULL, stage INTEGER NOT NULL, key INTEGER NOT NULL,
  part BLOB NOT NULL, carried BLOB NOT NULL, counts BLOB NOT NULL,
  PRIMARY KEY(context, stage, key)) WITHOUT ROWID;
)",
};

}  // namespace proviso::history
