#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/control/control_plane.hpp"
#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Clients of the rooms over sockets, with everything behind them but the relay.
class SignalingSocketsTest : public HttpTest {
 protected:
  using Client = WebSocketClient<HttpClient>;

  void start_plane(const ControlSettings& settings) {
    plane_.emplace(ControlPlane::Environment{loop_, backend_, random_, [this] { return clock_.now(); },
                                             [](const StoredRevocation&) { return true; }},
                   HttpOptions{}, settings);
  }
  static ControlSettings open_settings() {
    ControlSettings settings;
    settings.secret = "north";
    settings.signaling.auth = RoomAuth::open;
    settings.signaling.token_secrets = {"south"};
    return settings;
  }

  Client ask(const std::string& target, const std::string& fields = {}) {
    SocketPair pair = connect_over_loopback();
    HttpStream stream = make_stream(std::move(pair.server));
    stream.client = *Endpoint::parse("198.51.100.1:4000");
    plane_->serve(std::move(stream));
    Client client(HttpClient(std::move(pair.client)), nullptr);
    client.stream().send("GET " + target +
                         " HTTP/1.1\r\nHost: turn.example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
                         fields + "\r\n");
    EXPECT_TRUE(run_until([&] { return client.read(), client.is_open(); }));
    return client;
  }
  Client join(const std::string& user) {
    Client client = ask("/signal");
    client.send_text(R"({"type":"join-room","roomId":"r","userId":")" + user + "\"}");
    EXPECT_TRUE(wait_for(client, 2));
    return client;
  }
  /// Until so many frames are there in all.
  bool wait_for(Client& client, std::size_t count) {
    return run_until([&] { return client.read(), client.frames().size() >= count; });
  }

  turnpike::test::FakeBackend backend_;
  turnpike::test::SeededRandom random_{1};
  turnpike::test::VirtualClock clock_;
  std::optional<ControlPlane> plane_;
};

TEST_F(SignalingSocketsTest, TwoClientsMeetAndTalk) {
  start_plane(open_settings());
  Client alice = join("alice");
  EXPECT_THAT(alice.stream().text(), StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  Client bob = join("bob");
  bob.send_text(R"({"type":"signal","targetUserId":"alice","data":{"sdp":"x"}})");
  ASSERT_TRUE(wait_for(alice, 4));
  EXPECT_EQ(alice.frames()[2], text_frame(R"({"type":"new-peer","userId":"bob","name":"","seq":1})"));
  EXPECT_EQ(alice.frames()[3], text_frame(R"({"type":"signal","from":"bob","data":{"sdp":"x"},"seq":2})"));
}

TEST_F(SignalingSocketsTest, ALostConnectionIsResumed) {
  start_plane(open_settings());
  Client alice = join("alice");
  Client bob = join("bob");
  ASSERT_TRUE(wait_for(alice, 3));
  const auto joined = boost::json::parse(alice.frames()[1].payload);
  alice.stream().reset();
  ASSERT_TRUE(run_until([&] { return plane_->counters().signaling.clients[0] == 1; }));
  bob.send_text(R"({"type":"signal","data":1})");
  Client again = ask("/signal");
  again.send_text(R"({"type":"join-room","roomId":"r","userId":"alice","lastSeq":1,"resume":")" +
                  std::string(joined.at("resume").as_string().c_str()) + "\"}");
  ASSERT_TRUE(wait_for(again, 3));
  EXPECT_THAT(again.frames()[1].payload, HasSubstr(R"("resumed":true)"));
  EXPECT_THAT(again.frames()[2].payload, HasSubstr(R"("seq":2)"));
}

TEST_F(SignalingSocketsTest, APeerJsClientIsOpen) {
  start_plane(open_settings());
  Client alice = ask("/peerjs?key=peerjs&id=alice&token=t&version=1.5.5");
  ASSERT_TRUE(wait_for(alice, 1));
  EXPECT_EQ(alice.frames()[0], text_frame(R"({"type":"OPEN"})"));
}

TEST_F(SignalingSocketsTest, AForeignPageIsNotConnected) {
  start_plane(open_settings());
  EXPECT_THAT(ask("/signal", "Origin: https://evil.example\r\n").stream().text(), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask("/signal", "Origin: https://turn.example.org\r\n").stream().text(), StartsWith("HTTP/1.1 101"));
}

TEST_F(SignalingSocketsTest, AMessageThatIsFarTooLargeEndsTheSocket) {
  ControlSettings settings = open_settings();
  settings.signaling.limits.message_bytes = 1024;
  start_plane(settings);
  Client alice = join("alice");
  alice.send_text(std::string(20'000, ' '));
  ASSERT_TRUE(wait_for(alice, 3));
  EXPECT_EQ(alice.frames()[2].payload.substr(0, 2), test::close_payload(1009));
}

TEST_F(SignalingSocketsTest, DrainingAndStoppingAreTold) {
  start_plane(open_settings());
  Client alice = join("alice");
  plane_->start_draining();
  ASSERT_TRUE(wait_for(alice, 3));
  EXPECT_EQ(alice.frames()[2], text_frame(R"({"type":"draining","reconnectAfter":5})"));
  plane_->stop();
  ASSERT_TRUE(wait_for(alice, 4));
  EXPECT_EQ(alice.frames()[3].payload.substr(0, 2), test::close_payload(1001));
  EXPECT_EQ(plane_->counters().signaling.clients[0], 0U);
}

TEST_F(SignalingSocketsTest, ThePlaneMayGoWhileClientsAreThere) {
  start_plane(open_settings());
  Client alice = join("alice");
  Client bob = join("bob");
  plane_.reset();
  EXPECT_TRUE(run_until([&] { return bob.read(), bob.is_closed(); }));
}

TEST_F(SignalingSocketsTest, NothingOfItIsThereWhenItIsOff) {
  ControlSettings settings = open_settings();
  settings.signaling.enabled = false;
  start_plane(settings);
  for (const char* target : {"/signal", "/peerjs", "/peerjs/id", "/socket.io/?EIO=4&transport=polling"}) {
    EXPECT_THAT(ask(target).stream().text(), StartsWith("HTTP/1.1 404")) << target;
  }
}

}  // namespace
}  // namespace turnpike::control
