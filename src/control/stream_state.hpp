#pragma once

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
  void wait_readable(WaitHandler handler);
  [[nodiscard]] error_code receive(MutableByteSpan scratch, net::ByteSink& plain);
  void send(ByteSpan plain);
  [[nodiscard]] std::size_t unsent() const noexcept { return outgoing.size() + sending.size() - sent; }
  void shutdown(ShutdownHandler handler);
  void close() noexcept;

  /// Writes what is in `outgoing`, unless a write is under way already, which then goes on with it.
  void start_flush();

  boost::asio::generic::stream_protocol::socket socket;
  std::optional<net::TlsEngine> tls;
  std::vector<std::uint8_t> received;  // plaintext from before the hand-over
  std::size_t received_used = 0;
  std::vector<std::uint8_t> outgoing;  // wire bytes
  std::vector<std::uint8_t> sending;   // those on their way to the kernel right now
  std::size_t sent = 0;                // of `sending`
  error_code write_error;

 private:
  void read_plain(MutableByteSpan into, TransferHandler handler);
  void read_tls(MutableByteSpan into, TransferHandler handler);
  /// What the kernel takes without waiting.
  [[nodiscard]] std::size_t send_now(ByteSpan wire) noexcept;
  void send_rest();
  void fail(error_code error) noexcept;
  /// What the kernel has without waiting; 0 and no error when that is nothing.
  [[nodiscard]] std::size_t receive_now(MutableByteSpan into, error_code& error) noexcept;
  void decrypt(MutableByteSpan scratch, net::ByteSink& plain);
  [[nodiscard]] error_code tls_end() const noexcept;
  [[nodiscard]] boost::asio::mutable_buffer wire_space();
  void wait_until_flushed(std::size_t size, TransferHandler handler);
  void discard(ShutdownHandler handler, std::size_t budget);
  void complete(TransferHandler handler, error_code error, std::size_t size);
  void complete(ShutdownHandler handler, error_code error);

  std::vector<std::uint8_t> wire_;     // made when it is needed
  boost::asio::steady_timer flushed_;  // never expires; cancelled when `outgoing` is gone
};

}  // namespace turnpike::control
