#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_world.hpp"

namespace turnpike::control {
namespace {

using test::SignalingWorld;

Request handshake(const char* target) {
  Request request{http::verb::get, target, 11};
  request.set(http::field::host, "turn.example.org");
  request.set(http::field::connection, "Upgrade");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::sec_websocket_version, "13");
  request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

class SignalingRoutesTest : public ::testing::TestWithParam<const char*> {
 protected:
  SignalingRoutesTest() {
    add_native_routes(world_.router, *world_.signaling);
    add_peerjs_routes(world_.router, *world_.signaling);
  }
  Response ask(Request request) { return world_.ask(std::move(request), SignalingWorld::remote_caller(), &exchange_); }
  [[nodiscard]] bool takes_over() const { return static_cast<bool>(exchange_->take_over); }

  SignalingWorld world_;
  std::shared_ptr<Exchange> exchange_;
};

TEST_P(SignalingRoutesTest, AHandshakeIsAnsweredAndTheConnectionTaken) {
  const Response response = ask(handshake(GetParam()));
  EXPECT_EQ(response.result(), http::status::switching_protocols);
  EXPECT_EQ(response.at(http::field::sec_websocket_accept), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 section 1.3
  EXPECT_TRUE(takes_over());
}

TEST_P(SignalingRoutesTest, AForeignPageIsRefused) {
  Request request = handshake(GetParam());
  request.set(http::field::origin, "https://evil.example");
  EXPECT_EQ(ask(std::move(request)).result(), http::status::forbidden);
  EXPECT_FALSE(takes_over());
  EXPECT_EQ(world_.signaling->counters().bad_origins, 1U);
}

TEST_P(SignalingRoutesTest, AHandshakeThatIsWrongIsNotTaken) {
  Request request = handshake(GetParam());
  request.set(http::field::sec_websocket_version, "8");
  EXPECT_EQ(ask(request).result(), http::status::upgrade_required);
  EXPECT_FALSE(takes_over());
  request = handshake(GetParam());
  request.erase(http::field::sec_websocket_key);
  EXPECT_EQ(ask(request).result(), http::status::bad_request);
  EXPECT_FALSE(takes_over());
}

INSTANTIATE_TEST_SUITE_P(Dialects, SignalingRoutesTest,
                         ::testing::Values("/signal", "/peerjs?key=peerjs&id=a&token=b"));

TEST_F(SignalingRoutesTest, WhoWantsNoSocketIsToldThatItMust) {
  const Response response = ask(Request{http::verb::get, "/signal", 11});
  EXPECT_EQ(response.result(), http::status::upgrade_required);
  EXPECT_EQ(response.at(http::field::upgrade), "websocket");
  EXPECT_EQ(response.at(http::field::content_type), "application/problem+json");
}

TEST_P(SignalingRoutesTest, IsNotThereWhileSignalingIsOff) {
  world_.settings.signaling.enabled = false;
  world_.apply();
  EXPECT_EQ(ask(handshake(GetParam())).result(), http::status::not_found);
  EXPECT_FALSE(takes_over());
}

TEST_F(SignalingRoutesTest, NothingElseIsTaken) {
  EXPECT_EQ(ask(Request{http::verb::post, "/signal", 11}).result(), http::status::method_not_allowed);
}

}  // namespace
}  // namespace turnpike::control
