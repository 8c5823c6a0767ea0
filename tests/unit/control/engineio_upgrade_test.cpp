#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::Answer;
using test::FakeSocket;
using test::PollingClient;
using test::SocketIoWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class EngineIoUpgrade : public testing::Test {
 protected:
  EngineIoUpgrade() {
    static_cast<void>(client_.post({"40", R"(42["join-room","den","ann"])"}));
    static_cast<void>(client_.poll());
  }

  void chat(const std::string& text) { static_cast<void>(client_.post({R"(42["chat",")" + text + "\"]"})); }
  Request socket_request(const std::string& query) {
    Request request{http::verb::get, "/socket.io/?EIO=4&transport=websocket" + query, 11};
    request.set(http::field::host, "turn.example.org");
    request.set(http::field::connection, "Upgrade");
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
    return request;
  }
  std::unique_ptr<FakeSocket> upgrade() {
    auto socket = client_.begin_upgrade();
    socket->say("2probe");
    socket->say("5");
    EXPECT_THAT(socket->take(), ElementsAre("3probe"));
    return socket;
  }

  SocketIoWorld world_;
  PollingClient client_{world_};
};

TEST_F(EngineIoUpgrade, AProbeIsAnsweredAndThePollThatWaitsReleased) {
  EXPECT_THAT(client_.poll(), IsEmpty());
  const auto socket = client_.begin_upgrade();
  socket->say("2probe");
  EXPECT_THAT(socket->take(), ElementsAre("3probe"));
  EXPECT_THAT(client_.poll(), ElementsAre("6"));
}

TEST_F(EngineIoUpgrade, APollThatCrossesTheProbeIsReleasedAtOnce) {
  const auto socket = client_.begin_upgrade();
  socket->say("2probe");
  EXPECT_THAT(client_.poll(), ElementsAre("6"));
}

TEST_F(EngineIoUpgrade, AfterwardsPacketsComeByTheSocket) {
  const auto socket = upgrade();
  socket->say(R"(42["chat","hello"])");
  EXPECT_THAT(socket->take(), ElementsAre(AllOf(StartsWith(R"(42["chat")"), HasSubstr("hello"))));
  EXPECT_EQ(world_.server->polling_count(), 0U);
}

TEST_F(EngineIoUpgrade, WhatWaitedComesFirstAndInOrder) {
  const auto socket = client_.begin_upgrade();
  chat("one");
  EXPECT_THAT(client_.poll(), ElementsAre(HasSubstr("one")));
  socket->say("2probe");
  chat("two");
  chat("three");
  socket->say("5");
  socket->say(R"(42["chat","four"])");
  EXPECT_THAT(socket->take(), ElementsAre("3probe", HasSubstr("two"), HasSubstr("three"), HasSubstr("four")));
}

TEST_F(EngineIoUpgrade, NothingThatAPollHasGotComesAgain) {
  const auto socket = client_.begin_upgrade();
  socket->say("2probe");
  chat("one");
  EXPECT_THAT(client_.poll(), ElementsAre(HasSubstr("one")));
  socket->say("5");
  EXPECT_THAT(socket->take(), ElementsAre("3probe"));
}

TEST_F(EngineIoUpgrade, PollingIsOverAfterwards) {
  const auto socket = upgrade();
  EXPECT_THAT(client_.poll(), ElementsAre("400"));
  EXPECT_FALSE(socket->is_closed());
}

TEST_F(EngineIoUpgrade, APollThatStillWaitsEndsWithTheUpgrade) {
  const auto socket = client_.begin_upgrade();
  socket->say("2probe");
  EXPECT_THAT(client_.poll(), ElementsAre("6"));
  const Answer again = client_.begin_poll();  // a client that does not stop
  ASSERT_TRUE(*again);
  EXPECT_EQ((*again)->body(), "6");
}

TEST_F(EngineIoUpgrade, WithoutAProbeThereIsNoUpgrade) {
  const auto socket = client_.begin_upgrade();
  socket->say("5");
  EXPECT_TRUE(socket->is_closed());
  chat("still here");
  EXPECT_THAT(client_.poll(), ElementsAre(HasSubstr("still here")));
}

TEST_F(EngineIoUpgrade, AnUpgradeThatIsLeftHalfDoneTimesOut) {
  const auto socket = client_.begin_upgrade();
  socket->say("2probe");
  world_.pass(Seconds{9});
  EXPECT_FALSE(socket->is_closed());
  world_.pass(Seconds{1});
  EXPECT_TRUE(socket->is_closed());
  EXPECT_THAT(client_.poll(), IsEmpty());  // waits again
}

TEST_F(EngineIoUpgrade, AProbeThatIsLostLeavesTheSessionAsItWas) {
  auto socket = client_.begin_upgrade();
  socket->say("2probe");
  socket->end();
  chat("still here");
  EXPECT_THAT(client_.poll(), ElementsAre(HasSubstr("still here")));
  EXPECT_TRUE(world_.server->find(client_.sid)->can_upgrade());
}

TEST_F(EngineIoUpgrade, ThereIsOneUpgradeAtATime) {
  const auto first = client_.begin_upgrade();
  const auto second = client_.begin_upgrade();
  EXPECT_TRUE(second->is_closed());
  second->end();
  EXPECT_FALSE(first->is_closed());
  EXPECT_EQ((*world_.begin(socket_request("&sid=" + client_.sid)))->result(), http::status::bad_request);
}

TEST_F(EngineIoUpgrade, AnUpgradedSessionCannotBeUpgradedAgain) {
  const auto socket = upgrade();
  EXPECT_TRUE(client_.begin_upgrade()->is_closed());
  EXPECT_FALSE(socket->is_closed());
}

TEST_F(EngineIoUpgrade, TheSocketsEndIsTheSessionsEnd) {
  auto socket = upgrade();
  socket->end();
  world_.server->tick();
  EXPECT_EQ(world_.server->session_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().member_count(), 0U);
}

TEST_F(EngineIoUpgrade, ASessionThatEndsTakesItsProbeWithIt) {
  const auto socket = client_.begin_upgrade();
  static_cast<void>(client_.post({"1"}));
  EXPECT_TRUE(socket->is_closed());
}

TEST_F(EngineIoUpgrade, APongMayComeByTheSocketForAPingByPolling) {
  world_.pass(Seconds{25});
  EXPECT_THAT(client_.poll(), ElementsAre("2"));
  const auto socket = upgrade();
  socket->say("3");
  world_.pass(Seconds{24});
  EXPECT_FALSE(socket->is_closed());
  world_.pass(Seconds{1});
  EXPECT_THAT(socket->take(), ElementsAre("2"));
}

TEST_F(EngineIoUpgrade, AHandshakeByWebSocketSwitchesProtocols) {
  const Answer answer = world_.begin(socket_request(""));
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::switching_protocols);
  EXPECT_TRUE(world_.exchange->take_over);
}

TEST_F(EngineIoUpgrade, AnUpgradeSwitchesProtocols) {
  const Answer answer = world_.begin(socket_request("&sid=" + client_.sid));
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::switching_protocols);
}

TEST_F(EngineIoUpgrade, AnUpgradeOfASessionThatNobodyHasIsRefused) {
  const Answer answer = world_.begin(socket_request("&sid=nobody"));
  ASSERT_TRUE(*answer);
  EXPECT_EQ((*answer)->result(), http::status::bad_request);
  EXPECT_THAT((*answer)->body(), HasSubstr("Session ID unknown"));
}

TEST_F(EngineIoUpgrade, AWebSocketFromElsewhereIsForbidden) {
  Request request = socket_request("");
  request.set(http::field::origin, "https://evil.example");
  EXPECT_EQ((*world_.begin(std::move(request)))->result(), http::status::forbidden);
}

}  // namespace
}  // namespace turnpike::control
