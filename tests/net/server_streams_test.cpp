#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "running_server.hpp"
#include "stream_client.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::server {
namespace {

using client::Ending;

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);

bool succeeded(const std::optional<client::Outcome>& outcome) { return outcome && outcome->ending == Ending::success; }

std::vector<std::uint8_t> text(const std::string& characters) { return {characters.begin(), characters.end()}; }

Config stream_settings(ListenScheme scheme) {
  Config config = RunningServer::settings();
  config.listen = {{scheme, {kLoopback, 0}}, {ListenScheme::udp, {kLoopback, 0}}};
  return config;
}

struct Identity {
  std::shared_ptr<const net::TlsSettings> settings;
  net::TlsClientOptions client;
};

Identity make_identity() {
  const std::array<std::string, 2> hosts{"localhost", "127.0.0.1"};
  const auto made_up = *net::make_up_certificate(hosts, sample_now().wall, Seconds{3600});
  SystemRandom random;
  net::TlsOptions options;
  options.alpn = {"stun.turn", "stun.nat-discovery", "http/1.1"};
  Identity identity;
  identity.settings = *net::TlsSettings::make({&made_up.server, 1}, options, random);
  identity.client.server_name = "localhost";
  identity.client.trusted_pem = made_up.ca_pem;
  return identity;
}

TEST(ServerStreamsTest, AClientOverTcpReachesOneOverUdp) {
  RunningServer server(stream_settings(ListenScheme::tcp));
  StreamClient alice(server.endpoint(0));
  WaitingClient bob(server.endpoint(1));
  ASSERT_TRUE(succeeded(alice.allocate()));
  ASSERT_TRUE(succeeded(bob.allocate()));
  ASSERT_TRUE(succeeded(alice.bind_channel(0x4000, bob.relayed())));
  ASSERT_TRUE(succeeded(bob.permit(alice.relayed())));
  alice.send(bob.relayed(), text("an odd length"));
  EXPECT_EQ(bob.receive(), text("an odd length"));
  bob.send(alice.relayed(), text("odd as well"));
  EXPECT_EQ(alice.receive(), text("odd as well"));
  bob.send(alice.relayed(), text("the padding before this was right"));
  EXPECT_EQ(alice.receive(), text("the padding before this was right"));
}

TEST(ServerStreamsTest, TwoClientsOverTlsReachEachOther) {
  const Identity identity = make_identity();
  RunningServer server(stream_settings(ListenScheme::tls), identity.settings);
  StreamClient alice(server.endpoint(0), identity.client);
  StreamClient bob(server.endpoint(0), identity.client);
  ASSERT_TRUE(succeeded(alice.allocate()));
  ASSERT_TRUE(succeeded(bob.allocate()));
  ASSERT_TRUE(succeeded(alice.permit(bob.relayed())));
  ASSERT_TRUE(succeeded(bob.bind_channel(0x4001, alice.relayed())));
  bob.send(alice.relayed(), text("by channel"));
  EXPECT_EQ(alice.receive(), text("by channel"));
  alice.send(bob.relayed(), text("by indication"));
  EXPECT_EQ(bob.receive(), text("by indication"));
  EXPECT_NE(server.stop().find("transport=tls"), std::string::npos);
}

TEST(ServerStreamsTest, OneTlsPortServesTurnAndHttp) {
  Identity identity = make_identity();
  RunningServer server(stream_settings(ListenScheme::tls), identity.settings);
  StreamClient turn(server.endpoint(0), identity.client);
  for (const char* alpn : {"http/1.1", ""}) {
    identity.client.alpn.clear();
    if (*alpn != '\0') identity.client.alpn.emplace_back(alpn);
    StreamWire browser(server.endpoint(0), identity.client);
    ASSERT_EQ(browser.engine()->alpn(), alpn);
    browser.send(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    EXPECT_EQ(browser.receive_to_end().substr(0, 12), "HTTP/1.1 200");
  }
  EXPECT_TRUE(succeeded(turn.allocate()));
}

TEST(ServerStreamsTest, OneTcpPortServesTurnTlsAndHttp) {
  const Identity identity = make_identity();
  RunningServer server(stream_settings(ListenScheme::tcp), identity.settings);
  StreamClient plain(server.endpoint(0));
  StreamClient encrypted(server.endpoint(0), identity.client);
  StreamWire browser(server.endpoint(0));
  browser.send(as_bytes("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(browser.receive_to_end().substr(0, 12), "HTTP/1.1 200");
  EXPECT_TRUE(succeeded(plain.allocate()));
  EXPECT_TRUE(succeeded(encrypted.allocate()));
}

TEST(ServerStreamsTest, AllocationsEndWithTheirStream) {
  RunningServer server(stream_settings(ListenScheme::tcp));
  {
    StreamClient alice(server.endpoint(0));
    ASSERT_TRUE(succeeded(alice.allocate()));
  }
  // The user's next request comes after the kernel told the server of the end, on whichever worker.
  StreamClient bob(server.endpoint(0));
  ASSERT_TRUE(succeeded(bob.allocate()));
  const std::string log = server.stop();
  EXPECT_NE(log.find("reason=disconnected"), std::string::npos) << log;
  EXPECT_NE(log.find("relay_ports_free=16384"), std::string::npos) << log;
}

TEST(ServerStreamsTest, SilentConnectionsAreClosedInTime) {
  const Identity identity = make_identity();
  Config config = stream_settings(ListenScheme::tcp);
  config.limits.first_message = Milliseconds{150};
  config.limits.handshake = Milliseconds{150};
  RunningServer server(std::move(config), identity.settings);
  StreamWire silent(server.endpoint(0));
  EXPECT_EQ(silent.receive_to_end(), "");
  StreamWire torn(server.endpoint(0));
  torn.send_raw(std::vector<std::uint8_t>{0x00, 0x01, 0x00});
  EXPECT_EQ(torn.receive_to_end(), "");
  StreamWire half_open(server.endpoint(0));
  half_open.send_raw(std::vector<std::uint8_t>{0x16, 0x03, 0x01, 0x02, 0x00, 0x01});
  EXPECT_EQ(half_open.receive_to_end(), "");
  StreamWire shaken(server.endpoint(0), identity.client);
  EXPECT_EQ(shaken.receive_to_end(), "");
  StreamClient idle(server.endpoint(0));
  ASSERT_TRUE(succeeded(idle.request([](auto& session, Instant now) { session.bind(now); })));
  EXPECT_EQ(idle.wire().receive_to_end(), "");
  StreamClient held(server.endpoint(0));
  ASSERT_TRUE(succeeded(held.allocate()));
  StreamWire later(server.endpoint(0));
  EXPECT_EQ(later.receive_to_end(), "");  // which took longer than the allocation's owner was silent
  EXPECT_TRUE(succeeded(held.permit(RunningServer::settings().listen.front().endpoint)));
}

TEST(ServerStreamsTest, WhatIsNeitherStunNorTlsNorHttpIsClosedAtOnce) {
  RunningServer server(stream_settings(ListenScheme::tcp));
  for (const char* banner :
       {"SSH-2.0-OpenSSH_9.2\r\n", "EHLO example.org\r\n", "\x03\x00\x00\x13\x0e\xe0", "\xff\xff\xff"}) {
    StreamWire wire(server.endpoint(0));
    wire.send_raw(as_bytes(banner));
    wire.send_raw(as_bytes("and more of it"));
    EXPECT_EQ(wire.receive_to_end(), "") << banner;
  }
}

TEST(ServerStreamsTest, TheOldestUnprovenConnectionMakesRoom) {
  Config config = stream_settings(ListenScheme::tcp);
  config.server.workers = 1;
  config.limits.handshakes = 16;
  RunningServer server(std::move(config));
  std::vector<std::unique_ptr<StreamWire>> wires;
  for (int i = 0; i < 17; ++i) wires.push_back(std::make_unique<StreamWire>(server.endpoint(0)));
  EXPECT_EQ(wires.front()->receive_to_end(), "");
  StreamClient real(server.endpoint(0));
  EXPECT_TRUE(succeeded(real.allocate()));
}

// One with an allocation is never taken for that.
TEST(ServerStreamsTest, TheOldestIdleConnectionMakesRoomWhenAllAreTaken) {
  Config config = stream_settings(ListenScheme::tcp);
  config.server.workers = 1;
  config.limits.connections = 4;
  RunningServer server(std::move(config));
  StreamClient holder(server.endpoint(0));
  ASSERT_TRUE(succeeded(holder.allocate()));
  std::vector<std::unique_ptr<StreamClient>> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(std::make_unique<StreamClient>(server.endpoint(0)));
    ASSERT_TRUE(succeeded(idle.back()->request([](auto& session, Instant now) { session.bind(now); }))) << i;
  }
  EXPECT_EQ(idle.front()->wire().receive_to_end(), "");
  EXPECT_TRUE(succeeded(holder.request([](auto& session, Instant now) { session.refresh(Seconds{600}, now); })));
}

// The reader's own queue is full, and nobody else notices.
TEST(ServerStreamsTest, AClientThatDoesNotReadLosesDatagramsAndNothingElse) {
  Config config = stream_settings(ListenScheme::tcp);
  config.limits.stream_queue = {16U << 10U};
  RunningServer server(std::move(config));
  StreamClient sleeper(server.endpoint(0));
  WaitingClient flood(server.endpoint(1));
  ASSERT_TRUE(succeeded(sleeper.allocate()));
  ASSERT_TRUE(succeeded(flood.allocate()));
  ASSERT_TRUE(succeeded(sleeper.bind_channel(0x4000, flood.relayed())));
  ASSERT_TRUE(succeeded(flood.bind_channel(0x4000, sleeper.relayed())));
  const std::vector<std::uint8_t> payload(1200);
  for (int i = 0; i < 20'000; ++i) flood.send(sleeper.relayed(), payload);
  StreamClient other(server.endpoint(0));
  EXPECT_TRUE(succeeded(other.allocate()));
  const std::string log = server.stop();
  EXPECT_NE(log.find("slow_client:"), std::string::npos) << log;
}

TEST(ServerStreamsTest, AProxyHeaderNamesTheClient) {
  Config config = stream_settings(ListenScheme::tcp);
  config.listen.front().proxy_protocol = {*IpPrefix::parse("127.0.0.0/8")};
  RunningServer server(std::move(config));
  StreamClient client(server.endpoint(0));
  client.wire().send_raw(as_bytes("PROXY TCP4 198.51.100.7 192.0.2.1 1234 3478\r\n"));
  const auto outcome = client.request([](auto& session, Instant now) { session.bind(now); });
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome->mapped, (Endpoint{IpAddress::v4(198, 51, 100, 7), 1234}));
}

// The client is gone and has come again from the same port before the proxy's old connection was noticed to be dead.
TEST(ServerStreamsTest, OfTwoProxiedConnectionsOfOneClientTheNewerOneLives) {
  Config config = stream_settings(ListenScheme::tcp);
  config.server.workers = 1;  // workers know only their own
  config.listen.front().proxy_protocol = {*IpPrefix::parse("127.0.0.0/8")};
  RunningServer server(std::move(config));
  const ByteSpan header = as_bytes("PROXY TCP4 198.51.100.7 192.0.2.1 1234 3478\r\n");
  StreamClient old(server.endpoint(0));
  old.wire().send_raw(header);
  ASSERT_TRUE(succeeded(old.allocate()));
  StreamClient fresh(server.endpoint(0));
  fresh.wire().send_raw(header);
  EXPECT_TRUE(succeeded(fresh.allocate())) << "no 437: the old allocation went with its connection";
  EXPECT_EQ(old.wire().receive_to_end(), "");
}

TEST(ServerStreamsTest, AnUntrustedProxyIsTurnedAway) {
  Config config = stream_settings(ListenScheme::tcp);
  config.listen.front().proxy_protocol = {*IpPrefix::parse("127.0.0.2/32")};
  RunningServer server(std::move(config));
  StreamWire wire(server.endpoint(0));
  EXPECT_EQ(wire.receive_to_end(), "");
  StreamWire trusted(server.endpoint(0), {}, {IpAddress::v4(127, 0, 0, 2), 0});
  trusted.send_raw(as_bytes("PROXY TCP4 198.51.100.7 192.0.2.1 1234 3478\r\n"));
  trusted.send_raw(as_bytes("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(trusted.receive_to_end().substr(0, 12), "HTTP/1.1 200");
}

TEST(ServerStreamsTest, AnIpv6WildcardServesIpv4Too) {
  Config config = RunningServer::settings();
  config.listen = {{ListenScheme::tcp, {IpAddress::any(AddressFamily::ipv6), 0}}};
  RunningServer server(std::move(config));
  StreamClient client({kLoopback, server.endpoint(0).port});
  EXPECT_TRUE(succeeded(client.allocate()));
}

}  // namespace
}  // namespace turnpike::server
