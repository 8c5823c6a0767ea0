#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/file_descriptor.hpp"

namespace turnpike::net {

/// A non-blocking TCP socket. Small writes leave at once (TCP_NODELAY); what the kernel holds unsent is bounded
/// (TCP_NOTSENT_LOWAT), so that a peer that does not read shows up in our queues and not in the kernel's memory; a peer
/// that vanished is noticed within two minutes (keep-alive, TCP_USER_TIMEOUT). One thread at a time.
class TcpSocket {
 public:
  TcpSocket() = default;
  /// Takes over a connected descriptor.
  TcpSocket(FileDescriptor fd, const Endpoint& local, const Endpoint& remote) noexcept;

  /// Begins to connect from `local`, which a TcpListener of this process may be listening on (SO_REUSEPORT). Writable
  /// when decided: see finish_connect().
  static Result<TcpSocket> connect(const Endpoint& local, const Endpoint& remote) noexcept;
  /// Whether the connection that connect() began stands; nothing while that is open.
  [[nodiscard]] std::optional<error_code> finish_connect() noexcept;

  [[nodiscard]] const Endpoint& local_endpoint() const noexcept { return local_; }
  [[nodiscard]] const Endpoint& remote_endpoint() const noexcept { return remote_; }
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }
  [[nodiscard]] FileDescriptor release() noexcept { return std::move(fd_); }

  /// How many bytes came; 0 when the other side has said that no more will come.
  [[nodiscard]] Result<std::size_t> read(MutableByteSpan out) noexcept;
  /// How many bytes the kernel took of `pieces`, maybe 0.
  [[nodiscard]] Result<std::size_t> write(std::span<const ByteSpan> pieces) noexcept;
  /// No more from us; the other side reads to the end of what was written.
  void shut_down_writing() noexcept;
  /// The close that is to come throws away what waits to be sent and tells the other side by RST, which a clean end
  /// would hide.
  void abort_on_close() noexcept;

 private:
  FileDescriptor fd_;
  Endpoint local_;
  Endpoint remote_;
};

/// Whether an error of read(), write() or accept() only means "not now".
[[nodiscard]] bool is_would_block(const error_code& error) noexcept;
/// Whether it means that this process or machine is out of descriptors or memory.
[[nodiscard]] bool is_exhausted(const error_code& error) noexcept;

}  // namespace turnpike::net
