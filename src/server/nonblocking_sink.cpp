#include "server/nonblocking_sink.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace turnpike::server {
namespace {

constexpr int kLastPatienceMs = 100;

bool is_socket(int fd) noexcept {
  struct stat found {};
  return ::fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

}  // namespace

NonblockingSink::NonblockingSink(int fd) noexcept : fd_(fd), is_socket_(is_socket(fd)) {}

NonblockingSink::~NonblockingSink() { write_backlog(kLastPatienceMs); }

void NonblockingSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  if (backlog_.size() - written_ + line.size() > kMaxBacklog) {
    lost_.fetch_add(1, std::memory_order_relaxed);
  } else {
    backlog_.append(line.data(), line.size());
  }
  write_backlog(0);
}

void NonblockingSink::write_backlog(int patience_ms) noexcept {
  while (written_ < backlog_.size() && is_writable(patience_ms)) {
    const std::size_t count = write_some();
    if (count == 0) break;
    written_ += count;
  }
  if (written_ == backlog_.size() || written_ > kMaxBacklog) {
    backlog_.erase(0, written_);
    written_ = 0;
  }
}

bool NonblockingSink::is_writable(int patience_ms) const noexcept {
  pollfd wanted{.fd = fd_, .events = POLLOUT, .revents = 0};
  return ::poll(&wanted, 1, patience_ms) == 1 && (wanted.revents & POLLOUT) != 0;
}

// A pipe that polls writable has room for PIPE_BUF bytes.
std::size_t NonblockingSink::write_some() const noexcept {
  const char* rest = backlog_.data() + written_;
  const std::size_t size = std::min<std::size_t>(backlog_.size() - written_, PIPE_BUF);
  const ssize_t count = is_socket_ ? ::send(fd_, rest, size, MSG_DONTWAIT | MSG_NOSIGNAL) : ::write(fd_, rest, size);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace turnpike::server
