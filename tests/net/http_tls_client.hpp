#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/vector_sink.hpp"
#include "http_client.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/net/made_up_certificate.hpp"
#include "turnpike/net/tls_engine.hpp"

namespace turnpike::control {

/// A client with TLS on its end.
class TlsHttpClient {
 public:
  TlsHttpClient(net::FileDescriptor socket, net::TlsEngine engine)
      : raw_(std::move(socket)), engine_(std::move(engine)) {}

  [[nodiscard]] std::vector<std::uint8_t> encrypt(std::string_view text) {
    std::vector<std::uint8_t> wire;
    VectorSink sink(wire);
    EXPECT_TRUE(engine_.write(as_bytes(text), sink));
    return wire;
  }
  void send(std::string_view text) {
    const std::vector<std::uint8_t> wire = encrypt(text);
    EXPECT_EQ(raw_.send(as_text(wire)), wire.size());
  }
  void send_byte_by_byte(std::string_view text, const std::function<void()>& between) {
    const std::vector<std::uint8_t> wire = encrypt(text);
    for (std::size_t i = 0; i < wire.size(); ++i) {
      raw_.send(as_text(ByteSpan(wire).subspan(i, 1)));
      between();
    }
  }
  void say_end() {
    std::vector<std::uint8_t> wire;
    VectorSink sink(wire);
    engine_.close(sink);
    raw_.send(as_text(wire));
  }
  void read() {
    raw_.read();
    take(as_bytes(raw_.text()).subspan(used_));
    used_ = raw_.text().size();
  }
  /// Wire bytes that came in another way.
  void take(ByteSpan wire) {
    std::vector<std::uint8_t> replies;
    VectorSink sink(replies);
    std::array<std::uint8_t, 16384> plain{};
    engine_.feed(wire);
    for (std::size_t size = 1; size > 0;) {
      size = engine_.read(plain, sink);
      text_.append(as_text(ByteSpan(plain).first(size)));
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_closed() const { return raw_.is_closed(); }
  [[nodiscard]] HttpClient& raw() { return raw_; }
  [[nodiscard]] const net::TlsEngine& engine() const { return engine_; }

 private:
  HttpClient raw_;
  net::TlsEngine engine_;
  std::string text_;
  std::size_t used_ = 0;
};

/// Both ends of a connection whose handshake is done; `last` is what the server still has to say at its end.
struct TlsPair {
  net::TlsEngine server;
  net::TlsEngine client;
  std::vector<std::uint8_t> last;
};

/// Shakes hands as a worker does it, in memory, with a certificate of its own.
class TlsHandshakes {
 public:
  TlsHandshakes() {
    const std::vector<std::string> hosts{"turn.test"};
    const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    auto made = net::make_up_certificate(hosts, now, Seconds{3600});
    auto settings = net::TlsSettings::make({&made->server, 1}, {.alpn = {"stun.turn", "http/1.1"}}, random_);
    settings_ = std::move(*settings);
    ca_ = made->ca_pem;
  }

  TlsPair shake_hands() {
    TlsPair pair{*net::TlsEngine::accept(settings_),
                 *net::TlsEngine::connect({.server_name = "turn.test", .trusted_pem = ca_, .alpn = {"http/1.1"}}),
                 {}};
    std::array<std::uint8_t, 16384> plain{};
    for (int turn = 0; turn < 6 && pair.server.state() != net::TlsEngine::State::open; ++turn) {
      std::vector<std::uint8_t> to_server;
      VectorSink server_bound(to_server);
      pair.client.feed(pair.last);
      EXPECT_EQ(pair.client.read(plain, server_bound), 0U);
      pair.last.clear();
      VectorSink client_bound(pair.last);
      pair.server.feed(to_server);
      EXPECT_EQ(pair.server.read(plain, client_bound), 0U);
    }
    EXPECT_EQ(pair.server.alpn(), "http/1.1");
    return pair;
  }

 private:
  SystemRandom random_;
  std::shared_ptr<const net::TlsSettings> settings_;
  std::string ca_;
};

}  // namespace turnpike::control
