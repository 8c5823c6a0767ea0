#pragma once

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "loopback.hpp"
#include "server/clock.hpp"
#include "server/server.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/client/turn_session.hpp"

namespace turnpike::server {

/// A whole server in this process, on ports that the system chose, with two workers.
class RunningServer {
 public:
  static constexpr const char* kUser = "alice";
  static constexpr const char* kPassword = "wonderland";

  static Config settings() {
    Config config;
    config.server.workers = 2;
    config.server.drain_deadline = Milliseconds{0};
    config.listen = {{ListenScheme::udp, {IpAddress::v4(127, 0, 0, 1), 0}}};
    config.relay.addresses = {IpAddress::v4(127, 0, 0, 1)};
    config.relay.families = {AddressFamily::ipv4};
    config.relay.peers.allow = {*IpPrefix::parse("127.0.0.0/8")};
    config.limits.errors_per_second = 0;
    config.auth.database.clear();
    config.api.admin_socket.clear();
    config.auth.users.push_back({.name = kUser, .password = SecretText{kPassword}, .key = {}, .key_sha256 = {}});
    return config;
  }

  explicit RunningServer(Config config = settings(), std::shared_ptr<const net::TlsSettings> tls = nullptr,
                         std::function<LoadedConfig()> reread = {}, ServiceManager manager = {})
      : sink_(std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)),
        log_(std::make_shared<EventLog>(config.log, sink_)),
        server_(std::make_unique<Server>(
            std::move(config), Server::Options{true, std::move(tls), std::move(reread), std::move(manager)}, log_)),
        listeners_(server_->config().listen),
        thread_([this] { server_->run(); }) {}
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() { stop(); }

  [[nodiscard]] Endpoint endpoint(std::size_t listener = 0) const { return listeners_[listener].endpoint; }

  /// As systemd does it. Returns the whole log.
  std::string stop() {
    if (thread_.joinable()) {
      static_cast<void>(::kill(::getpid(), SIGTERM));
      thread_.join();
    }
    server_.reset();
    return text_.str();
  }
  void signal(int number) const { static_cast<void>(::kill(::getpid(), number)); }

 private:
  std::ostringstream text_;
  spdlog::sink_ptr sink_;
  std::shared_ptr<EventLog> log_;
  std::unique_ptr<Server> server_;
  std::vector<ListenUrl> listeners_;  // as they were at the start
  std::thread thread_;
};

/// A client with a socket of its own that waits for each outcome.
class WaitingClient {
 public:
  explicit WaitingClient(const Endpoint& server, const std::string& user = RunningServer::kUser,
                         const std::string& password = RunningServer::kPassword)
      : socket_(net::open_socket()),
        session_({.server = server, .username = user, .password = password, .timers = {}}, random_) {}

  [[nodiscard]] client::TurnSession& session() noexcept { return session_; }
  [[nodiscard]] Endpoint relayed() const { return session_.allocation()->relayed.front(); }

  std::optional<client::Outcome> allocate(const client::AllocateOptions& options = {}) {
    session_.allocate(options, now());
    return wait_for_outcome();
  }
  std::optional<client::Outcome> permit(const Endpoint& peer) {
    session_.create_permission({&peer, 1}, now());
    return wait_for_outcome();
  }
  std::optional<client::Outcome> bind_channel(std::uint16_t number, const Endpoint& peer) {
    session_.bind_channel(number, peer, now());
    return wait_for_outcome();
  }
  std::optional<client::Outcome> deallocate() {
    session_.refresh(Seconds{0}, now());
    return wait_for_outcome();
  }
  void send(const Endpoint& peer, ByteSpan payload) {
    std::vector<std::uint8_t> buffer(payload.size() + 64);
    transmit(session_.write_to_peer(buffer, peer, payload));
  }
  /// The payload of the next datagram from a peer.
  std::optional<std::vector<std::uint8_t>> receive() {
    for (int i = 0; i < kMaxDatagrams; ++i) {
      const auto arrived = net::receive_datagrams(socket_, 1);
      if (arrived.empty()) return std::nullopt;
      const auto event = session_.on_datagram(arrived.front().payload, now());
      if (const auto* datagram = std::get_if<client::PeerDatagram>(&event)) {
        return std::vector<std::uint8_t>(datagram->payload.begin(), datagram->payload.end());
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr int kMaxDatagrams = 32;

  static Instant now() { return sample_now().mono; }
  void transmit(ByteSpan bytes) {
    net::SendBatch batch;
    batch.add({.socket = &socket_, .to = session_.options().server, .source = {}, .payload = bytes});
    batch.flush();
  }
  std::optional<client::Outcome> wait_for_outcome() {
    for (int i = 0; i < kMaxDatagrams; ++i) {
      for (ByteSpan out = session_.poll_transmit(now()); !out.empty(); out = session_.poll_transmit(now()))
        transmit(out);
      const auto arrived = net::receive_datagrams(socket_, 1);
      if (arrived.empty()) return std::nullopt;
      const auto event = session_.on_datagram(arrived.front().payload, now());
      if (const auto* outcome = std::get_if<client::Outcome>(&event)) return *outcome;
    }
    return std::nullopt;
  }

  SystemRandom random_;
  net::UdpSocket socket_;
  client::TurnSession session_;
};

}  // namespace turnpike::server
