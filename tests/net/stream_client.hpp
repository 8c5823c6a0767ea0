#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "running_server.hpp"
#include "turnpike/net/tcp_socket.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/stun/stream_framing.hpp"

namespace turnpike::server {

/// A TCP connection, with or without TLS, that waits for what it expects.
class StreamWire {
 public:
  static constexpr int kPatienceMs = 5000;

  explicit StreamWire(const Endpoint& server, const std::optional<net::TlsClientOptions>& tls = {},
                      const Endpoint& from = {IpAddress::v4(127, 0, 0, 1), 0})
      : socket_(net::TcpSocket::connect(from, server).value()) {
    EXPECT_TRUE(wait(POLLOUT));
    EXPECT_EQ(socket_.finish_connect(), error_code{});
    if (!tls) return;
    engine_ = net::TlsEngine::connect(*tls).value();
    static_cast<void>(pump());
    for (int i = 0; i < 64 && engine_->state() == net::TlsEngine::State::handshaking && !closed_; ++i) read_more();
  }

  void send_raw(ByteSpan bytes) {
    for (int i = 0; i < 1000 && !bytes.empty(); ++i) {
      const auto sent = socket_.write({&bytes, 1});
      if (!sent) return;
      bytes = bytes.subspan(*sent);
      if (!bytes.empty() && !wait(POLLOUT)) return;
    }
  }
  void send(ByteSpan bytes) {
    if (!engine_) return send_raw(bytes);
    Sink sink(*this);
    static_cast<void>(engine_->write(bytes, sink));
  }
  /// TLS's close_notify, and nothing else.
  void say_goodbye() {
    Sink sink(*this);
    engine_->close(sink);
  }
  /// Plaintext that has come, waiting for some; empty when the other side closed or patience ended.
  std::vector<std::uint8_t> receive() {
    for (int i = 0; i < 64 && plain_.empty() && !closed_; ++i) read_more();
    return std::exchange(plain_, {});
  }
  /// All until the other side closes.
  std::string receive_to_end() {
    for (int i = 0; i < 100'000 && !closed_; ++i) read_more();
    EXPECT_TRUE(closed_) << "still open";
    const auto all = std::exchange(plain_, {});
    return {all.begin(), all.end()};
  }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  [[nodiscard]] net::TcpSocket& socket() noexcept { return socket_; }
  [[nodiscard]] std::optional<net::TlsEngine>& engine() noexcept { return engine_; }

 private:
  class Sink final : public net::ByteSink {
   public:
    explicit Sink(StreamWire& wire) noexcept : wire_(wire) {}
    void write(ByteSpan bytes) noexcept override { wire_.send_raw(bytes); }

   private:
    StreamWire& wire_;
  };

  bool wait(short events) {
    pollfd entry{.fd = socket_.native_handle(), .events = events, .revents = 0};
    return ::poll(&entry, 1, kPatienceMs) == 1;
  }
  bool pump() {
    Sink sink(*this);
    std::vector<std::uint8_t> plain(16384);
    for (std::size_t count = engine_->read(plain, sink); count > 0; count = engine_->read(plain, sink)) {
      plain_.insert(plain_.end(), plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return true;
  }
  void read_more() {
    std::vector<std::uint8_t> bytes(65536);
    if (!wait(POLLIN)) {
      closed_ = true;
      ADD_FAILURE() << "nothing came";
      return;
    }
    const auto count = socket_.read(bytes);
    if (!count && net::is_would_block(count.error())) return;
    if (!count || *count == 0) {
      closed_ = true;
      return;
    }
    bytes.resize(*count);
    if (!engine_) {
      plain_.insert(plain_.end(), bytes.begin(), bytes.end());
      return;
    }
    engine_->feed(bytes);
    static_cast<void>(pump());
    if (engine_->state() == net::TlsEngine::State::failed || engine_->state() == net::TlsEngine::State::closed) {
      closed_ = true;
    }
  }

  net::TcpSocket socket_;
  std::optional<net::TlsEngine> engine_;
  std::vector<std::uint8_t> plain_;
  bool closed_ = false;
};

/// A TURN client over a StreamWire.
class StreamClient {
 public:
  explicit StreamClient(const Endpoint& server, const std::optional<net::TlsClientOptions>& tls = {},
                        const char* user = RunningServer::kUser)
      : wire_(server, tls),
        session_(
            {.server = server, .username = user, .password = RunningServer::kPassword, .reliable = true, .timers = {}},
            random_) {}

  [[nodiscard]] StreamWire& wire() noexcept { return wire_; }
  [[nodiscard]] client::TurnSession& session() noexcept { return session_; }
  [[nodiscard]] Endpoint relayed() const { return session_.allocation()->relayed.front(); }

  template <typename Start>
  std::optional<client::Outcome> request(Start start) {
    start(session_, now());
    for (int i = 0; i < kMaxMessages; ++i) {
      for (ByteSpan out = session_.poll_transmit(now()); !out.empty(); out = session_.poll_transmit(now())) {
        wire_.send(out);
      }
      const auto event = next_event();
      if (!event) return std::nullopt;
      if (const auto* outcome = std::get_if<client::Outcome>(&*event)) return *outcome;
    }
    return std::nullopt;
  }
  std::optional<client::Outcome> allocate(const client::AllocateOptions& options = {}) {
    return request([&](auto& session, Instant now) { session.allocate(options, now); });
  }
  std::optional<client::Outcome> permit(const Endpoint& peer) {
    return request([&](auto& session, Instant now) { session.create_permission({&peer, 1}, now); });
  }
  std::optional<client::Outcome> bind_channel(std::uint16_t number, const Endpoint& peer) {
    return request([&](auto& session, Instant now) { session.bind_channel(number, peer, now); });
  }
  void send(const Endpoint& peer, ByteSpan payload) {
    std::vector<std::uint8_t> buffer(payload.size() + 64);
    wire_.send(session_.write_to_peer(buffer, peer, payload));
  }
  std::optional<std::vector<std::uint8_t>> receive() {
    for (int i = 0; i < kMaxMessages; ++i) {
      const auto event = next_event();
      if (!event) return std::nullopt;
      if (const auto* datagram = std::get_if<client::PeerDatagram>(&*event)) {
        return std::vector<std::uint8_t>(datagram->payload.begin(), datagram->payload.end());
      }
    }
    return std::nullopt;
  }
  /// The next message as the session sees it; nothing when the stream ended.
  std::optional<client::Received> next_event() {
    for (int i = 0; i < kMaxMessages; ++i) {
      if (const auto message = framer_.next()) return session_.on_datagram(*message, now());
      if (framer_.is_broken()) return std::nullopt;
      fed_ = wire_.receive();
      if (fed_.empty()) return std::nullopt;
      framer_.feed(fed_);
    }
    return std::nullopt;
  }
  [[nodiscard]] stun::StreamFramer& framer() noexcept { return framer_; }

 private:
  static constexpr int kMaxMessages = 64;
  static Instant now() { return sample_now().mono; }

  SystemRandom random_;
  StreamWire wire_;
  client::TurnSession session_;
  stun::StreamFramer framer_{65559};
  std::vector<std::uint8_t> fed_;
};

}  // namespace turnpike::server
