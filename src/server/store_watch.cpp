#include "server/store_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace turnpike::server {
namespace {

// So that a server that was told of a thousand revocations while the disk was full does not hold up its loop.
constexpr int kMostWritten = 64;

}  // namespace

std::optional<StoreWatch::Identity> StoreWatch::identify() const noexcept {
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

StoreWatch::News StoreWatch::poll(UnixSeconds now) {
  News news;
  if (path_.empty()) return news;
  const auto identity = identify();
  if (store_ && (!identity || *identity != identity_)) {
    store_.reset();
    fail({"the database file is gone or was replaced", false}, news);
  }
  if (!store_ && !identity && pending_.empty()) {
    if (state_ == "ok") state_ = "absent";
    return news;
  }
  if (!store_ && !open(!pending_.empty(), news)) return news;
  write_pending(now, news);
  if (store_) read(now, news);
  return news;
}

bool StoreWatch::keep(const control::StoredRevocation& revocation) {
  if (path_.empty()) return false;
  News ignored;
  if (store_ && identify() != identity_) store_.reset();  // or it would go into a file that nobody finds again
  if (store_ || open(true, ignored)) {
    const auto added = store_->add_revocation(revocation);
    if (added) return true;
    fail(added.error(), ignored);
  }
  if (pending_.size() < kMaxPending) pending_.push_back(revocation);
  return false;
}

bool StoreWatch::open(bool create, News& news) {
  auto opened = control::Store::open(path_, {.create = create});
  if (!opened) {
    fail(opened.error(), news);
    return false;
  }
  store_ = std::move(*opened);
  identity_ = identify().value_or(Identity{});
  read_version_.reset();
  return true;
}

// A database that is busy stays open; anything else is looked at afresh the next time.
void StoreWatch::fail(const control::StoreError& error, News& news) {
  if (!error.is_busy) store_.reset();
  if (state_ == error.message) return;
  state_ = error.message;
  news.failure = error.message;
}

void StoreWatch::read(UnixSeconds now, News& news) {
  const auto version = store_->version();
  if (!version) return fail(version.error(), news);
  if (read_version_ != *version) {
    auto keys = store_->keys();
    if (!keys) return fail(keys.error(), news);
    auto users = store_->users();
    if (!users) return fail(users.error(), news);
    auto revocations = store_->revocations(now);
    if (!revocations) return fail(revocations.error(), news);
    read_version_ = *version;
    news.contents = Contents{std::move(*keys), std::move(*users), std::move(*revocations)};
  }
  news.recovered = state_ != "ok" && state_ != "absent";
  state_ = "ok";
}

void StoreWatch::write_pending(UnixSeconds now, News& news) {
  for (int i = 0; i < kMostWritten && store_ && !pending_.empty(); ++i) {
    if (pending_.front().expiry > now) {
      const auto added = store_->add_revocation(pending_.front());
      if (!added) return fail(added.error(), news);
    }
    pending_.pop_front();
  }
}

}  // namespace turnpike::server
