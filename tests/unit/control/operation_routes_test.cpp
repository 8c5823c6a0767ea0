#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "route_world.hpp"

namespace turnpike::control {
namespace {

using test::json_of;
using test::RouteWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

prometheus::MetricFamily make_family() {
  prometheus::ClientMetric metric;
  metric.label = {{"reason", "expired"}};
  metric.counter.value = 7;
  return {
      "turnpike_allocations_ended_total", "Allocations that have ended.", prometheus::MetricType::Counter, {metric}};
}

class OperationRoutes : public testing::Test {
 protected:
  OperationRoutes() { world_.backend.metrics = {make_family()}; }

  Response get(const std::string& target) { return world_.ask(http::verb::get, target); }
  Response scrape(const Caller& caller, std::initializer_list<std::pair<const char*, const char*>> fields = {}) {
    Request request{http::verb::get, "/metrics", 11};
    for (const auto& [name, value] : fields) request.set(name, value);
    return world_.ask(std::move(request), caller);
  }

  RouteWorld world_{add_operation_routes};
};

TEST_F(OperationRoutes, StatusSaysWhatTheServerIs) {
  ServerStatus& status = world_.backend.server_status;
  status.version = "1.2.3";
  status.state = "serving";
  status.started = UnixSeconds{Seconds{1'767'225'600}};
  status.uptime = Seconds{90};
  status.workers = 2;
  status.allocations = 5;
  status.rooms = 4;
  status.members = 7;
  status.realm = "example.org";
  status.listeners = {{"udp://[::]:3478"}};
  status.certificates = {{{"example.org", "192.0.2.1"}, UnixSeconds{Seconds{1'767'225'660}}}};
  status.certificate_expiry = UnixSeconds{Seconds{1'767'225'660}};
  status.database = "ok";
  status.secrets = 1;
  status.static_users = 3;
  status.configured = UnixSeconds{Seconds{1'767'225'601}};
  status.pending = {"server.workers"};
  status.drain = DrainStatus{UnixSeconds{Seconds{1'767'225'601}}, std::nullopt, 5};
  status.alternates = {{"192.0.2.9:3478", "down"}};
  status.relays = {{"10.0.0.5", "203.0.113.7"}};
  status.awaited = {{"10.0.0.6", "absent"}};
  const Response response = get("/api/v1/status");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({
      "version":"1.2.3","state":"serving","started":"2026-01-01T00:00:00Z","uptimeSeconds":90,"workers":2,
      "allocations":5,"rooms":4,"members":7,"realm":"example.org","listeners":["udp://[::]:3478"],
      "certificates":[{"names":["example.org","192.0.2.1"],"expiresAt":"2026-01-01T00:01:00Z"}],
      "certificateExpiresAt":"2026-01-01T00:01:00Z","database":"ok","secrets":1,"staticUsers":3,
      "configuredAt":"2026-01-01T00:00:01Z","pending":["server.workers"],"drain":{"startedAt":"2026-01-01T00:00:01Z","deadlineAt":null,
      "allocations":5},"alternates":[{"address":"192.0.2.9:3478","state":"down"}],
      "relays":[{"local":"10.0.0.5","external":"203.0.113.7"}],"awaited":[{"local":"10.0.0.6","reason":"absent"}]})"));
}

TEST_F(OperationRoutes, StatusWithoutACertificateSaysNull) {
  EXPECT_TRUE(json_of(get("/api/v1/status")).at("certificateExpiresAt").is_null());
  EXPECT_TRUE(json_of(get("/api/v1/status")).at("drain").is_null());
}

TEST_F(OperationRoutes, DrainBegins) {
  world_.backend.drain_outcome.status = {UnixSeconds{Seconds{1}}, UnixSeconds{Seconds{6}}, 3};
  const Response response = world_.ask(http::verb::post, "/api/v1/drain");
  EXPECT_EQ(response.result(), http::status::accepted);
  EXPECT_EQ(response.body(),
            R"({"startedAt":"1970-01-01T00:00:01Z","deadlineAt":"1970-01-01T00:00:06Z","allocations":3,)"
            R"("state":"draining"})");
  EXPECT_THAT(world_.backend.drains, ElementsAre(""));
}

TEST_F(OperationRoutes, DrainTakesADeadline) {
  for (const auto* body :
       {R"({"deadline":"5m"})", R"({"deadline":300})", R"({"deadline":"none"})", R"({"deadline":0})", R"({})"}) {
    EXPECT_EQ(world_.post("/api/v1/drain", body).result(), http::status::accepted) << body;
  }
  EXPECT_THAT(world_.backend.drains, ElementsAre("5m", "300s", "none", "0s", ""));
}

TEST_F(OperationRoutes, DrainWithoutAnEndSaysNull) {
  EXPECT_TRUE(json_of(world_.ask(http::verb::post, "/api/v1/drain")).at("deadlineAt").is_null());
}

TEST_F(OperationRoutes, ADeadlineThatIsNoneDrainsNothing) {
  for (const auto* body : {R"({"deadline":-1})", R"({"deadline":1.5})", R"({"deadline":""})", R"({"deadline":null})",
                           R"({"deadline":["5m"]})", R"({"deadline":4294967296})", R"(["5m"])", "5m",
                           R"({"dead_line":"5m"})", R"({"deadline":"5m","wait":true})"}) {
    EXPECT_EQ(world_.post("/api/v1/drain", body).result(), http::status::bad_request) << body;
  }
  EXPECT_THAT(world_.backend.drains, IsEmpty());
}

TEST_F(OperationRoutes, WhatTheServerSaysAboutADeadlineIsTold) {
  world_.backend.drain_outcome.mistake = "deadline: \"5\" is no duration";
  const Response response = world_.post("/api/v1/drain", R"({"deadline":"5"})");
  EXPECT_EQ(response.result(), http::status::bad_request);
  EXPECT_EQ(json_of(response).at("detail").as_string(), "deadline: \"5\" is no duration");
}

TEST_F(OperationRoutes, DrainingAgainIsNoError) {
  static_cast<void>(world_.ask(http::verb::post, "/api/v1/drain"));
  EXPECT_EQ(world_.ask(http::verb::post, "/api/v1/drain").result(), http::status::accepted);
}

TEST_F(OperationRoutes, GetDoesNotDrain) {
  EXPECT_EQ(get("/api/v1/drain").result(), http::status::method_not_allowed);
  EXPECT_THAT(world_.backend.drains, IsEmpty());
}

TEST_F(OperationRoutes, ReloadSaysWhatChanged) {
  world_.backend.reload_outcome = {true, {"auth.secrets: 1 added", "relay.ports: A -> B"}, {"relay.ports"}};
  const Response response = world_.ask(http::verb::post, "/api/v1/reload");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(response.body(),
            R"({"applied":true,"messages":["auth.secrets: 1 added","relay.ports: A -> B"],"pending":["relay.ports"]})");
}

TEST_F(OperationRoutes, ADryRunOfAReloadAppliesNothing) {
  const Response response = world_.ask(http::verb::post, "/api/v1/reload?dry_run=true");
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(json_of(response).at("applied"), false);
  EXPECT_EQ(world_.backend.reloads, 0);
  EXPECT_EQ(world_.backend.rehearsals, 1);
}

TEST_F(OperationRoutes, ADryRunThatCannotBeUnderstoodAppliesNothingEither) {
  EXPECT_EQ(world_.ask(http::verb::post, "/api/v1/reload?dry_run=yes").result(), http::status::bad_request);
  EXPECT_EQ(world_.backend.reloads, 0);
}

TEST_F(OperationRoutes, AReloadOfAFileWithMistakesIsAProblemThatListsThem) {
  world_.backend.reload_outcome = {false, {"turnpike.toml:2:1: mistake"}, {}};
  const Response response = world_.ask(http::verb::post, "/api/v1/reload");
  EXPECT_EQ(response.result(), http::status::unprocessable_entity);
  EXPECT_EQ(response[http::field::content_type], "application/problem+json");
  EXPECT_EQ(json_of(response).at("messages").at(0), "turnpike.toml:2:1: mistake");
  EXPECT_EQ(json_of(response).at("status"), 422);
}

TEST_F(OperationRoutes, OperationsNeedAKey) {
  for (const auto& [method, target] : {std::pair{http::verb::get, "/api/v1/status"},
                                       {http::verb::post, "/api/v1/drain"},
                                       {http::verb::post, "/api/v1/reload"}}) {
    const Response response = world_.ask(Request{method, target, 11}, RouteWorld::remote_caller("127.0.0.1:4000"));
    EXPECT_EQ(response.result(), http::status::unauthorized) << target;
  }
  EXPECT_EQ(static_cast<int>(world_.backend.drains.size()) + world_.backend.reloads, 0);
}

TEST_F(OperationRoutes, AnybodyMayAskWhetherTheServerLives) {
  const Response response = world_.ask(Request{http::verb::get, "/healthz", 11}, RouteWorld::remote_caller());
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(response.body(), R"({"status":"ok"})");
}

TEST_F(OperationRoutes, AnybodyMayAskWhetherTheServerIsReady) {
  const Response response = world_.ask(Request{http::verb::get, "/readyz", 11}, RouteWorld::remote_caller());
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(response.body(), R"({"status":"ready"})");
}

TEST_F(OperationRoutes, AServerThatIsNotReadySaysWhy) {
  world_.backend.reasons = {"the server is draining"};
  const Response response = get("/readyz");
  EXPECT_EQ(response.result(), http::status::service_unavailable);
  EXPECT_EQ(response.body(), R"({"status":"not ready","reasons":["the server is draining"]})");
}

TEST_F(OperationRoutes, MetricsComeAsPrometheusText) {
  const Response response = scrape(RouteWorld::remote_caller("127.0.0.1:4000"));
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(response[http::field::content_type], "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body(), HasSubstr("# TYPE turnpike_allocations_ended_total counter\n"
                                         "turnpike_allocations_ended_total{reason=\"expired\"} 7\n"));
}

TEST_F(OperationRoutes, MetricsAreCompressedForWhoTakesIt) {
  world_.backend.metrics.assign(100, make_family());
  const Response response = scrape(RouteWorld::remote_caller("127.0.0.1:4000"), {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(response[http::field::content_encoding], "gzip");
  EXPECT_TRUE(response.body().starts_with("\x1f\x8b"));
}

TEST_F(OperationRoutes, MetricsAreNotForStrangers) {
  EXPECT_EQ(scrape(RouteWorld::remote_caller()).result_int() / 100, 4U);
}

TEST_F(OperationRoutes, AMappedAddressCountsAsTheIpv4AddressItIs) {
  EXPECT_EQ(scrape(RouteWorld::remote_caller("[::ffff:127.0.0.1]:4000")).result(), http::status::ok);
}

TEST_F(OperationRoutes, AProxysAddressOpensNoMetrics) {
  const Caller proxy = RouteWorld::remote_caller("127.0.0.1:4000");
  EXPECT_EQ(scrape(proxy, {{"X-Forwarded-For", "127.0.0.1"}}).result(), http::status::unauthorized);
  EXPECT_EQ(scrape(proxy, {{"forwarded", "for=127.0.0.1"}}).result(), http::status::unauthorized);
}

TEST_F(OperationRoutes, AnAdminKeyOpensMetricsFromAnywhere) {
  ScopeSet scopes;
  scopes.add(Scope::admin);
  world_.settings->keys = {
      hash_api_key({.name = "ops", .scopes = scopes, .ttl_cap = {}, .origins = {}}, "a-long-key-text", world_.random)};
  world_.gate.apply(*world_.settings);
  Caller caller = RouteWorld::remote_caller();
  caller.is_secure = true;
  EXPECT_EQ(scrape(caller, {{"Authorization", "Bearer a-long-key-text"}}).result(), http::status::ok);
  EXPECT_EQ(scrape(caller, {{"Authorization", "Bearer another-text"}}).result(), http::status::unauthorized);
}

TEST_F(OperationRoutes, AKeyForCredentialsOpensNoMetrics) {
  ScopeSet scopes;
  scopes.add(Scope::credentials);
  world_.settings->keys = {
      hash_api_key({.name = "app", .scopes = scopes, .ttl_cap = {}, .origins = {}}, "a-long-key-text", world_.random)};
  world_.gate.apply(*world_.settings);
  Caller caller = RouteWorld::remote_caller();
  caller.is_secure = true;
  EXPECT_EQ(scrape(caller, {{"Authorization", "Bearer a-long-key-text"}}).result(), http::status::forbidden);
}

}  // namespace
}  // namespace turnpike::control
