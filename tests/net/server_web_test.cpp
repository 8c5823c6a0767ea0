#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>

#include "stream_client.hpp"
#include "temporary_folder.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);

Config web_settings() {
  Config config = RunningServer::settings();
  config.listen = {
      {ListenScheme::tcp, {kLoopback, 0}}, {ListenScheme::http, {kLoopback, 0}}, {ListenScheme::udp, {kLoopback, 0}}};
  return config;
}

std::string request(const std::string& target, const std::string& fields) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

/// A whole answer to one request on a connection of its own.
std::string ask(const RunningServer& server, const std::string& target, std::size_t listener = 0) {
  StreamWire wire(server.endpoint(listener));
  wire.send(as_bytes(request(target, "Connection: close\r\n")));
  return wire.receive_to_end();
}
std::string status_of(const std::string& answer) { return answer.substr(0, 12); }
std::string content_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

std::shared_ptr<const net::TlsSettings> make_tls() {
  const std::array<std::string, 1> hosts{"localhost"};
  const auto made_up = *net::make_up_certificate(hosts, sample_now().wall, Seconds{3600});
  SystemRandom random;
  return *net::TlsSettings::make({&made_up.server, 1}, net::TlsOptions{}, random);
}

TEST(ServerWebTest, EachListenerOfHttpServesThePage) {
  RunningServer server(web_settings());
  for (const std::size_t listener : {0U, 1U}) {
    for (const char* page : {"/", "/r/room", "/check", "/admin"}) {
      EXPECT_THAT(ask(server, page, listener),
                  AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Security-Policy: default-src 'none'"),
                        HasSubstr("\r\n\r\n<!doctype html>")));
    }
  }
}

TEST(ServerWebTest, WhatWasThereStaysBesideThePage) {
  RunningServer server(web_settings());
  EXPECT_THAT(ask(server, "/peerjs"), HasSubstr("PeerJS"));
  for (const char* target : {"/peerjs/id", "/healthz", "/readyz", "/socket.io/?EIO=4&transport=polling"}) {
    EXPECT_EQ(status_of(ask(server, target)), "HTTP/1.1 200") << target;
  }
}

TEST(ServerWebTest, OneConnectionLoadsAWholePage) {
  RunningServer server(web_settings());
  StreamWire wire(server.endpoint(0));
  std::string all;
  for (const char* target : {"/", "/web/base.css", "/turnpike-client.js", "/web/nothing.js", "/web/settings.json"}) {
    all += request(target, "Accept-Encoding: gzip\r\n");
  }
  wire.send(as_bytes(all + request("/", "If-None-Match: *\r\nConnection: close\r\n")));
  const std::string answers = wire.receive_to_end();
  std::size_t good = 0;
  for (std::size_t at = 0; (at = answers.find("HTTP/1.1 200 OK\r\n", at)) != std::string::npos; ++at) ++good;
  EXPECT_EQ(good, 4U);
  EXPECT_THAT(answers, HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(answers.substr(answers.rfind("HTTP/1.1 ")),
              AllOf(StartsWith("HTTP/1.1 304 Not Modified\r\n"), testing::EndsWith("\r\n\r\n"),
                    testing::Not(HasSubstr("Content-Length"))));
}

TEST(ServerWebTest, ThePageCanBeLeftOut) {
  Config config = web_settings();
  config.web.enabled = false;
  RunningServer server(std::move(config));
  for (const char* target : {"/", "/r/room", "/check", "/admin", "/turnpike-client.js", "/client/room.js",
                             "/web/base.css", "/web/call/main.js", "/web/settings.json"}) {
    EXPECT_EQ(status_of(ask(server, target)), "HTTP/1.1 404") << target;
  }
  for (const char* target : {"/healthz", "/peerjs/id"}) {
    EXPECT_EQ(status_of(ask(server, target)), "HTTP/1.1 200") << target;
  }
}

TEST(ServerWebTest, ThePageKnowsWhereItIsSecure) {
  RunningServer server(web_settings(), make_tls());
  EXPECT_THAT(content_of(ask(server, "/web/settings.json")),
              HasSubstr("\"securePort\":" + std::to_string(server.endpoint(0).port) + ","));
}

TEST(ServerWebTest, ThePageKnowsThatItIsNotSecure) {
  RunningServer server(web_settings());
  EXPECT_THAT(content_of(ask(server, "/web/settings.json")), HasSubstr("\"securePort\":null"));
}

TEST(ServerWebTest, AReloadTakesAnotherFolder) {
  TemporaryFolder folder;
  std::ofstream(folder.path() / "index.html") << "from a folder";
  auto file = std::make_shared<LoadedConfig>();
  file->config = web_settings();
  ConfiguredKey key;
  key.grant.name = "tests";
  key.grant.scopes.add(control::Scope::admin);
  key.text = {"a key for tests that is long enough"};
  file->config.api.keys.push_back(key);
  RunningServer server(file->config, nullptr, [file] { return *file; });
  EXPECT_NE(content_of(ask(server, "/")), "from a folder");
  file->config.web.root = folder.path().string();
  StreamWire wire(server.endpoint(0));
  wire.send(as_bytes("POST /api/v1/reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
                     key.text.value + "\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_THAT(wire.receive_to_end(), HasSubstr("web.root"));
  EXPECT_EQ(content_of(ask(server, "/")), "from a folder");
}

}  // namespace
}  // namespace turnpike::server
