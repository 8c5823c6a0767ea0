#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/control/http_server.hpp"
#include "turnpike/net/byte_sink.hpp"

namespace turnpike::control {

/// A handed-over stream as Asio knows streams (AsyncReadStream, AsyncWriteStream): a TCP or Unix socket, and a TLS
/// engine on it where there is one. At most one read and one write at a time. Movable while nothing is under way.
/// Loop's thread.
class EngineStream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using TransferHandler = boost::asio::any_completion_handler<void(error_code, std::size_t)>;
  using ShutdownHandler = boost::asio::any_completion_handler<void(error_code)>;
  using WaitHandler = boost::asio::any_completion_handler<void(error_code)>;

  /// Errors: what getsockname or the loop's epoll says of the socket, which is closed then.
  static Result<EngineStream> adopt(boost::asio::io_context& loop, HttpStream stream);

  EngineStream(EngineStream&&) noexcept = default;
  EngineStream& operator=(EngineStream&&) noexcept = default;
  ~EngineStream();

  [[nodiscard]] executor_type get_executor() const noexcept;

  /// Plaintext. At the end of the stream, also an end that TLS did not announce: boost::asio::error::eof.
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    MutableByteSpan into;
    for (auto it = boost::asio::buffer_sequence_begin(buffers);
         into.empty() && it != boost::asio::buffer_sequence_end(buffers); ++it) {
      const boost::asio::mutable_buffer buffer(*it);
      into = {static_cast<std::uint8_t*>(buffer.data()), buffer.size()};
    }
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, MutableByteSpan space) { read(space, TransferHandler(std::move(handler))); }, token, into);
  }

  /// Takes at most 16 KiB at a time and completes when the kernel has them, so that who writes feels a slow reader.
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::size_t taken = 0;
    for (auto it = boost::asio::buffer_sequence_begin(buffers);
         taken < kMaxWrite && it != boost::asio::buffer_sequence_end(buffers); ++it) {
      const boost::asio::const_buffer buffer(*it);
      const std::size_t part = std::min(buffer.size(), kMaxWrite - taken);
      append({static_cast<const std::uint8_t*>(buffer.data()), part});
      taken += part;
    }
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, std::size_t size) { flush(size, TransferHandler(std::move(handler))); }, token, taken);
  }

  // For who keeps many idle streams and sends often: no buffer for each, no wait for each write. ---------------------

  /// Completes when receive() may have something to give.
  template <typename Token>
  auto async_wait_readable(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [this](auto handler) { wait_readable(WaitHandler(std::move(handler))); }, token);
  }
  /// Hands on what has come, at most one read of the kernel, and never waits. `scratch` (32 KiB) is for the time of the
  /// call. Errors as those of async_read_some; what came before one is handed on first.
  [[nodiscard]] error_code receive(MutableByteSpan scratch, net::ByteSink& plain);
  /// Takes all of it and begins to send, never waits. What goes wrong shows when the stream is read.
  void send(ByteSpan plain);
  /// Bytes of send() that the kernel has not taken yet, with what TLS makes of them.
  [[nodiscard]] std::size_t unsent() const noexcept;

  // ------------------------------------------------------------------------------------------------------------------

  /// Ends a read that is under way, says the end (close_notify, FIN), and reads on until the client has said so too, up
  /// to 256 KiB: a socket closed with bytes unread would take the last answer back (RFC 9112 section 9.6). What send()
  /// has taken goes out before; no async_write_some may be under way. The caller bounds the time.
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code)>(
        [this](auto handler) { shutdown(ShutdownHandler(std::move(handler))); }, token);
  }

  /// Ends what is under way with operation_aborted.
  void close() noexcept;
  /// The same, and drops what the kernel still holds for a client that does not read.
  void abort() noexcept;

 private:
  static constexpr std::size_t kMaxWrite = 16384;
  struct State;

  explicit EngineStream(std::shared_ptr<State> state) noexcept;
  void read(MutableByteSpan into, TransferHandler handler);
  void append(ByteSpan plain);
  void flush(std::size_t size, TransferHandler handler);
  void wait_readable(WaitHandler handler);
  void shutdown(ShutdownHandler handler);

  std::shared_ptr<State> state_;  // shared with the operations under way
};

}  // namespace turnpike::control
