#include "turnpike/control/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "control/sqlite_statement.hpp"
#include "control/store_file.hpp"

namespace turnpike::control {
namespace {

/// More rows than this are nobody's; bounds what a strange file makes us keep.
constexpr std::size_t kMaxRows = 1'000'000;

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string show_scopes(const ScopeSet& scopes) {
  std::vector<std::string> names;
  for (const Scope scope : kScopes) {
    if (scopes.contains(scope)) names.emplace_back(name_of(scope));
  }
  return join(names);
}

/// A scope that this version does not know grants nothing.
ScopeSet read_scopes(const std::string& text) {
  ScopeSet scopes;
  for (const std::string& name : split_words(text)) {
    if (const auto scope = parse_scope(name)) scopes.add(*scope);
  }
  return scopes;
}

std::optional<ApiKey> read_key(SqliteStatement& row) {
  ApiKey key;
  key.id = row.text(0);
  key.grant.name = row.text(1);
  key.grant.scopes = read_scopes(row.text(2));
  if (!row.is_null(3)) key.grant.ttl_cap = Seconds{row.number(3)};
  key.grant.origins = split_words(row.text(4));
  if (!row.blob(5, key.salt) || !row.blob(6, key.hash)) return std::nullopt;
  key.created = row.time(7);
  if (!row.is_null(8)) key.revoked = row.time(8);
  return key;
}

std::optional<StoredUser> read_user(SqliteStatement& row) {
  StoredUser user{.name = row.text(0), .realm = row.text(1), .created = row.time(4)};
  if (!row.blob(2, user.md5) || !row.blob(3, user.sha256)) return std::nullopt;
  return user;
}

std::optional<StoredRevocation> read_revocation(SqliteStatement& row) {
  return StoredRevocation{row.text(0), row.time(1)};
}

template <typename T>
StoreResult<std::vector<T>> read_rows(SqliteStatement& statement, std::optional<T> (*read)(SqliteStatement&)) {
  std::vector<T> rows;
  while (rows.size() < kMaxRows) {
    const StoreResult<bool> stepped = statement.step();
    if (!stepped) return stepped.error();
    if (!*stepped) return rows;
    std::optional<T> row = read(statement);
    if (!row) return StoreError{"a row holds what was never written there"};
    rows.push_back(std::move(*row));
  }
  return StoreError{fmt::format("more than {} rows", kMaxRows)};
}

}  // namespace

void throw_exception_from_error(const StoreError& error, const boost::source_location& /*where*/) {
  throw std::runtime_error(error.message);
}

struct Store::State {
  std::string path;
  DatabaseHandle database;

  StoreError explain(const StoreError& error) const {
    return {fmt::format("{}: {}", path, error.message), error.is_busy};
  }

  template <typename T, typename Bind>
  StoreResult<std::vector<T>> list(std::string_view sql, std::optional<T> (*read)(SqliteStatement&), Bind bind) const {
    auto statement = SqliteStatement::prepare(database.get(), sql);
    if (!statement) return explain(statement.error());
    bind(*statement);
    auto rows = read_rows<T>(*statement, read);
    if (!rows) return explain(rows.error());
    return rows;
  }

  /// Whether a row was changed.
  template <typename Bind>
  StoreResult<bool> change(std::string_view sql, Bind bind) {
    auto statement = SqliteStatement::prepare(database.get(), sql);
    if (!statement) return explain(statement.error());
    bind(*statement);
    const StoreResult<int> changed = statement->run();
    if (!changed) return explain(changed.error());
    return *changed != 0;
  }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

StoreResult<std::unique_ptr<Store>> Store::open(const std::string& path, const Options& options) {
  StoreResult<DatabaseHandle> database = open_store_file(path, options);
  if (!database) return database.error();
  auto state = std::make_unique<State>();
  state->path = path;
  state->database = std::move(*database);
  return std::make_unique<Store>(std::move(state));
}

StoreResult<std::int64_t> Store::version() {
  const StoreResult<std::int64_t> version = ask_number(state_->database.get(), "PRAGMA data_version");
  if (!version) return state_->explain(version.error());
  return *version;
}

StoreResult<std::vector<ApiKey>> Store::keys() {
  return state_->list<ApiKey>(
      "SELECT id, name, scopes, ttl_cap, origins, salt, hash, created, revoked FROM api_keys ORDER BY name, created, "
      "id",
      read_key, [](SqliteStatement&) {});
}

StoreResult<bool> Store::add_key(const ApiKey& key) {
  const std::string scopes = show_scopes(key.grant.scopes);
  const std::string origins = join(key.grant.origins);
  std::optional<std::int64_t> cap;
  if (key.grant.ttl_cap) cap = key.grant.ttl_cap->count();
  return state_->change(
      "INSERT INTO api_keys (id, name, scopes, ttl_cap, origins, salt, hash, created, revoked) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
      [&](SqliteStatement& insert) {
        insert.bind(1, key.id).bind(2, key.grant.name).bind(3, scopes).bind(4, cap).bind(5, origins);
        insert.bind(6, ByteSpan(key.salt)).bind(7, ByteSpan(key.hash)).bind(8, key.created).bind(9, key.revoked);
      });
}

StoreResult<bool> Store::revoke_key(std::string_view id_or_name, UnixSeconds now) {
  return state_->change(
      "UPDATE api_keys SET revoked = ?2 WHERE id = (SELECT id FROM api_keys WHERE (id = ?1 OR name = ?1) "
      "AND revoked IS NULL ORDER BY id = ?1 DESC LIMIT 1)",
      [&](SqliteStatement& update) { update.bind(1, id_or_name).bind(2, now); });
}

StoreResult<std::vector<StoredUser>> Store::users() {
  return state_->list<StoredUser>("SELECT name, realm, md5, sha256, created FROM users ORDER BY name", read_user,
                                  [](SqliteStatement&) {});
}

StoreResult<bool> Store::add_user(const StoredUser& user) {
  return state_->change(
      "INSERT INTO users (name, realm, md5, sha256, created) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
      [&](SqliteStatement& insert) {
        insert.bind(1, user.name).bind(2, user.realm).bind(3, ByteSpan(user.md5)).bind(4, ByteSpan(user.sha256));
        insert.bind(5, user.created);
      });
}

StoreResult<bool> Store::change_user(const StoredUser& user) {
  return state_->change("UPDATE users SET realm = ?2, md5 = ?3, sha256 = ?4 WHERE name = ?1",
                        [&](SqliteStatement& update) {
                          update.bind(1, user.name).bind(2, user.realm);
                          update.bind(3, ByteSpan(user.md5)).bind(4, ByteSpan(user.sha256));
                        });
}

StoreResult<bool> Store::delete_user(std::string_view name) {
  return state_->change("DELETE FROM users WHERE name = ?1",
                        [&](SqliteStatement& statement) { statement.bind(1, name); });
}

StoreResult<std::vector<StoredRevocation>> Store::revocations(UnixSeconds now) {
  const auto bind_now = [now](SqliteStatement& statement) { statement.bind(1, now); };
  auto rows = state_->list<StoredRevocation>(
      "SELECT username, expiry FROM revocations WHERE expiry > ?1 ORDER BY expiry, username LIMIT 65536",
      read_revocation, bind_now);
  if (!rows) return rows;
  auto expired =
      SqliteStatement::prepare(state_->database.get(), "SELECT 1 FROM revocations WHERE expiry <= ?1 LIMIT 1");
  if (!expired) return rows;
  bind_now(*expired);
  const StoreResult<bool> has_expired = expired->step();
  // Tidying up: when it cannot be done now, the next call will do it.
  if (has_expired && *has_expired) {
    expired = StoreError{};  // gives the read lock back
    static_cast<void>(state_->change("DELETE FROM revocations WHERE expiry <= ?1", bind_now));
  }
  return rows;
}

StoreResult<void> Store::add_revocation(const StoredRevocation& revocation) {
  const StoreResult<bool> added = state_->change(
      "INSERT INTO revocations (username, expiry) VALUES (?1, ?2) "
      "ON CONFLICT DO UPDATE SET expiry = max(expiry, excluded.expiry)",
      [&](SqliteStatement& insert) { insert.bind(1, revocation.username).bind(2, revocation.expiry); });
  if (!added) return added.error();
  return {};
}

}  // namespace turnpike::control
