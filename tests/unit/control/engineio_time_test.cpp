#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::PollingClient;
using test::SocketClient;
using test::SocketIoWorld;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class EngineIoTime : public testing::Test {
 protected:
  SocketIoWorld world_;
};

TEST_F(EngineIoTime, TheServerPings) {
  PollingClient client(world_);
  EXPECT_THAT(client.poll(), IsEmpty());
  world_.pass(Seconds{24});
  EXPECT_THAT(client.poll(), IsEmpty());
  world_.pass(Seconds{1});
  EXPECT_THAT(client.poll(), ElementsAre("2"));
}

TEST_F(EngineIoTime, WhoAnswersLivesOn) {
  SocketClient client(world_);
  client.connect();
  for (int i = 0; i < 5; ++i) {
    world_.pass(Seconds{25});
    EXPECT_THAT(client.take(), ElementsAre("2"));
    client.say("3");
  }
  EXPECT_FALSE(client.socket().is_closed());
}

TEST_F(EngineIoTime, WhoDoesNotAnswerIsGone) {
  PollingClient client(world_);
  world_.pass(Seconds{44});
  EXPECT_EQ(world_.server->session_count(), 1U);
  world_.pass(Seconds{1});
  EXPECT_EQ(world_.server->session_count(), 0U);
  EXPECT_EQ(world_.server->polling_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
}

TEST_F(EngineIoTime, APollOfWhoDoesNotAnswerIsClosed) {
  PollingClient client(world_);
  world_.pass(Seconds{25});
  EXPECT_THAT(client.poll(), ElementsAre("2"));
  EXPECT_THAT(client.poll(), IsEmpty());
  world_.pass(Seconds{20});
  EXPECT_THAT(client.poll(), ElementsAre("1"));
}

TEST_F(EngineIoTime, ASocketThatDoesNotAnswerIsClosed) {
  SocketClient client(world_);
  world_.pass(Seconds{45});
  EXPECT_TRUE(client.socket().is_closed());
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoTime, APongWithoutAPingPutsNothingOff) {
  SocketClient client(world_);
  world_.pass(Seconds{20});
  client.say("3");
  world_.pass(Seconds{5});
  EXPECT_EQ(client.take_last(), "2");
}

TEST_F(EngineIoTime, WhoOpensAndDoesNotConnectIsClosed) {
  SocketClient client(world_);
  world_.pass(Seconds{25});
  client.say("3");
  EXPECT_FALSE(client.socket().is_closed());
  world_.pass(Seconds{25});
  EXPECT_TRUE(client.socket().is_closed());
}

TEST_F(EngineIoTime, ThoseWhoAreRemovedMayStillFetchTheirLastPackets) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", R"(42["join-room","den","ann"])"}));
  static_cast<void>(client.poll());
  world_.signaling->kick("den", "ann", [](bool) {});
  world_.server->tick();
  EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
  EXPECT_EQ(client.post({R"(42["chat","too late"])"}).result(), http::status::ok);
  EXPECT_THAT(client.poll(), ElementsAre("41"));
  EXPECT_THAT(client.poll(), ElementsAre("1"));
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoTime, ThoseWhoAreRemovedAndSayCloseAreForgottenAtOnce) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", R"(42["join-room","den","ann"])"}));
  static_cast<void>(client.poll());
  world_.signaling->kick("den", "ann", [](bool) {});
  EXPECT_THAT(client.poll(), ElementsAre("41"));
  EXPECT_EQ(client.post({"1"}).result(), http::status::ok);
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoTime, ThoseWhoDoNotFetchTheirLastPacketsAreForgotten) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", R"(42["join-room","den","ann"])"}));
  world_.signaling->kick("den", "ann", [](bool) {});
  world_.pass(Seconds{9});
  EXPECT_EQ(world_.server->session_count(), 1U);
  world_.pass(Seconds{2});
  EXPECT_EQ(world_.server->session_count(), 0U);
  EXPECT_EQ(world_.server->polling_count(), 0U);
}

TEST_F(EngineIoTime, CredentialsAreRenewedBeforeTheyRunOut) {
  world_.settings.signaling.credential_ttl = Seconds{120};
  world_.apply();
  SocketClient client(world_);
  client.connect();
  client.say(R"(42["join-room","den","ann"])");
  static_cast<void>(client.take());
  std::vector<std::string> packets;
  for (int i = 0; i < 3; ++i) {
    world_.pass(Seconds{25});
    client.say("3");
    packets = client.take();
    EXPECT_EQ(packets.size(), i < 2 ? 1U : 2U);
  }
  EXPECT_THAT(packets, testing::Contains(StartsWith(R"(42["ice-servers",{"iceServers":[)")));
}

}  // namespace
}  // namespace turnpike::control
