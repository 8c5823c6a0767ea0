#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::code_of;
using test::SocketClient;
using test::SocketIoWorld;
using testing::ElementsAre;
using testing::StartsWith;

class SocketIoClients : public testing::Test {
 protected:
  std::unique_ptr<SocketClient> connected() {
    auto client = std::make_unique<SocketClient>(world_);
    client->connect();
    return client;
  }
  std::unique_ptr<SocketClient> joined() {
    auto client = connected();
    static_cast<void>(client->ask(R"(42["join-room","den","ann"])"));
    return client;
  }

  SocketIoWorld world_;
};

TEST_F(SocketIoClients, ASocketOpensWithoutUpgrades) {
  const SocketClient client(world_);
  ASSERT_THAT(client.opening(), ElementsAre(StartsWith("0{")));
  const auto open = boost::json::parse(client.opening().front().substr(1)).as_object();
  EXPECT_EQ(open.at("upgrades"), boost::json::array{});
}

TEST_F(SocketIoClients, WhoConnectsIsToldAnId) {
  SocketClient client(world_);
  client.say("40");
  EXPECT_THAT(client.take(), ElementsAre(StartsWith(R"(40{"sid":")")));
}

TEST_F(SocketIoClients, OtherNamespacesAreNotThere) {
  SocketClient client(world_);
  client.say("40/admin,");
  EXPECT_THAT(client.take(), ElementsAre(R"(44/admin,{"message":"Invalid namespace"})"));
  EXPECT_FALSE(client.socket().is_closed());
}

TEST_F(SocketIoClients, WhileTheServerDrainsNobodyConnects) {
  world_.signaling->start_draining();
  SocketClient client(world_);
  client.say("40");
  EXPECT_THAT(client.take(), ElementsAre(R"(44{"message":"draining"})"));
}

TEST_F(SocketIoClients, WhoIsConnectedIsToldOfTheDraining) {
  const auto client = connected();
  world_.signaling->start_draining();
  EXPECT_THAT(client->take(), ElementsAre(R"(42["draining",{"reconnectAfter":5}])"));
}

TEST_F(SocketIoClients, NothingIsHeardBeforeTheConnection) {
  SocketClient client(world_);
  client.say(R"(42["join-room","den"])");
  EXPECT_TRUE(client.socket().is_closed());
  EXPECT_EQ(world_.signaling->rooms().room_count(), 0U);
}

TEST_F(SocketIoClients, NothingIsHeardInOtherNamespaces) {
  const auto client = connected();
  client->say(R"(42/admin,["join-room","den"])");
  EXPECT_TRUE(client->socket().is_closed());
}

TEST_F(SocketIoClients, NobodyConnectsTwice) {
  const auto client = connected();
  client->say("40");
  EXPECT_TRUE(client->socket().is_closed());
}

TEST_F(SocketIoClients, BinaryPacketsEndTheConnection) {
  const auto client = connected();
  client->say(R"(451-["chat",{"_placeholder":true,"num":0}])");
  EXPECT_TRUE(client->socket().is_closed());
}

TEST_F(SocketIoClients, WhoDisconnectsLeavesAndMayConnectAgain) {
  const auto client = joined();
  client->say("41");
  EXPECT_EQ(world_.signaling->rooms().member_count(), 0U);
  client->say("40");
  EXPECT_THAT(client->take(), ElementsAre(StartsWith("40{")));
}

TEST_F(SocketIoClients, JoiningIsAnEvent) {
  const auto client = connected();
  const auto arguments = client->ask(R"(42["join-room","den","ann"])");
  ASSERT_EQ(arguments.size(), 2U);
  EXPECT_EQ(arguments[0], "joined");
  const auto& joined = arguments[1].as_object();
  EXPECT_EQ(joined.at("roomId"), "den");
  EXPECT_EQ(joined.at("userId"), "ann");
  EXPECT_EQ(joined.at("peers"), boost::json::array{});
  EXPECT_FALSE(joined.at("iceServers").as_array().empty());
  EXPECT_FALSE(joined.contains("type"));
}

TEST_F(SocketIoClients, JoiningIsAnAcknowledgementForWhoWantsOne) {
  const auto client = connected();
  client->say(R"(427["join-room",{"roomId":"den","userId":"ann","name":"Ann"}])");
  const auto packets = client->take();
  ASSERT_THAT(packets, ElementsAre(StartsWith("437[{")));
  EXPECT_EQ(SocketClient::arguments_of(packets.front())[0].at("name"), "Ann");
}

TEST_F(SocketIoClients, WithoutARoomOneIsDrawn) {
  const auto client = connected();
  const auto arguments = client->ask(R"(42["join-room"])");
  ASSERT_EQ(arguments.size(), 2U);
  EXPECT_GE(arguments[1].at("roomId").as_string().size(), 20U);
}

TEST_F(SocketIoClients, OthersSeeItAsSocketIo) {
  const auto client = joined();
  EXPECT_EQ(world_.signaling->rooms().members("den").front().dialect,
            static_cast<std::uint8_t>(rooms::DialectTag::socketio));
}

TEST_F(SocketIoClients, LeavingIsConfirmed) {
  const auto client = joined();
  client->say(R"(423["leave-room"])");
  EXPECT_THAT(client->take(), ElementsAre(R"(433[{"ok":true}])"));
  EXPECT_EQ(world_.signaling->rooms().member_count(), 0U);
}

TEST_F(SocketIoClients, WhoIsInNoRoomCannotSpeak) {
  const auto client = connected();
  EXPECT_EQ(code_of(client->ask(R"(421["chat","hello"])")), "not-in-room");
  EXPECT_EQ(code_of(client->ask(R"(42["signal",{"data":1}])")), "not-in-room");
  EXPECT_EQ(code_of(client->ask(R"(422["leave-room"])")), "not-in-room");
}

TEST_F(SocketIoClients, NobodySpeaksInARoomThatTheyAreNotIn) {
  const auto client = joined();
  EXPECT_EQ(code_of(client->ask(R"(421["chat",{"roomId":"attic","text":"hello"}])")), "not-in-room");
  EXPECT_EQ(code_of(client->ask(R"(422["offer",{"room":"attic","sdp":"v=0"}])")), "not-in-room");
}

TEST_F(SocketIoClients, ErrorsAreEventsForWhoWantsNoAcknowledgement) {
  const auto client = joined();
  const auto arguments = client->ask(R"(42["signal",{"data":1,"targetUserId":"nobody"}])");
  ASSERT_EQ(arguments.size(), 2U);
  EXPECT_EQ(arguments[0], "error");
  EXPECT_EQ(code_of(arguments), "unknown-target");
  EXPECT_FALSE(arguments[1].at("message").as_string().empty());
}

TEST_F(SocketIoClients, UnknownEventsAreErrors) {
  const auto client = connected();
  EXPECT_EQ(code_of(client->ask(R"(425["dance"])")), "bad-message");
}

TEST_F(SocketIoClients, EventsWithWrongArgumentsAreErrors) {
  const auto client = joined();
  client->say(R"(429["chat",17])");
  const auto packets = client->take();
  ASSERT_THAT(packets, ElementsAre(StartsWith("439[")));
  EXPECT_EQ(code_of(SocketClient::arguments_of(packets.front())), "bad-message");
  EXPECT_FALSE(client->socket().is_closed());
}

TEST_F(SocketIoClients, WhoIsTooFastIsToldAndNotHeard) {
  const auto client = joined();
  for (int i = 0; i < 520; ++i) client->say(R"(42["chat","hello"])");
  EXPECT_EQ(code_of(SocketClient::arguments_of(client->take_last())), "rate-limited");
}

TEST_F(SocketIoClients, WhoGoesOnIsClosed) {
  const auto client = joined();
  for (int i = 0; i < 700; ++i) client->say(R"(42["chat","hello"])");
  EXPECT_EQ(client->socket().close_code(), CloseCode::policy);
  EXPECT_EQ(client->take_last(), "41");
}

TEST_F(SocketIoClients, WhoSaysNothingButNonsenseIsClosed) {
  const auto client = connected();
  for (int i = 0; i < 100; ++i) client->say(R"(42["dance"])");
  EXPECT_EQ(client->socket().close_code(), CloseCode::policy);
}

TEST_F(SocketIoClients, WhoIsKickedIsDisconnected) {
  const auto client = joined();
  world_.signaling->kick("den", "ann", [](bool) {});
  EXPECT_EQ(client->take_last(), "41");
  EXPECT_EQ(client->socket().close_code(), CloseCode::kicked);
}

TEST_F(SocketIoClients, LosingTheConnectionIsLeaving) {
  const auto client = joined();
  client->socket().end();
  world_.server->tick();
  EXPECT_EQ(world_.signaling->rooms().member_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
}

}  // namespace
}  // namespace turnpike::control
