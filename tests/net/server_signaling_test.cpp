#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "controlled_server.hpp"
#include "support/websocket_frames.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

Config open_rooms() {
  Config config = control_settings();
  config.signaling.auth = control::RoomAuth::open;
  return config;
}

/// A client of /signal that waits for what it expects.
class Member {
 public:
  explicit Member(const RunningServer& server) : wire_(server.endpoint(0)) {
    wire_.send(
        as_bytes("GET /signal HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
  }

  void say(const json::object& message) {
    wire_.send(as_bytes(test::client_frame(test::kText, json::serialize(message))));
  }
  json::object join(json::object wanted) {
    wanted["type"] = "join-room";
    say(wanted);
    return wait_for({"joined", "error"});
  }
  /// The next message of one of these types; what comes before it is skipped.
  json::object wait_for(const std::vector<std::string>& types) {
    for (int i = 0; i < 100; ++i) {
      for (const auto all = frames(); seen_ < all.size(); ++seen_) {
        const test::ServerFrame& frame = all.at(seen_);
        if (frame.first != test::kText) continue;
        json::object message = json::parse(frame.payload).as_object();
        const std::string type(message.at("type").as_string());
        if (std::find(types.begin(), types.end(), type) == types.end()) continue;
        ++seen_;
        return message;
      }
      if (!read()) break;
    }
    ADD_FAILURE() << "it did not come: " << testing::PrintToString(types);
    return {};
  }
  /// The code of the server's close frame; 0 when there is none.
  int wait_for_close() {
    for (int i = 0; i < 100; ++i) {
      for (const test::ServerFrame& frame : frames()) {
        if (frame.first != test::kClose || frame.payload.size() < 2) continue;
        return static_cast<unsigned char>(frame.payload[0]) * 256 + static_cast<unsigned char>(frame.payload[1]);
      }
      if (!read()) break;
    }
    return 0;
  }

 private:
  [[nodiscard]] std::vector<test::ServerFrame> frames() const {
    const auto begin = text_.find("\r\n\r\n");
    if (begin == std::string::npos) return {};
    return test::server_frames(std::string_view(text_).substr(begin + 4));
  }
  bool read() {
    const auto bytes = wire_.receive();
    text_.append(bytes.begin(), bytes.end());
    return !bytes.empty();
  }

  StreamWire wire_;
  std::string text_;
  std::size_t seen_ = 0;
};

struct Credential {
  std::string username;
  std::string password;
};
Credential credential_of(const json::object& joined) {
  for (const json::value& server : joined.at("iceServers").as_array()) {
    if (!server.as_object().contains("username")) continue;
    return {std::string(server.at("username").as_string()), std::string(server.at("credential").as_string())};
  }
  return {};
}

TEST(ServerSignalingTest, ClosingARoomEndsTheRelaysOfItsMembers) {
  RunningServer server(open_rooms());
  Member member(server);
  const Credential credential = credential_of(member.join({{"roomId", "blue"}, {"userId", "ann"}}));
  EXPECT_THAT(credential.username, testing::EndsWith(":room:blue/ann"));
  WaitingClient relayed(server.endpoint(1), credential.username, credential.password);
  ASSERT_TRUE(succeeded(relayed.allocate()));
  WaitingClient bystander(server.endpoint(1));
  ASSERT_TRUE(succeeded(bystander.allocate()));
  EXPECT_EQ(ask(server, "GET", "/api/v1/allocations?room=blue").body.at("allocations").as_array().size(), 1U);

  EXPECT_EQ(ask(server, "DELETE", "/api/v1/rooms/blue").status, 204);
  EXPECT_EQ(member.wait_for_close(), 4003);
  EXPECT_EQ(ask(server, "GET", "/api/v1/allocations").body.at("allocations").as_array().size(), 1U);
  WaitingClient again(server.endpoint(1), credential.username, credential.password);
  EXPECT_FALSE(succeeded(again.allocate()));
}

TEST(ServerSignalingTest, StatusAndMetricsCountRoomsAndMembers) {
  RunningServer server(open_rooms());
  Member ann(server);
  Member bob(server);
  ann.join({{"roomId", "blue"}});
  bob.join({{"roomId", "blue"}});
  const json::value status = ask(server, "GET", "/api/v1/status").body;
  EXPECT_EQ(status.at("rooms"), 1);
  EXPECT_EQ(status.at("members"), 2);
  const std::string metrics = ask(server, "GET", "/metrics").text;
  EXPECT_THAT(metrics, HasSubstr("\nturnpike_room_members 2\n"));
  EXPECT_THAT(metrics, HasSubstr("\nturnpike_signaling_clients{dialect=\"native\"} 2\n"));
  EXPECT_THAT(metrics, HasSubstr("\nturnpike_room_joins_total 2\n"));
}

TEST(ServerSignalingTest, WithoutATokenNobodyJoinsUnlessRoomsAreOpen) {
  RunningServer server(control_settings());
  Member member(server);
  EXPECT_EQ(member.join({{"roomId", "blue"}}).at("code"), "unauthorized");
}

TEST(ServerSignalingTest, ARoomTokenJoinsAndAReloadTakesItAwayWithItsSecret) {
  auto file = std::make_shared<LoadedConfig>();
  file->config = control_settings();
  RunningServer server(file->config, nullptr, [file] { return *file; });
  const json::value made = ask(server, "POST", "/api/v1/room-tokens", R"({"room":"blue","user":"ann"})").body;
  const json::object wanted{{"roomId", "blue"}, {"token", made.at("token")}};
  Member member(server);
  EXPECT_EQ(member.join(wanted).at("userId"), "ann");

  file->config.auth.secrets = {{"the secret that comes after"}, {"the secret that signs"}};
  EXPECT_EQ(ask(server, "POST", "/api/v1/reload").status, 200);
  EXPECT_EQ(Member(server).join(wanted).at("type"), "joined");

  file->config.auth.secrets = {{"the secret that comes after"}};
  EXPECT_EQ(ask(server, "POST", "/api/v1/reload").status, 200);
  EXPECT_EQ(Member(server).join(wanted).at("code"), "unauthorized");
}

TEST(ServerSignalingTest, ASecretThatWasMadeUpOutlivesAReload) {
  auto file = std::make_shared<LoadedConfig>();
  file->config = control_settings();
  file->config.auth.secrets.clear();
  RunningServer server(file->config, nullptr, [file] { return *file; });
  const json::value made = ask(server, "POST", "/api/v1/room-tokens").body;
  file->config.signaling.max_members = 3;
  EXPECT_EQ(ask(server, "POST", "/api/v1/reload").status, 200);
  Member member(server);
  EXPECT_EQ(member.join({{"token", made.at("token")}}).at("roomId"), made.at("room"));
}

TEST(ServerSignalingTest, RoomsCanBeLeftOut) {
  Config config = control_settings();
  config.signaling.enabled = false;
  RunningServer server(std::move(config));
  for (const char* path : {"/signal", "/peerjs/id", "/socket.io/?EIO=4&transport=polling", "/api/v1/rooms"}) {
    EXPECT_EQ(ask(server, "GET", path).status, 404) << path;
  }
}

TEST(ServerSignalingTest, MembersAreToldThatTheServerStops) {
  RunningServer server(open_rooms());
  Member member(server);
  member.join({{"roomId", "blue"}});
  server.signal(SIGTERM);
  EXPECT_TRUE(member.wait_for({"draining"}).contains("reconnectAfter"));
  EXPECT_EQ(member.wait_for_close(), 1001);
}

}  // namespace
}  // namespace turnpike::server
