#include <gmock/gmock.h>

#include "http_client.hpp"
#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/control/control_plane.hpp"

namespace turnpike::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The routes as they are, around a server that does not exist.
class ControlPlaneTest : public HttpTest {
 protected:
  ControlPlaneTest() {
    backend_.server_status.state = "serving";
    plane_.emplace(ControlPlane::Environment{loop_, backend_, random_, [this] { return clock_.now(); },
                                             [](const StoredRevocation&) { return true; }},
                   HttpOptions{}, settings_with({}));
  }

  static ControlSettings settings_with(std::vector<ApiKey> keys) {
    ControlSettings settings;
    settings.secret = "north";
    settings.keys = std::move(keys);
    settings.plain_api = true;
    return settings;
  }
  static ApiKeyGrant grant() {
    ApiKeyGrant grant;
    grant.name = "shop";
    grant.scopes.add(Scope::credentials);
    return grant;
  }
  ApiKey make_key(std::string_view text) { return hash_api_key(grant(), text, random_); }
  std::string ask(const std::string& line, std::string_view key = {}, bool is_local_admin = false) {
    SocketPair pair = connect_over_loopback();
    HttpStream stream = make_stream(std::move(pair.server));
    stream.client = *Endpoint::parse("198.51.100.1:4000");
    stream.is_local_admin = is_local_admin;
    plane_->serve(std::move(stream));
    HttpClient client(std::move(pair.client));
    std::string request = line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    if (!key.empty()) request.append("Authorization: Bearer ").append(key).append("\r\n");
    client.send(request + "\r\n");
    EXPECT_TRUE(run_until([&] { return client.read(), client.is_closed(); }));
    return client.text();
  }

  turnpike::test::FakeBackend backend_;
  turnpike::test::SeededRandom random_{1};
  turnpike::test::VirtualClock clock_;
  std::optional<ControlPlane> plane_;
};

TEST_F(ControlPlaneTest, HealthIsOpen) {
  const std::string answer = ask("GET /healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr(R"({"status":"ok"})"));
}

TEST_F(ControlPlaneTest, CredentialsNeedAKey) {
  EXPECT_THAT(ask("GET /api/v1/ice-servers"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("GET /api/v1/ice-servers", "wrong"), StartsWith("HTTP/1.1 401"));
}

TEST_F(ControlPlaneTest, NewSettingsHoldForTheNextRequest) {
  plane_->apply(settings_with({make_key("first")}));
  EXPECT_THAT(ask("GET /api/v1/ice-servers", "first"), StartsWith("HTTP/1.1 200"));
  plane_->apply(settings_with({make_key("second")}));
  EXPECT_THAT(ask("GET /api/v1/ice-servers", "first"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("GET /api/v1/ice-servers", "second"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ControlPlaneTest, KeysOfTheDatabaseComeAndGo) {
  const NewApiKey made = make_api_key(grant(), random_, clock_.wall());
  plane_->set_stored_keys({made.key});
  EXPECT_THAT(ask("GET /api/v1/ice-servers", made.text), StartsWith("HTTP/1.1 200"));
  plane_->set_stored_keys({});
  EXPECT_THAT(ask("GET /api/v1/ice-servers", made.text), StartsWith("HTTP/1.1 401"));
}

TEST_F(ControlPlaneTest, ALocalAdminNeedsNoKey) {
  EXPECT_THAT(ask("GET /api/v1/status"), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(ask("GET /api/v1/status", {}, true), HasSubstr(R"("state":"serving")"));
}

TEST_F(ControlPlaneTest, WhoAsksForTheDrainStillGetsAnAnswer) {
  EXPECT_THAT(ask("POST /api/v1/drain", {}, true), StartsWith("HTTP/1.1 202"));
  EXPECT_EQ(backend_.drains.size(), 1U);
}

TEST_F(ControlPlaneTest, CountsWhatHappened) {
  plane_->apply(settings_with({make_key("right")}));
  static_cast<void>(ask("GET /api/v1/ice-servers", "right"));
  static_cast<void>(ask("GET /api/v1/ice-servers", "wrong"));
  static_cast<void>(ask("GET /nothing"));
  const ControlPlane::Counters counters = plane_->counters();
  EXPECT_EQ(counters.http.requests, 3U);
  EXPECT_EQ(counters.credentials_minted, 1U);
  EXPECT_EQ(counters.wrong_keys, 1U);
  EXPECT_EQ(counters.by_status, (std::vector<std::uint64_t>{0, 1, 0, 2, 0}));
  ASSERT_EQ(counters.by_route.size(), plane_->route_names().size());
  EXPECT_EQ(plane_->route_names().back(), "other");
  EXPECT_EQ(counters.by_route.back(), 1U);
}

TEST_F(ControlPlaneTest, StopClosesEverySession) {
  SocketPair pair = connect_over_loopback();
  plane_->serve(make_stream(std::move(pair.server)));
  EXPECT_EQ(plane_->session_count(), 1U);
  plane_->stop();
  EXPECT_EQ(plane_->session_count(), 0U);
}

}  // namespace
}  // namespace turnpike::control
