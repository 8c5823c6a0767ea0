#pragma once

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "probe/wire.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/net/dtls_engine.hpp"

namespace turnpike::probe {

/// UDP, with DTLS over it or without. Its socket only hears the server.
class DatagramWire final : public Wire, public std::enable_shared_from_this<DatagramWire>, private net::ByteSink {
 public:
  DatagramWire(EventLoop& loop, std::optional<net::TlsClientOptions> dtls);

  void start(const Endpoint& server);
  void send(ByteSpan message) override;
  void close() override;
  [[nodiscard]] Endpoint local() const override;

 private:
  void write(ByteSpan bytes) noexcept override;  // one datagram
  void begin_handshake();
  void read();
  void on_read(const error_code& error, std::size_t count);
  void take_ciphertext(ByteSpan datagram);
  void look_at_engine();
  void wait_for_repetition();

  static constexpr std::size_t kReadSize = 65536;

  boost::asio::ip::udp::socket socket_;
  boost::asio::steady_timer timer_;
  std::optional<net::TlsClientOptions> options_;
  std::optional<net::DtlsEngine> engine_;
  std::vector<std::uint8_t> incoming_;
  std::vector<std::uint8_t> plain_;
};

}  // namespace turnpike::probe
