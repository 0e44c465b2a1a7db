-- The form of stores of version 1, as it was released.
PRAGMA application_id = 1347573331;
PRAGMA user_version = 1;
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
