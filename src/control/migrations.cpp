#include "control/migrations.hpp"

#include <fmt/format.h>

#include <array>

#include "control/sqlite_statement.hpp"

namespace turnpike::control {
namespace {

constexpr std::array<std::string_view, 1> kMigrations{
    R"(CREATE TABLE api_keys (
         id TEXT PRIMARY KEY,
         name TEXT NOT NULL,
         scopes TEXT NOT NULL,   -- names, with spaces between
         ttl_cap INTEGER,        -- seconds
         origins TEXT NOT NULL,  -- with spaces between
         salt BLOB NOT NULL,
         hash BLOB NOT NULL,     -- SHA-256(salt | key)
         created INTEGER NOT NULL,  -- this and all times: seconds since 1970
         revoked INTEGER
       ) STRICT;
       CREATE UNIQUE INDEX api_keys_by_name ON api_keys (name) WHERE revoked IS NULL;
       CREATE TABLE users (
         name TEXT PRIMARY KEY,
         realm TEXT NOT NULL,
         md5 BLOB NOT NULL,     -- of NAME:REALM:PASSWORD, as is sha256
         sha256 BLOB NOT NULL,
         created INTEGER NOT NULL
       ) STRICT;
       CREATE TABLE revocations (
         username TEXT PRIMARY KEY,
         expiry INTEGER NOT NULL
       ) STRICT;
       CREATE INDEX revocations_by_expiry ON revocations (expiry);)",
};

StoreResult<void> apply_missing(sqlite3* database, std::span<const std::string_view> migrations) {
  const StoreResult<std::int64_t> version = ask_number(database, "PRAGMA user_version");
  if (!version) return version.error();
  const auto target = static_cast<std::int64_t>(migrations.size());
  if (*version < 0 || *version > target) {
    return StoreError{
        fmt::format("the database is of version {}, this turnpike knows versions up to {}", *version, target)};
  }
  for (auto next = static_cast<std::size_t>(*version); next < migrations.size(); ++next) {
    if (auto applied = run_script(database, std::string(migrations[next])); !applied) return applied;
  }
  return run_script(database,
                    fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, target));
}

}  // namespace

std::span<const std::string_view> store_migrations() noexcept { return kMigrations; }

StoreResult<void> migrate(sqlite3* database, std::span<const std::string_view> migrations) {
  // What is up to date is not locked: a server must be able to read while somebody else writes.
  const StoreResult<std::int64_t> version = ask_number(database, "PRAGMA user_version");
  if (!version) return version.error();
  const StoreResult<std::int64_t> application = ask_number(database, "PRAGMA application_id");
  if (!application) return application.error();
  if (*version == static_cast<std::int64_t>(migrations.size()) && *application == kApplicationId) return {};
  if (auto begun = run_script(database, "BEGIN IMMEDIATE"); !begun) return begun;
  StoreResult<void> applied = apply_missing(database, migrations);
  if (applied) applied = run_script(database, "COMMIT");
  // Of a transaction that an error has ended already this fails, to no harm.
  if (!applied) static_cast<void>(run_script(database, "ROLLBACK"));
  return applied;
}

}  // namespace turnpike::control
