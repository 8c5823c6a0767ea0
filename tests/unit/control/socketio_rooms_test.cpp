#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/native_client.hpp"
#include "socketio_world.hpp"

namespace turnpike::control {
namespace {

using test::FakeSocket;
using test::PollingClient;
using test::SocketClient;
using test::SocketIoWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Ann and ben by Socket.IO, in the den; everything that came of joining has been taken.
class SocketIoRooms : public testing::Test {
 protected:
  SocketIoRooms() {
    ann_.connect();
    ben_.connect();
    ann_.say(R"(42["join-room","den","ann"])");
    static_cast<void>(ann_.take());
  }
  void ben_joins() {
    ben_.say(R"(42["join-room",{"roomId":"den","userId":"ben","name":"Ben"}])");
    static_cast<void>(ben_.take());
    static_cast<void>(ann_.take());
  }
  std::unique_ptr<FakeSocket> native() {
    auto socket =
        std::make_unique<FakeSocket>(std::make_unique<NativeClient>(*world_.signaling, IpAddress::v4(198, 51, 100, 9)));
    socket->say(R"({"type":"join-room","roomId":"den","userId":"nat"})");
    static_cast<void>(socket->take());
    return socket;
  }
  static boost::json::value json(const char* text) { return boost::json::parse(text); }

  SocketIoWorld world_;
  SocketClient ann_{world_};
  SocketClient ben_{world_};
};

TEST_F(SocketIoRooms, TheOthersAreToldWhoComes) {
  ben_.say(R"(42["join-room",{"roomId":"den","userId":"ben","name":"Ben"}])");
  EXPECT_EQ(SocketClient::arguments_of(ann_.take_last()),
            json(R"(["new-peer",{"userId":"ben","name":"Ben","seq":1}])"));
  EXPECT_EQ(SocketClient::arguments_of(ben_.take_last())[1].at("peers"), json(R"([{"userId":"ann","name":""}])"));
}

TEST_F(SocketIoRooms, TheOthersAreToldWhoGoes) {
  ben_joins();
  ben_.say(R"(42["leave-room"])");
  EXPECT_EQ(SocketClient::arguments_of(ann_.take_last()),
            json(R"(["peer-left",{"userId":"ben","reason":"left","seq":2}])"));
}

TEST_F(SocketIoRooms, ALostConnectionIsToldAtOnce) {
  ben_joins();
  ben_.socket().end();
  world_.server->tick();
  EXPECT_EQ(SocketClient::arguments_of(ann_.take_last())[1].at("reason"), "disconnected");
}

TEST_F(SocketIoRooms, ASignalGoesToItsTarget) {
  ben_joins();
  ann_.say(R"(421["signal",{"roomId":"den","targetUserId":"ben","data":{"sdp":"v=0"}}])");
  EXPECT_THAT(ann_.take(), ElementsAre(R"(431[{"ok":true}])"));
  EXPECT_EQ(SocketClient::arguments_of(ben_.take_last()),
            json(R"(["signal",{"from":"ann","data":{"sdp":"v=0"},"roomId":"den","seq":1}])"));
}

TEST_F(SocketIoRooms, OffersAnswersAndCandidatesKeepTheirShape) {
  ben_joins();
  ann_.say(R"(42["offer",{"room":"den","sdp":"v=0","from":"mallory"}])");
  EXPECT_EQ(SocketClient::arguments_of(ben_.take_last()), json(R"(["offer",{"from":"ann","room":"den","sdp":"v=0"}])"));
  ben_.say(R"(42["answer",{"room":"den","targetUserId":"ann","sdp":"v=1"}])");
  EXPECT_EQ(SocketClient::arguments_of(ann_.take_last()),
            json(R"(["answer",{"from":"ben","room":"den","sdp":"v=1"}])"));
  ann_.say(R"(42["candidate",{"candidate":{"candidate":"c","sdpMid":"0"}}])");
  EXPECT_EQ(SocketClient::arguments_of(ben_.take_last()),
            json(R"(["candidate",{"from":"ann","room":"den","candidate":{"candidate":"c","sdpMid":"0"}}])"));
}

TEST_F(SocketIoRooms, AChatGoesToAllAndToItsSender) {
  ben_joins();
  ann_.say(R"(424["chat",{"roomId":"den","text":"hello"}])");
  const auto own = ann_.take();
  ASSERT_EQ(own.size(), 2U);
  EXPECT_THAT(own, testing::Contains(R"(434[{"ok":true}])"));
  const auto chat = SocketClient::arguments_of(ben_.take_last());
  EXPECT_EQ(chat[0], "chat");
  EXPECT_EQ(chat[1].at("from"), "ann");
  EXPECT_EQ(chat[1].at("text"), "hello");
  EXPECT_EQ(chat[1].at("at"), "2026-01-01T00:00:00Z");
}

TEST_F(SocketIoRooms, ANativeMemberSeesAnOfferAsASignal) {
  const auto native_member = native();
  static_cast<void>(ann_.take());
  ann_.say(R"(42["offer",{"room":"den","sdp":"v=0"}])");
  const auto signal = native_member->take_last();
  EXPECT_EQ(signal.at("type"), "signal");
  EXPECT_EQ(signal.at("from"), "ann");
  EXPECT_EQ(signal.at("data"), json(R"({"type":"offer","sdp":"v=0"})"));
}

TEST_F(SocketIoRooms, ANativeMembersSignalIsASignal) {
  const auto native_member = native();
  EXPECT_THAT(ann_.take(), ElementsAre(HasSubstr(R"("nat")")));
  native_member->say(R"({"type":"signal","targetUserId":"ann","data":[1,2]})");
  EXPECT_EQ(SocketClient::arguments_of(ann_.take_last()),
            json(R"(["signal",{"from":"nat","data":[1,2],"roomId":"den","seq":2}])"));
}

TEST_F(SocketIoRooms, AMemberThatPollsHearsASocketsMember) {
  PollingClient carol(world_);
  static_cast<void>(carol.post({"40", R"(42["join-room","den","carol"])"}));
  static_cast<void>(carol.poll());
  EXPECT_THAT(carol.poll(), IsEmpty());
  ann_.say(R"(42["signal",{"data":7,"targetUserId":"carol"}])");
  EXPECT_THAT(carol.poll(), ElementsAre(StartsWith(R"(42["signal",{"from":"ann","data":7)")));
}

TEST_F(SocketIoRooms, WhoJoinsUnderTheSameIdReplaces) {
  SocketClient again(world_);
  again.connect();
  again.say(R"(42["join-room","den","ann"])");
  EXPECT_EQ(ann_.take_last(), "41");
  EXPECT_EQ(ann_.socket().close_code(), CloseCode::replaced);
  world_.server->tick();
  EXPECT_THAT(again.take(), ElementsAre(StartsWith(R"(42["joined")")));
  EXPECT_EQ(world_.signaling->rooms().members("den").size(), 1U);
}

TEST_F(SocketIoRooms, ARoomThatIsClosedDisconnectsAll) {
  ben_joins();
  world_.signaling->close_room("den", [](bool) {});
  EXPECT_EQ(ann_.socket().close_code(), CloseCode::room_closed);
  EXPECT_EQ(ben_.take_last(), "41");
}

TEST(SocketIoRoutes, WhenTheyGoAllSessionsLeaveAlsoThoseWhosePollWaits) {
  SocketIoWorld world;
  std::optional<Router> router(std::in_place, world.gate, [&world] { return world.clock.now(); });
  std::weak_ptr<EngineIoServer> server = serve_socketio(*router, *world.signaling);
  const auto session = server.lock()->open_polling(IpAddress::v4(198, 51, 100, 9));
  const std::string target = "/socket.io/?EIO=4&transport=polling&sid=" + session->sid();
  int answers = 0;
  for (int i = 0; i < 2; ++i) {  // the first gets the open packet
    router->handle(make_exchange(Request{http::verb::get, target, 11}, SocketIoWorld::remote_caller()),
                   [&answers](const Response&) { ++answers; });
  }
  EXPECT_EQ(answers, 1);
  router.reset();
  EXPECT_TRUE(server.expired());
}

}  // namespace
}  // namespace turnpike::control
