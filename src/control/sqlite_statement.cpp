#include "control/sqlite_statement.hpp"

#include <algorithm>

namespace turnpike::control {

StoreError last_store_error(sqlite3* database) {
  const int code = sqlite3_errcode(database);
  const bool is_busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
  if (is_busy) return {"another process holds the database", true};
  return {sqlite3_errmsg(database), false};
}

StoreResult<SqliteStatement> SqliteStatement::prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return last_store_error(database);
  return SqliteStatement(StatementHandle(statement));
}

void SqliteStatement::note(int code) noexcept {
  if (bind_failure_ == SQLITE_OK) bind_failure_ = code;
}

// A null destructor tells SQLite that what is bound stays where it is (SQLITE_STATIC); a null pointer would mean NULL.
SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) noexcept {
  note(sqlite3_bind_text64(handle_.get(), parameter, text.empty() ? "" : text.data(), text.size(), nullptr,
                           SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, ByteSpan blob) noexcept {
  note(sqlite3_bind_blob64(handle_.get(), parameter, blob.empty() ? "" : as_text(blob).data(), blob.size(), nullptr));
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t number) noexcept {
  note(sqlite3_bind_int64(handle_.get(), parameter, number));
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, UnixSeconds time) noexcept {
  return bind(parameter, std::int64_t{time.time_since_epoch().count()});
}

StoreResult<bool> SqliteStatement::step() {
  if (bind_failure_ != SQLITE_OK) return StoreError{sqlite3_errstr(bind_failure_)};
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return last_store_error(database());
}

StoreResult<int> SqliteStatement::run() {
  const StoreResult<bool> stepped = step();
  if (!stepped) return stepped.error();
  return sqlite3_changes(database());
}

bool SqliteStatement::is_null(int column) noexcept { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

std::string SqliteStatement::text(int column) {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return bytes == nullptr ? std::string{} : std::string(static_cast<const char*>(bytes), size);
}

std::int64_t SqliteStatement::number(int column) noexcept { return sqlite3_column_int64(handle_.get(), column); }

UnixSeconds SqliteStatement::time(int column) noexcept { return UnixSeconds{Seconds{number(column)}}; }

bool SqliteStatement::copy_blob(int column, MutableByteSpan out) noexcept {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  if (bytes == nullptr || size != out.size()) return false;
  std::copy_n(static_cast<const std::uint8_t*>(bytes), size, out.begin());
  return true;
}

StoreResult<void> run_script(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return last_store_error(database);
  return {};
}

StoreResult<std::int64_t> ask_number(sqlite3* database, std::string_view sql) {
  auto statement = SqliteStatement::prepare(database, sql);
  if (!statement) return statement.error();
  const StoreResult<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->number(0) : 0;
}

StoreResult<std::string> ask_text(sqlite3* database, std::string_view sql) {
  auto statement = SqliteStatement::prepare(database, sql);
  if (!statement) return statement.error();
  const StoreResult<bool> row = statement->step();
  if (!row) return row.error();
  return {boost::system::in_place_value, *row ? statement->text(0) : std::string{}};
}

}  // namespace turnpike::control
