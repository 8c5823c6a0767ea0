#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::PeerJsPerson;
using test::SignalingWorld;

class PeerJsRoutesTest : public ::testing::Test {
 protected:
  PeerJsRoutesTest() : PeerJsRoutesTest("/") {}
  explicit PeerJsRoutesTest(const char* path) : world_(settings_for(path)) {
    add_peerjs_routes(world_.router, *world_.signaling);
  }
  static ControlSettings settings_for(const char* path) {
    ControlSettings settings = SignalingWorld::settings_for(RoomAuth::open);
    settings.signaling.peerjs_path = path;
    return settings;
  }
  http::status status_of(const char* target) { return world_.get(target).result(); }
  std::string body_of(const char* target) { return world_.get(target).body(); }

  SignalingWorld world_;
};

class PeerJsPathTest : public PeerJsRoutesTest {
 protected:
  PeerJsPathTest() : PeerJsRoutesTest("/some/where/") {}
};

TEST_F(PeerJsRoutesTest, DrawsIds) {
  const Response response = world_.get("/peerjs/id?ts=17&version=1.5.5");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_TRUE(response.at(http::field::content_type).starts_with("text/html"));
  EXPECT_THAT(response.body(),
              ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(body_of("/peerjs/id"), response.body());
}

TEST_F(PeerJsRoutesTest, AnotherKeyIsNotFound) { EXPECT_EQ(status_of("/another/id"), http::status::not_found); }

TEST_F(PeerJsRoutesTest, ListsNobodyUnlessItIsWanted) {
  const PeerJsPerson alice(world_, "alice");
  EXPECT_EQ(status_of("/peerjs/peers"), http::status::unauthorized);
}

TEST_F(PeerJsRoutesTest, ListsIdsWhenItIsWanted) {
  world_.settings.signaling.peerjs_discovery = true;
  world_.apply();
  const PeerJsPerson alice(world_, "alice");
  const PeerJsPerson bob(world_, "bob");
  EXPECT_EQ(body_of("/peerjs/peers"), R"(["alice","bob"])");
}

TEST_F(PeerJsRoutesTest, TheSocketsPathShowsABannerToWhoWantsNoSocket) {
  EXPECT_EQ(status_of("/peerjs"), http::status::ok);
  EXPECT_THAT(body_of("/peerjs"), ::testing::HasSubstr(R"("name":"turnpike")"));
}

TEST_F(PeerJsRoutesTest, ThePathOfTheWebPageIsLeftAlone) { EXPECT_EQ(status_of("/"), http::status::not_found); }

TEST_F(PeerJsPathTest, EverythingIsUnderThePath) {
  EXPECT_EQ(status_of("/some/where/"), http::status::ok);
  EXPECT_EQ(status_of("/some/where"), http::status::ok);
  EXPECT_EQ(status_of("/some/where/peerjs"), http::status::ok);
  EXPECT_EQ(status_of("/some/where/peerjs/id"), http::status::ok);
  EXPECT_EQ(status_of("/some/where/peerjs/peers"), http::status::unauthorized);
  EXPECT_EQ(status_of("/peerjs/id"), http::status::not_found);
}

}  // namespace
}  // namespace turnpike::control
