#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::code_of;
using test::SocketClient;
using test::SocketIoWorld;

class SocketIoTokens : public testing::Test {
 protected:
  SocketIoWorld world_{RoomAuth::token};
};

TEST_F(SocketIoTokens, WithoutATokenNobodyJoins) {
  SocketClient client(world_);
  client.connect();
  EXPECT_EQ(code_of(client.ask(R"(421["join-room","den"])")), "unauthorized");
}

TEST_F(SocketIoTokens, TheConnectionsTokenIsGoodForItsRoom) {
  SocketClient client(world_);
  client.connect(R"({"token":")" + world_.token("den", "ann") + "\"}");
  const auto arguments = client.ask(R"(42["join-room","den"])");
  ASSERT_EQ(arguments.size(), 2U);
  EXPECT_EQ(arguments[0], "joined");
  EXPECT_EQ(arguments[1].at("userId"), "ann");
}

TEST_F(SocketIoTokens, TheConnectionsTokenIsGoodForNoOtherRoom) {
  SocketClient client(world_);
  client.connect(R"({"token":")" + world_.token("den", "ann") + "\"}");
  EXPECT_EQ(code_of(client.ask(R"(42["join-room","attic"])")), "unauthorized");
}

TEST_F(SocketIoTokens, ATokenMayComeWithTheEvent) {
  SocketClient client(world_);
  client.connect();
  const auto arguments = client.ask(R"(421["join-room",{"token":")" + world_.token("den") + "\"}]");
  ASSERT_EQ(arguments.size(), 1U);
  EXPECT_EQ(arguments[0].at("roomId"), "den");
}

TEST_F(SocketIoTokens, WhoShowsNoTokenInTimeIsDisconnected) {
  SocketClient stranger(world_);
  stranger.connect();
  for (int ping = 0; ping < 2; ++ping) {
    world_.pass(Seconds{25});
    stranger.say("3");
  }
  EXPECT_EQ(stranger.take_last(), "41");
  EXPECT_EQ(stranger.socket().close_code(), CloseCode::policy);
}

TEST_F(SocketIoTokens, WhoHasShownATokenStays) {
  SocketClient ann(world_);
  ann.connect(R"({"token":")" + world_.token("den", "ann") + "\"}");
  ann.say(R"(42["join-room","den"])");
  for (int ping = 0; ping < 4; ++ping) {
    world_.pass(Seconds{25});
    ann.say("3");
  }
  EXPECT_FALSE(ann.socket().is_closed());
}

TEST_F(SocketIoTokens, AUserThatATokenNamesComesBackByAnotherSuchToken) {
  SocketClient before(world_);
  before.connect();
  before.say(R"(42["join-room",{"token":")" + world_.token("den", "ann") + "\"}]");
  SocketClient stranger(world_);
  stranger.connect();
  EXPECT_EQ(code_of(stranger.ask(R"(42["join-room",{"userId":"ann","token":")" + world_.token("den") + "\"}]")),
            "unauthorized");
  SocketClient after(world_);
  after.connect();
  EXPECT_EQ(after.ask(R"(42["join-room",{"token":")" + world_.token("den", "ann") + "\"}]")[0], "joined");
  EXPECT_EQ(before.socket().close_code(), CloseCode::replaced);
}

}  // namespace
}  // namespace turnpike::control
