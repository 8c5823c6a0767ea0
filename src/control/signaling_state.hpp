#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "control/signaling.hpp"

namespace turnpike::control {

// What the files of the hub share.
[[nodiscard]] WebSocketOptions socket_options_of(const SignalingSettings& settings);

struct Signaling::State : std::enable_shared_from_this<Signaling::State> {
  struct Client {
    RoomClient* session = nullptr;
    rooms::DialectTag dialect = rooms::DialectTag::native;
    std::uint32_t overruns = 0;  // messages refused more than taken
    std::uint32_t faults = 0;    // in a row
  };

  State(boost::asio::io_context& its_loop, RouteContext& its_context)
      : loop(its_loop),
        context(its_context),
        core(context.settings->signaling.limits, context.random),
        timer(loop),
        sockets(std::make_unique<WebSocketSet>(loop, socket_options_of(context.settings->signaling))) {}

  [[nodiscard]] Now now() const { return context.clock(); }
  [[nodiscard]] const SignalingSettings& settings() const noexcept { return context.settings->signaling; }

  /// Runs something on the core, and hands out what comes of it.
  template <typename Call>
  auto with_core(const Call& call) {
    std::vector<rooms::Delivery> out;
    const auto result = call(core, now(), out);
    dispatch(out);
    return result;
  }
  template <typename Call>
  void run(const Call& call) {
    with_core([&call](rooms::RoomCore& its_core, Now at, std::vector<rooms::Delivery>& out) {
      call(its_core, at, out);
      return true;
    });
  }
  /// A message of the client's that is one: from here on it is the core's to judge.
  void understood(rooms::ClientId client) {
    if (const auto found = clients.find(client); found != clients.end()) found->second.faults = 0;
  }
  void dispatch(const std::vector<rooms::Delivery>& out);
  void arm();
  /// Refuses the credentials of room_group() or of room_user() that have been handed out, and ends their relays.
  void revoke(std::string user, std::function<void()> then);

  boost::asio::io_context& loop;
  RouteContext& context;
  rooms::RoomCore core;
  std::unordered_map<rooms::ClientId, Client> clients;
  std::array<std::uint64_t, 3> by_dialect{};
  std::uint64_t last_client = 0;
  bool draining = false;
  std::uint64_t bad_origins = 0;
  std::uint64_t bad_tokens = 0;
  std::uint64_t floods = 0;
  boost::asio::steady_timer timer;
  Instant armed = kNever;
  std::unique_ptr<WebSocketSet> sockets;
};

}  // namespace turnpike::control
