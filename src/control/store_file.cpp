#include "control/store_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>

#include "control/migrations.hpp"
#include "control/sqlite_statement.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::control {
namespace {

/// What a server of many thousand revocations has is looked through in milliseconds.
constexpr std::int64_t kMostChecked = 16LL << 20U;

StoreError system_error(std::string_view what) {
  return {fmt::format("{}: {}", what, error_code(errno, boost::system::system_category()).message())};
}

/// The folder's owner is who the server runs as. A file that root made for it would be closed to it.
bool give_to_owner_of_folder(const std::string& path, int file) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) return false;
  return ::geteuid() != 0 || ::fchown(file, status.st_uid, status.st_gid) == 0;
}

/// SQLite would make the file with rights by umask. Its -wal and -shm files get owner and rights of this one.
StoreResult<void> make_file(const std::string& path) {
  // /var/lib/turnpike is there where a package made it; elsewhere the first use does.
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) static_cast<void>(::mkdir(path.substr(0, slash).c_str(), 0750));
  const net::FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return errno == EEXIST ? StoreResult<void>{} : system_error("cannot be made");
  if (::fchmod(file.get(), 0600) != 0 || !give_to_owner_of_folder(path, file.get())) {
    return system_error("cannot be made");
  }
  return {};
}

/// Pipes and devices could keep a reader waiting for ever.
StoreResult<void> check_kind(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error("cannot be opened");
  if (!S_ISREG(status.st_mode)) return StoreError{"is not a regular file"};
  // It holds keys that are as good as passwords. A file that came from elsewhere is closed before more goes into it.
  constexpr mode_t kOthers = 0077;
  if ((status.st_mode & kOthers) != 0) static_cast<void>(::chmod(path.c_str(), status.st_mode & 0700));
  return {};
}

StoreResult<DatabaseHandle> connect(const std::string& path, std::chrono::milliseconds busy_timeout) {
  // Names such as ":memory:" mean something else to SQLite.
  const std::string name = path.starts_with('/') ? path : "./" + path;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  DatabaseHandle database(opened);
  if (code != SQLITE_OK) return database ? last_store_error(database.get()) : StoreError{"no memory left"};
  sqlite3_busy_timeout(database.get(), static_cast<int>(busy_timeout.count()));
  // No file, whatever is in it, may make SQLite do more than read and write rows.
  sqlite3_db_config(database.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(database.get(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return database;
}

/// Before anything is written: somebody else's database stays as it is.
StoreResult<void> check_owner(sqlite3* database) {
  const StoreResult<std::int64_t> application = ask_number(database, "PRAGMA application_id");
  if (!application) return application.error();
  if (*application == kApplicationId) return {};
  const StoreResult<std::int64_t> tables = ask_number(database, "SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*application != 0 || *tables != 0) return StoreError{"is the database of another program"};
  return {};
}

StoreResult<void> check_pages(sqlite3* database) {
  const StoreResult<std::int64_t> bytes =
      ask_number(database, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
  if (!bytes) return bytes.error();
  if (*bytes > kMostChecked) return {};
  const StoreResult<std::string> verdict = ask_text(database, "PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict != "ok") return StoreError{fmt::format("is damaged: {}", *verdict)};
  return {};
}

StoreResult<void> set_up(sqlite3* database) {
  if (auto checked = check_owner(database); !checked) return checked;
  if (sqlite3_db_readonly(database, "main") == 1) {
    const StoreResult<std::int64_t> version = ask_number(database, "PRAGMA user_version");
    if (!version) return version.error();
    const auto newest = static_cast<std::int64_t>(store_migrations().size());
    if (*version != newest) return StoreError{"cannot be written to, and is of another version"};
    return check_pages(database);
  }
  const StoreResult<std::string> mode = ask_text(database, "PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  // FULL: who was told that something is revoked must not see it come back after a power cut. Writes are rare.
  if (auto set = run_script(database, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"); !set) return set;
  if (auto migrated = migrate(database, store_migrations()); !migrated) return migrated;
  return check_pages(database);
}

}  // namespace

StoreResult<DatabaseHandle> open_store_file(const std::string& path, const Store::Options& options) {
  const auto explain = [&](const StoreError& error) {
    return StoreError{fmt::format("{}: {}", path, error.message), error.is_busy};
  };
  if (options.create) {
    if (const auto made = make_file(path); !made) return explain(made.error());
  }
  if (const auto checked = check_kind(path); !checked) return explain(checked.error());
  StoreResult<DatabaseHandle> database = connect(path, options.busy_timeout);
  if (!database) return explain(database.error());
  if (const auto ready = set_up(database->get()); !ready) return explain(ready.error());
  return database;
}

}  // namespace turnpike::control
