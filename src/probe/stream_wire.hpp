#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "probe/wire.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/stun/stream_framing.hpp"

namespace turnpike::probe {

/// TCP, with TLS over it or without.
class StreamWire final : public Wire, public std::enable_shared_from_this<StreamWire>, private net::ByteSink {
 public:
  StreamWire(EventLoop& loop, std::optional<net::TlsClientOptions> tls);

  void start(const Endpoint& server);
  void send(ByteSpan message) override;
  void close() override;
  [[nodiscard]] Endpoint local() const override;

  /// Instead of messages, the stream's bytes as they come, for what is not TURN.
  std::function<void(ByteSpan)> on_bytes;

 private:
  void write(ByteSpan bytes) noexcept override;  // towards the socket
  void on_connected(const error_code& error);
  void read();
  void on_read(const error_code& error, std::size_t count);
  void take_ciphertext(ByteSpan bytes);
  void take_plaintext(ByteSpan bytes);
  void look_at_engine();
  void flush();

  static constexpr std::size_t kReadSize = 16384;

  boost::asio::ip::tcp::socket socket_;
  std::optional<net::TlsClientOptions> options_;
  std::optional<net::TlsEngine> engine_;
  stun::StreamFramer framer_;
  std::array<std::uint8_t, kReadSize> incoming_{};
  std::vector<std::uint8_t> plain_;
  std::vector<std::uint8_t> waiting_;
  std::vector<std::uint8_t> leaving_;
};

}  // namespace turnpike::probe
