#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::net {

/// When to look after a burst of changes: a while after the last one, so that a network that is being set up is looked
/// at once, and not too long after the first.
class ChangeSettler {
 public:
  struct Delays {
    Duration quiet = std::chrono::milliseconds{200};
    Duration at_most = std::chrono::seconds{2};
  };

  explicit ChangeSettler(Delays delays) noexcept : delays_(delays) {}
  void on_change(Instant now) noexcept;
  /// When to look; nothing while nothing has changed.
  [[nodiscard]] std::optional<Instant> due() const noexcept { return due_; }
  void on_looked() noexcept { due_.reset(); }

 private:
  Delays delays_;
  Instant first_{};
  std::optional<Instant> due_;
};

/// Tells when addresses, interfaces or routes of this machine may have changed: the kernel's announcements (rtnetlink),
/// and where there are none to be had, a look every now and then. Belongs to the context's one thread.
class NetworkWatch {
 public:
  struct Options {
    ChangeSettler::Delays delays;
    Duration without_kernel = std::chrono::seconds{30};  ///< between looks while the kernel tells nothing
  };

  /// `on_change` is called from the context and never from inside a call; it must not destroy the watch.
  NetworkWatch(boost::asio::io_context& context, Options options, std::function<void()> on_change);
  NetworkWatch(const NetworkWatch&) = delete;
  NetworkWatch& operator=(const NetworkWatch&) = delete;

  /// Why the kernel's announcements cannot be had, such as in a sandbox without AF_NETLINK; no error where they can.
  [[nodiscard]] error_code start();
  void stop();

 private:
  [[nodiscard]] error_code open();
  void wait_for_messages();
  [[nodiscard]] bool read_messages();
  void arm();

  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  Options options_;
  std::function<void()> on_change_;
  ChangeSettler settler_;
  bool stopped_ = true;
};

}  // namespace turnpike::net
