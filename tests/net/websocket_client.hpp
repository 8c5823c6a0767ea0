#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/websocket.hpp"
#include "http_client.hpp"
#include "support/websocket_frames.hpp"

namespace turnpike::control {

inline constexpr std::string_view kHandshake =
    "GET /signal HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// What a peer has heard, and what it does.
struct PeerLog {
  int opened = 0;
  int closed = 0;
  int gone = 0;  // destroyed
  std::vector<std::string> texts;
  std::vector<std::uint64_t> marks;  // received
  std::uint64_t next_mark = 0;       // of on_heartbeat()
  int heartbeats = 0;
  TextChannel* channel = nullptr;
  std::function<void(std::string_view)> on_text;  // instead of sending the text back
  std::function<void()> on_closed;
};

class LoggingPeer final : public TextPeer {
 public:
  explicit LoggingPeer(std::shared_ptr<PeerLog> log) : log_(std::move(log)) {}
  ~LoggingPeer() override { ++log_->gone; }

  void on_open(TextChannel& channel) override {
    ++log_->opened;
    log_->channel = &channel;
  }
  void on_text(std::string_view text) override {
    EXPECT_EQ(log_->closed, 0);
    log_->texts.emplace_back(text);
    if (log_->on_text) return log_->on_text(text);
    log_->channel->send(std::string(text));
  }
  std::uint64_t on_heartbeat() override {
    ++log_->heartbeats;
    return log_->next_mark;
  }
  void on_received(std::uint64_t mark) override { log_->marks.push_back(mark); }
  void on_closed() override {
    ++log_->closed;
    log_->channel = nullptr;
    if (log_->on_closed) log_->on_closed();
  }

 private:
  std::shared_ptr<PeerLog> log_;
};

/// A WebSocket's client, over a stream that sends, reads and says whether it is closed.
template <typename Stream>
class WebSocketClient {
 public:
  WebSocketClient(Stream stream, std::shared_ptr<PeerLog> its_peer)
      : peer(std::move(its_peer)), stream_(std::move(stream)) {}

  void send(int first, std::string_view payload) { stream_.send(test::client_frame(first, payload)); }
  void send_text(std::string_view text) { send(test::kText, text); }
  void read() { stream_.read(); }
  [[nodiscard]] bool is_open() const { return stream_.text().find("\r\n\r\n") != std::string::npos; }
  [[nodiscard]] std::vector<test::ServerFrame> frames() const {
    if (!is_open()) return {};
    return test::server_frames(std::string_view(stream_.text()).substr(stream_.text().find("\r\n\r\n") + 4));
  }
  [[nodiscard]] bool is_closed() const { return stream_.is_closed(); }
  [[nodiscard]] Stream& stream() { return stream_; }

  std::shared_ptr<PeerLog> peer;

 private:
  Stream stream_;
};

/// A server whose every request wants to be a WebSocket.
class WebSocketTest : public HttpTest {
 protected:
  using Client = WebSocketClient<HttpClient>;

  void start_sockets(const WebSocketOptions& options = {}) {
    sockets_.emplace(loop_, options);
    start({}, [this](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
      exchange->take_over = [this, log = next_log_](EngineStream stream, std::vector<std::uint8_t> received) {
        sockets_->open(std::move(stream), std::move(received), std::make_unique<LoggingPeer>(log));
      };
      reply(answer_handshake(exchange->request));
    });
  }

  /// `behind`: what the client sends with its request. The handshake is not waited for.
  Client begin(std::string_view behind = {}, SocketPair pair = connect_over_loopback()) {
    next_log_ = std::make_shared<PeerLog>();
    server_->serve(make_stream(std::move(pair.server)));
    Client client(HttpClient(std::move(pair.client)), next_log_);
    client.stream().send(std::string(kHandshake).append(behind));
    return client;
  }
  Client connect(SocketPair pair = connect_over_loopback()) {
    Client client = begin({}, std::move(pair));
    EXPECT_TRUE(run_until([&] { return client.read(), client.is_open(); }));
    EXPECT_TRUE(run_until([&] { return client.peer->opened == 1; }));
    return client;
  }
  template <typename Any>
  bool wait_for_frames(Any& client, const std::vector<test::ServerFrame>& frames) {
    const bool came = run_until([&] { return client.read(), client.frames().size() >= frames.size(); });
    EXPECT_EQ(client.frames(), frames);
    return came;
  }
  template <typename Any>
  bool wait_for_end(Any& client) {
    return run_until([&] { return client.read(), client.is_closed(); });
  }
  bool all_closed() {
    return run_until([&] { return sockets_->size() == 0; });
  }
  void turn_loop() {
    loop_.restart();
    loop_.poll();
  }

  std::optional<WebSocketSet> sockets_;
  std::shared_ptr<PeerLog> next_log_;
};

inline test::ServerFrame text_frame(std::string_view text) { return {test::kText, std::string(text)}; }
inline test::ServerFrame close_frame(int code, std::string_view reason = {}) {
  return {test::kClose, test::close_payload(code, reason)};
}

}  // namespace turnpike::control
