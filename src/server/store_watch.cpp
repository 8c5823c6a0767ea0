#include "server/store_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace turnpike::server {
namespace {

// So that a server that was told of a thousand revocations while the disk was full does not hold up its loop.
constexpr int kMostWritten = 64;
constexpr const char* kGone = "the database file is gone or was replaced";

}  // namespace

std::optional<StoreWatch::Identity> StoreWatch::identify() const noexcept {
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

StoreWatch::News StoreWatch::poll(UnixSeconds now) {
  News news = std::exchange(unsaid_, {});
  if (path_.empty()) return news;
  const auto identity = identify();
  if (store_ && (!identity || *identity != identity_)) {
    store_.reset();
    say({kGone, false}, news);
  }
  if (!store_ && !identity && (was_read_ || pending_.empty())) return news;
  if (!store_ && !open(!identity, news)) return news;
  // Reading first: what others have changed must come through where nothing can be written.
  if (read(now, news)) write_pending(now, news);
  return news;
}

bool StoreWatch::keep(const control::StoredRevocation& revocation) {
  if (path_.empty()) return false;
  // Something waits already: another try here would only hold up the loop.
  if (!pending_.empty()) return wait_for_poll(revocation);
  const auto identity = identify();
  if (store_ && identity != identity_) store_.reset();  // or it would go into a file that nobody finds again
  if (!identity && was_read_) {
    // A new, empty one in its place would take away all users and keys that are in force.
    say({kGone, false}, unsaid_);
    return wait_for_poll(revocation);
  }
  if (store_ || open(true, unsaid_)) {
    const auto added = store_->add_revocation(revocation);
    if (added) return true;
    say(added.error(), unsaid_);
  }
  return wait_for_poll(revocation);
}

bool StoreWatch::wait_for_poll(const control::StoredRevocation& revocation) {
  if (pending_.size() < kMaxPending) pending_.push_back(revocation);
  return false;
}

bool StoreWatch::open(bool create, News& news) {
  auto opened = control::Store::open(path_, {.create = create});
  if (!opened) return fail(opened.error(), news);
  store_ = std::move(*opened);
  identity_ = identify().value_or(Identity{});
  read_version_.reset();
  return true;
}

// A database that is busy stays open; anything else is looked at afresh the next time.
bool StoreWatch::fail(const control::StoreError& error, News& news) {
  if (!error.is_busy) store_.reset();
  say(error, news);
  return false;
}

void StoreWatch::say(const control::StoreError& error, News& news) {
  if (state_ == error.message) return;
  state_ = error.message;
  news.failure = error.message;
}

bool StoreWatch::read(UnixSeconds now, News& news) {
  const auto version = store_->version();
  if (!version) return fail(version.error(), news);
  if (read_version_ == *version) return true;
  auto keys = store_->keys();
  if (!keys) return fail(keys.error(), news);
  auto users = store_->users();
  if (!users) return fail(users.error(), news);
  auto revocations = store_->revocations(now);
  if (!revocations) return fail(revocations.error(), news);
  read_version_ = *version;
  was_read_ = true;
  news.contents = Contents{std::move(*keys), std::move(*users), std::move(*revocations)};
  return true;
}

void StoreWatch::write_pending(UnixSeconds now, News& news) {
  for (int i = 0; i < kMostWritten && !pending_.empty(); ++i) {
    if (pending_.front().expiry > now) {
      const auto added = store_->add_revocation(pending_.front());
      if (!added) return say(added.error(), news);
    }
    pending_.pop_front();
  }
  if (!pending_.empty()) return;
  news.recovered = state_ != "ok" && state_ != "absent";
  state_ = "ok";
}

}  // namespace turnpike::server
