#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "controlled_server.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

struct Minted {
  std::string username;
  std::string password;
};

Minted mint(const RunningServer& server, const std::string& user) {
  const Answer answer = ask(server, "POST", "/api/v1/credentials", R"({"user":")" + user + R"(","ttl":600})");
  EXPECT_EQ(answer.status, 200);
  return {std::string(answer.body.at("username").as_string()), std::string(answer.body.at("password").as_string())};
}

/// "1785000000:bob" with its colon as a path has it.
std::string escaped(std::string username) { return username.replace(username.find(':'), 1, "%3A"); }

TEST(ServerControlTest, ACredentialFromTheApiAllocatesAndIsListed) {
  RunningServer server(control_settings());
  const Minted minted = mint(server, "bob");
  WaitingClient client(server.endpoint(1), minted.username, minted.password);
  ASSERT_TRUE(succeeded(client.allocate()));
  const Answer list = ask(server, "GET", "/api/v1/allocations?user=bob");
  ASSERT_EQ(list.status, 200);
  ASSERT_EQ(list.body.at("allocations").as_array().size(), 1);
  const json::value& listed = list.body.at("allocations").as_array().front();
  EXPECT_EQ(listed.at("username").as_string(), minted.username);
  EXPECT_EQ(listed.at("transport").as_string(), "udp");
  const Answer one = ask(server, "GET", "/api/v1/allocations/" + std::string(listed.at("id").as_string()));
  EXPECT_EQ(one.status, 200);
}

TEST(ServerControlTest, ListingGoesOnFromWorkerToWorker) {
  RunningServer server(control_settings());
  std::vector<std::unique_ptr<WaitingClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<WaitingClient>(server.endpoint(1)));
    ASSERT_TRUE(succeeded(clients.back()->allocate()));
  }
  std::set<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 9; ++page) {
    const Answer list = ask(server, "GET", "/api/v1/allocations?limit=2" + cursor);
    ASSERT_EQ(list.status, 200);
    for (const json::value& each : list.body.at("allocations").as_array()) {
      EXPECT_TRUE(seen.insert(std::string(each.at("id").as_string())).second);
    }
    if (list.body.at("next").is_null()) break;
    cursor = "&cursor=" + std::string(list.body.at("next").as_string());
  }
  EXPECT_EQ(seen.size(), clients.size());
}

TEST(ServerControlTest, ADeletedAllocationIsGone) {
  RunningServer server(control_settings());
  WaitingClient client(server.endpoint(1));
  ASSERT_TRUE(succeeded(client.allocate()));
  const Answer list = ask(server, "GET", "/api/v1/allocations");
  const std::string id(list.body.at("allocations").as_array().at(0).at("id").as_string());
  EXPECT_EQ(ask(server, "DELETE", "/api/v1/allocations/" + id).status, 204);
  EXPECT_EQ(ask(server, "DELETE", "/api/v1/allocations/" + id).status, 404);
  EXPECT_TRUE(ask(server, "GET", "/api/v1/allocations").body.at("allocations").as_array().empty());
}

TEST(ServerControlTest, ARevokedUsernameLosesItsAllocationAndGetsNoOther) {
  RunningServer server(control_settings());
  const Minted minted = mint(server, "bob");
  WaitingClient client(server.endpoint(1), minted.username, minted.password);
  ASSERT_TRUE(succeeded(client.allocate()));
  WaitingClient bystander(server.endpoint(1));
  ASSERT_TRUE(succeeded(bystander.allocate()));
  // 202: there is no database to write it into.
  EXPECT_EQ(ask(server, "DELETE", "/api/v1/credentials/" + escaped(minted.username)).status, 202);
  EXPECT_EQ(ask(server, "GET", "/api/v1/allocations").body.at("allocations").as_array().size(), 1);
  WaitingClient again(server.endpoint(1), minted.username, minted.password);
  const auto refused = again.allocate();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, stun::ErrorCode::unauthenticated);
  const Minted other = mint(server, "bobby");
  WaitingClient another(server.endpoint(1), other.username, other.password);
  EXPECT_TRUE(succeeded(another.allocate()));
}

TEST(ServerControlTest, MetricsMoveDuringASession) {
  RunningServer server(control_settings());
  WaitingClient client(server.endpoint(1));
  ASSERT_TRUE(succeeded(client.allocate()));
  StreamWire wire(server.endpoint(0));
  wire.send(as_bytes("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  const std::string text = wire.receive_to_end();
  EXPECT_NE(text.find(R"(turnpike_allocations{transport="udp",family="ipv4"} 1)"), std::string::npos) << text;
}

TEST(ServerControlTest, DrainingSaysSoAndEndsTheServer) {
  Config config = control_settings();
  config.server.drain_deadline = Milliseconds{5000};
  RunningServer server(std::move(config));
  WaitingClient client(server.endpoint(1));
  ASSERT_TRUE(succeeded(client.allocate()));
  EXPECT_EQ(ask(server, "GET", "/readyz").status, 200);
  EXPECT_EQ(ask(server, "POST", "/api/v1/drain").status, 202);
  const Answer ready = ask(server, "GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body.at("reasons").as_array().at(0).as_string(), "the server is draining");
  EXPECT_EQ(ask(server, "GET", "/healthz").status, 200);
  EXPECT_EQ(ask(server, "GET", "/api/v1/status").body.at("state").as_string(), "draining");
}

TEST(ServerControlTest, ASecretThatIsRemovedEndsItsCredentialsAndAllocationsAtOnce) {
  Rereadable rereadable(control_settings());
  RunningServer server(control_settings(), nullptr, rereadable.reader());
  const Minted old = mint(server, "bob");
  WaitingClient client(server.endpoint(1), old.username, old.password);
  ASSERT_TRUE(succeeded(client.allocate()));
  WaitingClient bystander(server.endpoint(1));
  ASSERT_TRUE(succeeded(bystander.allocate()));

  rereadable.file->config.auth.secrets = {{"the secret that comes after"}, {"the secret that signs"}};
  EXPECT_EQ(ask(server, "POST", "/api/v1/reload").status, 200);
  EXPECT_EQ(ask(server, "GET", "/api/v1/allocations").body.at("allocations").as_array().size(), 2);
  const Minted fresh = mint(server, "bob");

  rereadable.file->config.auth.secrets = {{"the secret that comes after"}};
  EXPECT_EQ(ask(server, "POST", "/api/v1/reload").status, 200);
  EXPECT_EQ(ask(server, "GET", "/api/v1/allocations").body.at("allocations").as_array().size(), 1);
  WaitingClient refused(server.endpoint(1), old.username, old.password);
  EXPECT_FALSE(succeeded(refused.allocate()));
  WaitingClient accepted(server.endpoint(1), fresh.username, fresh.password);
  EXPECT_TRUE(succeeded(accepted.allocate()));
}

TEST(ServerControlTest, AFileWithMistakesChangesNothing) {
  Rereadable rereadable(control_settings());
  RunningServer server(control_settings(), nullptr, rereadable.reader());
  rereadable.file->config.auth.secrets = {{"the secret that comes after"}};
  rereadable.file->file_name = "turnpike.toml";
  rereadable.file->report.mistakes.push_back({{3, 1}, "there is no such key"});
  const Answer answer = ask(server, "POST", "/api/v1/reload");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.body.at("messages").as_array().at(0).as_string(), "turnpike.toml:3:1: there is no such key");
  const Minted minted = mint(server, "bob");
  EXPECT_EQ(minted.password, turn::ephemeral_password("the secret that signs", minted.username));
}

TEST(ServerControlTest, WhatNeedsARestartIsNamedAndLeftAlone) {
  Rereadable rereadable(control_settings());
  RunningServer server(control_settings(), nullptr, rereadable.reader());
  rereadable.file->config.server.workers = 3;
  const Answer answer = ask(server, "POST", "/api/v1/reload");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("messages").as_array().at(0).as_string(), "server.workers: 2 -> 3 (needs a restart)");
  EXPECT_EQ(ask(server, "GET", "/api/v1/status").body.at("workers").as_int64(), 2);
}

TEST(ServerControlTest, WithoutAFileThereIsNothingToReload) {
  RunningServer server(control_settings());
  const Answer answer = ask(server, "POST", "/api/v1/reload");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(ask(server, "GET", "/api/v1/status").status, 200);
}

}  // namespace
}  // namespace turnpike::server
