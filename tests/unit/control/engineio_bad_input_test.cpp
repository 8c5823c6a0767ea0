#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::Answer;
using test::PollingClient;
using test::SocketIoWorld;

class EngineIoBadInput : public testing::Test {
 protected:
  void expect_dropped(const Response& response) {
    EXPECT_EQ(response.result(), http::status::bad_request);
    world_.server->tick();
    EXPECT_EQ(world_.server->session_count(), 0U);
    EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
  }
  Answer ask_from(http::verb method, const std::string& query, const char* origin) {
    Request request{method, "/socket.io/?" + query, 11};
    request.set(http::field::origin, origin);
    request.set(http::field::host, "turn.example.org");
    return world_.begin(std::move(request));
  }

  SocketIoWorld world_;
};

TEST_F(EngineIoBadInput, WhatIsNoPayloadEndsTheSession) {
  expect_dropped(PollingClient(world_).post({"nonsense"}));
  expect_dropped(PollingClient(world_).post({""}));
}

TEST_F(EngineIoBadInput, BinaryPacketsEndTheSession) { expect_dropped(PollingClient(world_).post({"bAAEC"})); }

TEST_F(EngineIoBadInput, ABinaryBodyEndsTheSession) {
  const PollingClient client(world_);
  expect_dropped(**world_.post(client.query(), "40", "application/octet-stream"));
}

TEST_F(EngineIoBadInput, TextThatIsNoUtf8EndsTheSession) {
  expect_dropped(PollingClient(world_).post({"42[\"chat\",\"\xff\"]"}));
}

TEST_F(EngineIoBadInput, MorePacketsThanAPayloadMayHaveEndTheSession) {
  const PollingClient client(world_);
  std::string body = "6";
  for (std::size_t i = 0; i < rooms::kMaxPayloadPackets; ++i)
    body +=
        "\x1e"
        "6";
  expect_dropped(**world_.post(client.query(), body));
}

TEST_F(EngineIoBadInput, PingsAreForTheServerToSend) {
  PollingClient client(world_);
  EXPECT_EQ(client.post({"2"}).result(), http::status::ok);
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoBadInput, NothingAfterAClosePacketIsHeard) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", "1", R"(42["join-room","den","ann"])"}));
  EXPECT_EQ(world_.signaling->rooms().room_count(), 0U);
}

TEST_F(EngineIoBadInput, PacketsWithoutMeaningAreBounded) {
  PollingClient client(world_);
  for (int i = 0; i < 30; ++i) static_cast<void>(client.post({"6"}));
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 1U);
  static_cast<void>(client.post({"6"}));
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoBadInput, ASocketThatSaysNoPacketIsClosed) {
  const auto socket = world_.open_socket();
  socket->say("nonsense");
  EXPECT_EQ(socket->close_code(), CloseCode::protocol_error);
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoBadInput, PagesOfOtherOriginsMayNotConnect) {
  const Answer answer = ask_from(http::verb::get, "EIO=4&transport=polling", "https://evil.example");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::forbidden);
  EXPECT_EQ(world_.signaling->counters().bad_origins, 1U);
}

TEST_F(EngineIoBadInput, PagesOfOtherOriginsMayNotPost) {
  const PollingClient client(world_);
  const Answer answer = ask_from(http::verb::post, client.query(), "https://evil.example");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::forbidden);
}

TEST_F(EngineIoBadInput, PagesOfTheServersOwnOriginMayConnect) {
  const Answer answer = ask_from(http::verb::get, "EIO=4&transport=polling", "https://turn.example.org");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::ok);
}

TEST_F(EngineIoBadInput, PagesOfAnAllowedOriginMayConnectAndRead) {
  world_.settings.allowed_origins = {"https://app.example.org"};
  world_.apply();
  const Answer answer = ask_from(http::verb::get, "EIO=4&transport=polling", "https://app.example.org");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::ok);
  EXPECT_EQ((**answer)[http::field::access_control_allow_origin], "https://app.example.org");
}

}  // namespace
}  // namespace turnpike::control
