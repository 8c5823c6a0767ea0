#include "turnpike/net/network_watch.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "net/last_error.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {
namespace {

constexpr std::uint32_t kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
constexpr int kMaxChangeReads = 64;  // in one go: a storm of changes must not hold up the rest of the loop

Instant mono_now() noexcept {
  return Instant(std::chrono::duration_cast<Duration>(boost::asio::steady_timer::clock_type::now().time_since_epoch()));
}

boost::asio::steady_timer::time_point timer_point(Instant instant) noexcept {
  return boost::asio::steady_timer::time_point(instant.time_since_epoch());
}

}  // namespace

void ChangeSettler::on_change(Instant now) noexcept {
  if (!due_) first_ = now;
  due_ = std::min(now + delays_.quiet, first_ + delays_.at_most);
}

NetworkWatch::NetworkWatch(boost::asio::io_context& context, Options options, std::function<void()> on_change)
    : socket_(context),
      timer_(context),
      options_(options),
      on_change_(std::move(on_change)),
      settler_(options.delays) {}

error_code NetworkWatch::start() {
  stopped_ = false;
  const error_code error = open();
  arm();
  return error;
}

void NetworkWatch::stop() {
  stopped_ = true;
  timer_.cancel();
  error_code ignored;
  static_cast<void>(socket_.close(ignored));
}

error_code NetworkWatch::open() {
  FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!fd) return last_error();
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return last_error();
  error_code error;
  socket_.assign(fd.get(), error);
  if (error) return error;
  static_cast<void>(fd.release());
  wait_for_messages();
  return {};
}

void NetworkWatch::wait_for_messages() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
    if (error == boost::asio::error::operation_aborted || stopped_) return;
    if (error || !read_messages()) {
      error_code ignored;
      static_cast<void>(socket_.close(ignored));  // the timer opens it anew
    }
    settler_.on_change(mono_now());
    arm();
    if (socket_.is_open()) wait_for_messages();
  });
}

// What they say is of no interest, for everything is looked up anew; so is ENOBUFS, which says that some were lost.
bool NetworkWatch::read_messages() {
  std::array<char, 8192> buffer{};
  for (int i = 0; i < kMaxChangeReads; ++i) {
    const ssize_t size = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size > 0 || (size < 0 && (errno == ENOBUFS || errno == EINTR))) continue;
    return size < 0 && errno == EAGAIN;
  }
  return true;
}

void NetworkWatch::arm() {
  std::optional<Instant> next = settler_.due();
  if (!next && !socket_.is_open()) next = mono_now() + options_.without_kernel;
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(timer_point(*next));
  timer_.async_wait([this](const error_code& error) {
    if (error || stopped_) return;
    settler_.on_looked();
    if (!socket_.is_open()) static_cast<void>(open());
    on_change_();
    if (!stopped_) arm();
  });
}

}  // namespace turnpike::net
