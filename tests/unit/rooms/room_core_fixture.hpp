#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "support/core_settings.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::rooms {

/// A core whose deliveries read as text: "new-peer bob", numbered ones as "#3 new-peer bob".
class RoomCoreTest : public ::testing::Test {
 protected:
  RoomCoreTest() { remake(RoomLimits()); }

  void remake(const RoomLimits& limits) {
    limits_ = limits;
    core_ = std::make_unique<RoomCore>(limits_, random_);
  }

  ClientId connect(std::string_view address = "192.0.2.1") {
    const ClientId client{++last_client_};
    EXPECT_EQ(try_connect(client, address), std::nullopt);
    return client;
  }
  std::optional<Refusal> try_connect(ClientId client, std::string_view address) {
    return core_->connect(client, test::address(address), clock_.now());
  }
  void disconnect(ClientId client) { core_->disconnect(client, clock_.now(), begin()); }

  void join(ClientId client, JoinRequest request) { core_->join(client, std::move(request), clock_.now(), begin()); }
  void join(ClientId client, std::string room, std::string user) {
    JoinRequest request;
    request.room = std::move(room);
    request.user = std::move(user);
    join(client, std::move(request));
  }
  /// A connection of its own in that room.
  ClientId member(std::string room, std::string user) {
    const ClientId client = connect();
    join(client, std::move(room), std::move(user));
    EXPECT_NE(joined(client), nullptr);
    return client;
  }
  static JoinRequest resuming(std::string resume, std::optional<std::uint64_t> seen = std::nullopt) {
    JoinRequest request;
    request.room = "room";
    request.resume = std::move(resume);
    request.seen = seen;
    return request;
  }
  void signal(ClientId client, std::string_view target, std::string text, IfAbsent if_absent = IfAbsent::refuse) {
    core_->signal(client, target, 0, std::make_shared<const std::string>(std::move(text)), if_absent, clock_.now(),
                  begin());
  }
  void chat(ClientId client, std::string text) { core_->chat(client, std::move(text), clock_.now(), begin()); }
  void leave(ClientId client) { core_->leave(client, clock_.now(), begin()); }
  void kick(std::string_view room, std::string_view user) {
    EXPECT_TRUE(core_->kick(room, user, clock_.now(), begin()));
  }
  void close(std::string_view room) { EXPECT_TRUE(core_->close(room, clock_.now(), begin())); }
  void pass(Duration time) {
    clock_.advance(time);
    core_->tick(clock_.now(), begin());
  }

  /// What the last call had to say to a client.
  [[nodiscard]] std::vector<std::string> heard(ClientId client) const {
    std::vector<std::string> texts;
    for (const Delivery& delivery : out_) {
      if (delivery.client != client) continue;
      const std::string text = std::visit([](const auto& content) { return text_of(content); }, *delivery.notice);
      texts.push_back(delivery.sequence == 0 ? text : "#" + std::to_string(delivery.sequence) + " " + text);
    }
    return texts;
  }
  /// The Joined of the last call; null: there was none for that client.
  [[nodiscard]] const Joined* joined(ClientId client) const {
    for (const Delivery& delivery : out_) {
      const auto* found = std::get_if<Joined>(delivery.notice.get());
      if (found != nullptr && delivery.client == client) return found;
    }
    return nullptr;
  }
  [[nodiscard]] std::string resume_of(ClientId client) const { return joined(client)->resume; }
  [[nodiscard]] const RoomCore& core() const { return *core_; }
  [[nodiscard]] const std::vector<Delivery>& out() const { return out_; }

  RoomLimits limits_;
  test::VirtualClock clock_;
  test::SeededRandom random_{1};
  std::unique_ptr<RoomCore> core_;

 private:
  std::vector<Delivery>& begin() {
    out_.clear();
    return out_;
  }

  static std::string text_of(const Joined& joined) {
    std::string text = joined.resumed ? "resumed " + joined.user + ":" : "joined " + joined.user + ":";
    for (const Peer& peer : joined.peers) text += " " + peer.user;
    return text;
  }
  static std::string text_of(const PeerJoined& joined) { return "new-peer " + joined.peer.user; }
  static std::string text_of(const PeerLeft& left) {
    return "peer-left " + left.user + " " + std::string(name_of(left.reason));
  }
  static std::string text_of(const Signal& signal) { return "signal " + signal.from + " " + *signal.body; }
  static std::string text_of(const Chat& chat) { return "chat " + chat.from + " " + chat.text; }
  static std::string text_of(const Undelivered& undelivered) { return "undelivered " + undelivered.target; }
  static std::string text_of(const Refused& refused) { return "error " + std::string(name_of(refused.code)); }
  static std::string text_of(const Removed& removed) { return "removed " + std::string(name_of(removed.reason)); }

  std::uint64_t last_client_ = 0;
  std::vector<Delivery> out_;
};

}  // namespace turnpike::rooms
