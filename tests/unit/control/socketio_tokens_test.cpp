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

}  // namespace
}  // namespace turnpike::control
