#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "turnpike/base/result.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {

/// One level-triggered epoll for all data sockets of a worker. Its own descriptor is readable when any of them is, so
/// that Asio watches one descriptor and pays one wake per batch instead of one per socket and packet.
class EpollSet {
 public:
  struct Event {
    std::uint64_t token = 0;  ///< what add() was given
    bool readable = false;
    bool writable = false;  ///< only while asked for
    bool hung_up = false;   ///< both directions are closed; reported whether asked for or not
    bool error = false;     ///< likewise; the socket's error queue has something (EPOLLERR)
  };

  static Result<EpollSet> open() noexcept;

  /// What of a descriptor is reported; errors and hang-ups always are.
  struct Interest {
    bool readable = true;
    bool writable = false;
    friend constexpr bool operator==(const Interest&, const Interest&) noexcept = default;
  };

  [[nodiscard]] error_code add(int fd, std::uint64_t token) noexcept { return add(fd, token, Interest{}); }
  [[nodiscard]] error_code add(int fd, std::uint64_t token, Interest interest) noexcept;
  [[nodiscard]] error_code modify(int fd, std::uint64_t token, Interest interest) noexcept;
  void remove(int fd) noexcept;
  /// Waits at most `patience` for something to be ready. At most 64 events; the kernel rotates among ready sockets, so
  /// that none starves.
  [[nodiscard]] std::span<const Event> poll(std::chrono::milliseconds patience = {}) noexcept;
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }

 private:
  explicit EpollSet(FileDescriptor fd) noexcept : fd_(std::move(fd)) {}

  FileDescriptor fd_;
  std::array<Event, 64> events_{};
};

}  // namespace turnpike::net
