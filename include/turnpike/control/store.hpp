#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/digest.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/api_key.hpp"

namespace turnpike::control {

/// What went wrong with the database, in words for the operator.
struct StoreError {
  std::string message;
  bool is_busy = false;  ///< another process holds it; trying again may help
};
/// What Result::value() calls for an error: only for callers that have made sure there is none, such as tests.
[[noreturn]] void throw_exception_from_error(const StoreError& error, const boost::source_location& where);

template <typename T>
using StoreResult = Result<T, StoreError>;

/// A static user as it is kept: the long-term keys (RFC 8489 section 9.2.2), never the password.
struct StoredUser {
  std::string name;
  std::string realm;  ///< the keys are good for this realm only
  Md5Digest md5{};
  Sha256Digest sha256{};
  UnixSeconds created{};
  friend bool operator==(const StoredUser&, const StoredUser&) = default;
};

struct StoredRevocation {
  std::string username;  ///< whole, EXPIRY:USER; or *:USER, see turn::RelayCore::revoke()
  UnixSeconds expiry{};
  friend bool operator==(const StoredRevocation&, const StoredRevocation&) = default;
};

/// The SQLite database of static users, API keys and revocations: one file, WAL, numbered migrations. May be used by
/// several processes at a time (the server and the command line). Each call is one transaction and waits at most the
/// busy timeout for another process. Not thread-safe: the control loop's, or a command's.
class Store {
 public:
  struct Options {
    bool create = false;  ///< make the file (mode 0600) where there is none; else that is an error
    std::chrono::milliseconds busy_timeout{100};
  };
  /// Also brings an older file up to date. A file of a newer version, a damaged one or another file is an error.
  static StoreResult<std::unique_ptr<Store>> open(const std::string& path, const Options& options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// Changes whenever another process has changed the file; not by what is changed here.
  [[nodiscard]] StoreResult<std::int64_t> version();

  /// By name, the revoked ones included.
  [[nodiscard]] StoreResult<std::vector<ApiKey>> keys();
  /// False when a key that is not revoked has that name already.
  [[nodiscard]] StoreResult<bool> add_key(const ApiKey& key);
  /// By id or name. False when there is none that is not revoked.
  [[nodiscard]] StoreResult<bool> revoke_key(std::string_view id_or_name, UnixSeconds now);

  /// By name.
  [[nodiscard]] StoreResult<std::vector<StoredUser>> users();
  /// False when there is a user of that name.
  [[nodiscard]] StoreResult<bool> add_user(const StoredUser& user);
  /// Replaces the keys; false when there is no such user.
  [[nodiscard]] StoreResult<bool> change_user(const StoredUser& user);
  [[nodiscard]] StoreResult<bool> delete_user(std::string_view name);

  /// Those that have not expired at `now`, at most 65,536, the first to expire first; deletes the expired ones.
  [[nodiscard]] StoreResult<std::vector<StoredRevocation>> revocations(UnixSeconds now);
  /// Of two of one username the later expiry counts.
  [[nodiscard]] StoreResult<void> add_revocation(const StoredRevocation& revocation);

 private:
  struct State;
  std::unique_ptr<State> state_;

 public:
  /// For open(): nobody else can have a State.
  explicit Store(std::unique_ptr<State> state);
};

}  // namespace turnpike::control
