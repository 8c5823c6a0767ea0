#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::Answer;
using test::PollingClient;
using test::SocketIoWorld;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class EngineIoPolling : public testing::Test {
 protected:
  void expect_error(const Answer& answer, int code, const char* message) {
    ASSERT_TRUE(*answer);
    EXPECT_EQ((*answer)->result(), http::status::bad_request);
    const boost::json::object body = boost::json::parse((*answer)->body()).as_object();
    EXPECT_EQ(body, (boost::json::object{{"code", code}, {"message", message}}));
  }

  SocketIoWorld world_;
};

TEST_F(EngineIoPolling, AHandshakeIsAnsweredWithTheOpenPacket) {
  const Answer answer = world_.get("EIO=4&transport=polling");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::ok);
  EXPECT_EQ((**answer)[http::field::content_type], "text/plain; charset=UTF-8");
  ASSERT_THAT((*answer)->body(), StartsWith("0{"));
  const auto open = boost::json::parse((*answer)->body().substr(1)).as_object();
  EXPECT_EQ(open.at("upgrades"), boost::json::parse(R"(["websocket"])"));
  EXPECT_EQ(open.at("pingInterval"), 25'000);
  EXPECT_EQ(open.at("pingTimeout"), 20'000);
  EXPECT_EQ(open.at("maxPayload"), 65'536);
  EXPECT_GE(open.at("sid").as_string().size(), 20U);
}

TEST_F(EngineIoPolling, ThePathMayComeWithoutItsLastSlash) {
  const Answer answer = world_.begin(Request{http::verb::get, "/socket.io?EIO=4&transport=polling", 11});
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::ok);
}

TEST_F(EngineIoPolling, NoTwoSessionsHaveOneSid) {
  EXPECT_NE(PollingClient(world_).sid, PollingClient(world_).sid);
  EXPECT_EQ(world_.server->session_count(), 2U);
}

TEST_F(EngineIoPolling, OtherRevisionsOfTheProtocolAreRefused) {
  expect_error(world_.get("EIO=3&transport=polling"), 5, "Unsupported protocol version");
  expect_error(world_.get("transport=polling"), 5, "Unsupported protocol version");
}

TEST_F(EngineIoPolling, OtherTransportsAreRefused) {
  expect_error(world_.get("EIO=4&transport=webtransport"), 0, "Transport unknown");
  expect_error(world_.get("EIO=4"), 0, "Transport unknown");
}

TEST_F(EngineIoPolling, ASidThatNobodyHasIsRefused) {
  expect_error(world_.get("EIO=4&transport=polling&sid=nobody"), 1, "Session ID unknown");
  expect_error(world_.post("EIO=4&transport=polling&sid=nobody", "40"), 1, "Session ID unknown");
}

TEST_F(EngineIoPolling, AHandshakeByPostIsRefused) {
  expect_error(world_.post("EIO=4&transport=polling", "40"), 2, "Bad handshake method");
  EXPECT_EQ(world_.server->session_count(), 0U);
}

TEST_F(EngineIoPolling, HeadOpensNoSession) {
  expect_error(world_.begin(Request{http::verb::head, "/socket.io/?EIO=4&transport=polling", 11}), 2,
               "Bad handshake method");
}

TEST_F(EngineIoPolling, AWebSocketWithoutAnUpgradeIsRefused) {
  expect_error(world_.get("EIO=4&transport=websocket"), 3, "Bad request");
}

TEST_F(EngineIoPolling, OtherMethodsAreNotAllowed) {
  const Answer answer = world_.begin(Request{http::verb::delete_, "/socket.io/?EIO=4&transport=polling", 11});
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::method_not_allowed);
}

TEST_F(EngineIoPolling, AWholeConversation) {
  PollingClient client(world_);
  EXPECT_THAT(client.poll(), IsEmpty());  // waits
  const Response posted = client.post({"40"});
  EXPECT_EQ(posted.result(), http::status::ok);
  EXPECT_EQ(posted.body(), "ok");
  EXPECT_EQ(posted[http::field::content_type], "text/html");
  EXPECT_THAT(client.poll(), ElementsAre(StartsWith("40{\"sid\":\"")));
  static_cast<void>(client.post({R"(42["join-room","den","ann"])", R"(42["chat","hello"])"}));
  const auto packets = client.poll();
  EXPECT_THAT(packets, ElementsAre(StartsWith(R"(42["joined",{)"), StartsWith(R"(42["chat",{)")));
  static_cast<void>(client.post({"1"}));
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
}

TEST_F(EngineIoPolling, TheSocketsIdIsNotTheSid) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40"}));
  EXPECT_THAT(client.poll(), ElementsAre(testing::Not(testing::HasSubstr(client.sid))));
}

TEST_F(EngineIoPolling, WhatWaitsIsAnsweredAtOnce) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40"}));
  const Answer answer = client.begin_poll();
  ASSERT_TRUE(*answer);
  EXPECT_THAT((*answer)->body(), StartsWith("40"));
}

TEST_F(EngineIoPolling, APollMayTakeLongerThanOtherRequests) {
  PollingClient client(world_);
  static_cast<void>(client.begin_poll());
  EXPECT_EQ(world_.exchange->patience, Seconds{45});
}

TEST_F(EngineIoPolling, TwoPollsAtOnceEndTheSession) {
  PollingClient client(world_);
  const Answer first = client.begin_poll();
  const Answer second = client.begin_poll();
  ASSERT_TRUE(*second);
  EXPECT_EQ((*second)->result(), http::status::bad_request);
  world_.server->tick();
  ASSERT_TRUE(*first);
  EXPECT_EQ((*first)->body(), "1");
  expect_error(client.begin_poll(), 1, "Session ID unknown");
}

TEST_F(EngineIoPolling, TheLoopAloneAnswersAPollThatWaits) {
  PollingClient client(world_);
  const Answer answer = client.begin_poll();
  static_cast<void>(client.post({"40"}));
  EXPECT_FALSE(*answer);
  world_.loop.poll();
  EXPECT_TRUE(*answer);
}

TEST_F(EngineIoPolling, AnAnswerIsNotLongerThanSixtyFourKibibytesOfPackets) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", R"(42["join-room","den","ann"])"}));
  static_cast<void>(client.poll());
  const std::string chat = R"(42["chat",")" + std::string(30'000, 'a') + "\"]";
  for (int i = 0; i < 3; ++i) static_cast<void>(client.post({chat}));
  EXPECT_EQ(client.poll().size(), 2U);
  EXPECT_EQ(client.poll().size(), 1U);
}

TEST_F(EngineIoPolling, WhoDoesNotFetchWhatWaitsIsDropped) {
  PollingClient client(world_);
  static_cast<void>(client.post({"40", R"(42["join-room","den","ann"])"}));
  const std::string chat = R"(42["chat",")" + std::string(30'000, 'a') + "\"]";
  for (int i = 0; i < 10; ++i) static_cast<void>(client.post({chat}));
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().member_count(), 0U);
}

TEST_F(EngineIoPolling, PollingSessionsAreBounded) {
  const auto open_from = [this](std::size_t i) {
    return world_.server->open_polling(IpAddress::v4(203, 0, 113, static_cast<std::uint8_t>(i % 8)));
  };
  for (std::size_t i = 0; i < EngineIoServer::kMaxPolling; ++i) ASSERT_TRUE(open_from(i));
  const Answer answer = world_.get("EIO=4&transport=polling");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::service_unavailable);
  EXPECT_FALSE(world_.open_socket()->is_closed());
}

TEST_F(EngineIoPolling, NoAddressMayKeepOthersFromPolling) {
  std::vector<std::string> sids;
  for (std::size_t i = 0; i < EngineIoServer::kMaxPollingFromOne; ++i) sids.push_back(PollingClient(world_).sid);
  EXPECT_EQ((*world_.get("EIO=4&transport=polling"))->result(), http::status::service_unavailable);
  EXPECT_TRUE(world_.server->open_polling(IpAddress::v4(203, 0, 113, 1)));
  static_cast<void>(world_.post("EIO=4&transport=polling&sid=" + sids.front(), "1"));
  world_.server->tick();
  EXPECT_FALSE(PollingClient(world_).sid.empty());
}

TEST_F(EngineIoPolling, APollThatComesRightAfterTheEndIsClosed) {
  PollingClient client(world_);
  static_cast<void>(client.post({"1"}));
  const Answer late = client.begin_poll();
  world_.server->tick();
  ASSERT_TRUE(*late);
  EXPECT_EQ((*late)->body(), "1");
}

TEST_F(EngineIoPolling, SessionsCountAgainstTheClientsOfAnAddress) {
  world_.settings.signaling.limits.clients_per_address = 1;
  world_.apply();
  const PollingClient first(world_);
  const Answer answer = world_.get("EIO=4&transport=polling");
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::service_unavailable);
  EXPECT_EQ(world_.server->polling_count(), 1U);
}

TEST_F(EngineIoPolling, AWebSocketThatIsOneTooManyIsTold) {
  world_.settings.signaling.limits.clients_per_address = 1;
  world_.apply();
  const auto first = world_.open_socket();
  EXPECT_EQ(world_.open_socket()->close_code(), CloseCode::try_again_later);
}

TEST_F(EngineIoPolling, WithoutSignalingThereIsNothingHere) {
  world_.settings.signaling.enabled = false;
  world_.apply();
  EXPECT_EQ((*world_.get("EIO=4&transport=polling"))->result(), http::status::not_found);
}

}  // namespace
}  // namespace turnpike::control
