#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/engine_stream.hpp"

namespace turnpike::control {

/// IPv4, IPv6 or Unix, as the socket itself has it: behind a proxy the addresses that the stream carries are others.
[[nodiscard]] Result<boost::asio::generic::stream_protocol> find_protocol(const net::FileDescriptor& socket) noexcept;

/// What the operations of a stream share. Operations own their handlers and this; it owns no handler, so that a loop
/// that goes away with operations pending frees everything.
struct EngineStream::State : std::enable_shared_from_this<EngineStream::State> {
  State(boost::asio::io_context& loop, std::optional<net::TlsEngine> engine);

  void read(MutableByteSpan into, TransferHandler handler);
  void append(ByteSpan plain);
  void flush(std::size_t size, TransferHandler handler);
  void shutdown(ShutdownHandler handler);
  void close() noexcept;

  /// Writes what is in `outgoing`, unless a write is under way already, which then goes on with it.
  void start_flush();

  boost::asio::generic::stream_protocol::socket socket;
  std::optional<net::TlsEngine> tls;
  std::vector<std::uint8_t> received;  // plaintext from before the hand-over
  std::size_t received_used = 0;
  std::vector<std::uint8_t> outgoing;  // wire bytes
  std::vector<std::uint8_t> sending;   // those in the kernel's hands right now
  error_code write_error;

 private:
  void read_plain(MutableByteSpan into, TransferHandler handler);
  void read_tls(MutableByteSpan into, TransferHandler handler);
  void wait_until_flushed(std::size_t size, TransferHandler handler);
  void discard(ShutdownHandler handler, std::size_t budget);
  void complete(TransferHandler handler, error_code error, std::size_t size);
  void complete(ShutdownHandler handler, error_code error);

  std::array<std::uint8_t, 4096> wire_{};
  boost::asio::steady_timer flushed_;  // never expires; cancelled when `outgoing` is gone
};

}  // namespace turnpike::control
