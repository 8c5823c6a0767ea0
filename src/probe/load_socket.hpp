#pragma once

#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"

namespace turnpike::probe {

/// A UDP socket of the load generator, bound to any port of an IPv4 address. Failures throw std::system_error: a
/// benchmark that cannot run should say so and end.
class LoadSocket {
 public:
  explicit LoadSocket(const IpAddress& local);
  LoadSocket(LoadSocket&& other) noexcept;
  LoadSocket(const LoadSocket&) = delete;
  LoadSocket& operator=(const LoadSocket&) = delete;
  LoadSocket& operator=(LoadSocket&&) = delete;
  ~LoadSocket();

  void connect(const Endpoint& remote);
  void send(ByteSpan bytes) const;
  /// One datagram within `milliseconds`, or empty.
  [[nodiscard]] ByteSpan receive(MutableByteSpan buffer, int milliseconds) const;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] Endpoint local() const;

 private:
  int fd_ = -1;
};

}  // namespace turnpike::probe
