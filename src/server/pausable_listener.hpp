#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "server/event_token.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/epoll_set.hpp"
#include "turnpike/net/tcp_listener.hpp"

namespace turnpike::server {

/// A listening socket in a level-triggered epoll. Without descriptors to accept with it would stay ready and make its
/// worker spin: then it is left alone for a while.
class PausableListener {
 public:
  static constexpr Duration kPause = std::chrono::milliseconds{100};

  explicit PausableListener(net::TcpListener listener) noexcept : listener_(std::move(listener)) {}

  [[nodiscard]] net::TcpListener& socket() noexcept { return listener_; }
  [[nodiscard]] const net::TcpListener& socket() const noexcept { return listener_; }

  [[nodiscard]] bool is_paused() const noexcept { return resumes_.has_value(); }
  [[nodiscard]] const std::optional<Instant>& resumes() const noexcept { return resumes_; }
  void pause(net::EpollSet& epoll, EventToken token, Instant now) noexcept {
    resumes_ = now + kPause;
    static_cast<void>(epoll.modify(listener_.native_handle(), token.encode(), {.readable = false}));
  }
  [[nodiscard]] error_code rename(net::EpollSet& epoll, EventToken token) noexcept {
    return epoll.modify(listener_.native_handle(), token.encode(), {.readable = !is_paused()});
  }
  void resume_if_due(net::EpollSet& epoll, EventToken token, Instant now) noexcept {
    if (!resumes_ || *resumes_ > now) return;
    resumes_.reset();
    static_cast<void>(epoll.modify(listener_.native_handle(), token.encode(), {.readable = true}));
  }

 private:
  net::TcpListener listener_;
  std::optional<Instant> resumes_;
};

}  // namespace turnpike::server
