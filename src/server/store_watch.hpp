#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::server {

/// The database beside a running server: noticed when it appears or changes, and never in the way when it is broken,
/// locked or gone. What was read last stays in force then. One thread.
class StoreWatch {
 public:
  struct Contents {
    std::vector<control::ApiKey> keys;
    std::vector<control::StoredUser> users;
    std::vector<control::StoredRevocation> revocations;
  };
  struct News {
    std::optional<Contents> contents;    ///< when they are others than before
    std::optional<std::string> failure;  ///< each once
    bool recovered = false;
  };
  static constexpr std::size_t kMaxPending = 65'536;

  /// `path` empty: there is no database.
  explicit StoreWatch(std::string path) : path_(std::move(path)) {}

  /// To be called each second or so; blocks at most for the database's busy timeout.
  News poll(UnixSeconds now);
  /// Writes it down, making the database if need be. False: not now; it is tried again at each poll while it matters.
  bool keep(const control::StoredRevocation& revocation);

  /// "none", "absent", "ok", or what is wrong.
  [[nodiscard]] const std::string& state() const noexcept { return state_; }
  [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }

 private:
  /// What tells the file from another one of the same name.
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };

  [[nodiscard]] std::optional<Identity> identify() const noexcept;
  [[nodiscard]] bool open(bool create, News& news);
  /// False, for its callers to say so too.
  bool fail(const control::StoreError& error, News& news);
  void say(const control::StoreError& error, News& news);
  [[nodiscard]] bool read(UnixSeconds now, News& news);
  void write_pending(UnixSeconds now, News& news);
  bool wait_for_poll(const control::StoredRevocation& revocation);

  std::string path_;
  std::string state_ = path_.empty() ? "none" : "absent";
  std::unique_ptr<control::Store> store_;
  Identity identity_{};
  std::optional<std::int64_t> read_version_;
  bool was_read_ = false;  // ever
  std::deque<control::StoredRevocation> pending_;
  News unsaid_;  // from keep(), for the next poll
};

}  // namespace turnpike::server
