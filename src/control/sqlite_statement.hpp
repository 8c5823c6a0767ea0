#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "control/sqlite_handles.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {

/// What the connection's last call failed with, in words.
[[nodiscard]] StoreError last_store_error(sqlite3* database);

/// One prepared statement. Parameters count from 1 and must outlive the statement's last step, columns count from 0.
class SqliteStatement {
 public:
  static StoreResult<SqliteStatement> prepare(sqlite3* database, std::string_view sql);

  SqliteStatement& bind(int parameter, std::string_view text) noexcept;
  SqliteStatement& bind(int parameter, ByteSpan blob) noexcept;
  SqliteStatement& bind(int parameter, std::int64_t number) noexcept;
  SqliteStatement& bind(int parameter, UnixSeconds time) noexcept;
  /// What is not bound is NULL.
  template <typename T>
  SqliteStatement& bind(int parameter, const std::optional<T>& value) noexcept {
    return value ? bind(parameter, *value) : *this;
  }

  /// True when there is a row to read, false after the last one.
  [[nodiscard]] StoreResult<bool> step();
  /// For statements that change something: how many rows that was.
  [[nodiscard]] StoreResult<int> run();

  [[nodiscard]] bool is_null(int column) noexcept;
  [[nodiscard]] std::string text(int column);
  [[nodiscard]] std::int64_t number(int column) noexcept;
  [[nodiscard]] UnixSeconds time(int column) noexcept;
  /// False when it is not of that length.
  template <std::size_t N>
  [[nodiscard]] bool blob(int column, std::array<std::uint8_t, N>& out) noexcept {
    return copy_blob(column, MutableByteSpan(out));
  }

 private:
  explicit SqliteStatement(StatementHandle handle) noexcept : handle_(std::move(handle)) {}
  [[nodiscard]] sqlite3* database() const noexcept { return sqlite3_db_handle(handle_.get()); }
  void note(int code) noexcept;
  [[nodiscard]] bool copy_blob(int column, MutableByteSpan out) noexcept;

  StatementHandle handle_;
  int bind_failure_ = SQLITE_OK;
};

/// Runs statements that give nothing back.
[[nodiscard]] StoreResult<void> run_script(sqlite3* database, const std::string& sql);
/// The first column of the first row.
[[nodiscard]] StoreResult<std::int64_t> ask_number(sqlite3* database, std::string_view sql);
[[nodiscard]] StoreResult<std::string> ask_text(sqlite3* database, std::string_view sql);

}  // namespace turnpike::control
