#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "controlled_server.hpp"
#include "server/config_values.hpp"
#include "turnpike/net/tcp_socket.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr std::uint16_t kChannel = 0x4000;

/// A server, and the file that it reads again.
class ServerReloadTest : public testing::Test {
 protected:
  [[nodiscard]] Answer reload(const char* query = "") const {
    return ask(server_, "POST", std::string("/api/v1/reload") + query);
  }
  [[nodiscard]] std::vector<ListenUrl> listeners() const {
    std::vector<ListenUrl> urls;
    const Answer status = ask(server_, "GET", "/api/v1/status");
    for (const json::value& each : status.body.at("listeners").as_array()) {
      urls.push_back(*parse_listen_url(std::string_view(each.as_string())));
    }
    return urls;
  }
  [[nodiscard]] Config& file() { return file_.file->config; }
  /// As the process has it: through a channel to a peer and back.
  static bool relays(WaitingClient& client, net::UdpSocket& peer) {
    const auto there = net::make_payload(100, 1);
    client.send(peer.local_endpoint(), there);
    const auto arrived = net::receive_datagrams(peer, 1);
    if (arrived.size() != 1 || arrived.front().payload != there) return false;
    net::SendBatch batch;
    batch.add({.socket = &peer, .to = arrived.front().from, .source = {}, .payload = arrived.front().payload});
    batch.flush();
    return client.receive() == there;
  }
  bool prepare(WaitingClient& client, const net::UdpSocket& peer) {
    return succeeded(client.allocate()) && succeeded(client.permit(peer.local_endpoint())) &&
           succeeded(client.bind_channel(kChannel, peer.local_endpoint()));
  }

  Rereadable file_{control_settings()};
  RunningServer server_{control_settings(), nullptr, file_.reader()};
};

TEST_F(ServerReloadTest, AListenerIsAddedAndTheOthersKeepTheirPorts) {
  const auto before = listeners();
  file().listen.push_back({ListenScheme::udp, {IpAddress::v4(127, 0, 0, 2), 0}});
  ASSERT_EQ(reload().status, 200);
  const auto after = listeners();
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  for (int i = 0; i < 8; ++i) {  // at every worker
    WaitingClient client(after[2].endpoint);
    EXPECT_TRUE(succeeded(client.allocate()));
  }
}

TEST_F(ServerReloadTest, ARemovedListenerRelaysOnForItsAllocationsOnly) {
  WaitingClient client(server_.endpoint(1));
  net::UdpSocket peer = net::open_socket();
  ASSERT_TRUE(prepare(client, peer));
  const Endpoint removed = listeners()[1].endpoint;
  file().listen[1].endpoint = {IpAddress::v4(127, 0, 0, 2), 0};
  ASSERT_EQ(reload().status, 200);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(relays(client, peer));
  net::UdpSocket stranger = net::open_socket();
  net::SendBatch batch;
  const std::vector<std::uint8_t> binding{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  batch.add({.socket = &stranger, .to = removed, .source = {}, .payload = binding});
  batch.flush();
  WaitingClient welcome(listeners()[1].endpoint);
  EXPECT_TRUE(succeeded(welcome.allocate()));  // by now an answer to the stranger would have come
  net::ReceiveBatch received;
  EXPECT_TRUE(received.receive(stranger).datagrams.empty());
  EXPECT_TRUE(succeeded(client.deallocate()));
}

TEST_F(ServerReloadTest, ARemovedListenerComesBackWithItsSocket) {
  WaitingClient client(server_.endpoint(1));
  net::UdpSocket peer = net::open_socket();
  ASSERT_TRUE(prepare(client, peer));
  const ListenUrl removed = listeners()[1];
  file().listen.pop_back();
  ASSERT_EQ(reload().status, 200);
  file().listen.push_back(removed);
  ASSERT_EQ(reload().status, 200);
  WaitingClient another(removed.endpoint);
  EXPECT_TRUE(succeeded(another.allocate()));
  EXPECT_TRUE(relays(client, peer));
}

TEST_F(ServerReloadTest, BehindAProxyFromNowOnWhoCameDirectlyGoesOnDoingSo) {
  WaitingClient client(server_.endpoint(1));
  net::UdpSocket peer = net::open_socket();
  ASSERT_TRUE(prepare(client, peer));
  file().listen[1].proxy_protocol = {*IpPrefix::parse("10.0.0.5/32")};
  ASSERT_EQ(reload().status, 200);
  EXPECT_TRUE(relays(client, peer));
  file().listen[1].proxy_protocol.clear();
  ASSERT_EQ(reload().status, 200);
  WaitingClient another(listeners()[1].endpoint);
  EXPECT_TRUE(succeeded(another.allocate()));
  EXPECT_TRUE(relays(client, peer));
}

TEST_F(ServerReloadTest, AStreamOutlivesItsListener) {
  file().listen.push_back({ListenScheme::tcp, {IpAddress::v4(127, 0, 0, 2), 0}});
  ASSERT_EQ(reload().status, 200);
  const Endpoint endpoint = listeners()[2].endpoint;
  StreamClient client(endpoint);
  ASSERT_TRUE(succeeded(client.allocate()));
  file().listen.pop_back();
  ASSERT_EQ(reload().status, 200);
  EXPECT_TRUE(succeeded(client.permit({kLoopback, 9})));
}

TEST_F(ServerReloadTest, OneListenerThatCannotBeBoundRefusesEverything) {
  const net::UdpSocket taken = net::open_socket({IpAddress::v4(127, 0, 0, 2), 0});
  const auto before = listeners();
  file().listen.push_back({ListenScheme::tcp, {IpAddress::v4(127, 0, 0, 2), 0}});
  file().listen.push_back({ListenScheme::udp, taken.local_endpoint()});
  file().auth.secrets = {{"the secret that comes after"}};
  const Answer answer = reload();
  ASSERT_EQ(answer.status, 422);
  const std::string reason(answer.body.at("messages").as_array().at(0).as_string());
  EXPECT_NE(reason.find(taken.local_endpoint().to_string()), std::string::npos) << reason;
  EXPECT_EQ(listeners(), before);
  EXPECT_EQ(ask(server_, "GET", "/api/v1/status").body.at("secrets").as_int64(), 1);
  EXPECT_EQ(reload("?dry_run=true").status, 200);  // which does not try
}

TEST(ServerReload, WithOneWorkerAListenerThatGetsNarrowerNeedsARestartAndTheAnswerSaysSo) {
  Config config = control_settings();
  config.server.workers = 1;
  config.listen[1].endpoint.address = IpAddress::any(AddressFamily::ipv4);
  const Rereadable file(config);
  const RunningServer server(config, nullptr, file.reader());
  file.file->config.listen[1].endpoint = {kLoopback, server.endpoint(1).port};
  const Answer answer = ask(server, "POST", "/api/v1/reload");
  ASSERT_EQ(answer.status, 422);
  const std::string reason(answer.body.at("messages").as_array().at(0).as_string());
  EXPECT_NE(reason.find("udp://0.0.0.0:"), std::string::npos) << reason;
}

TEST_F(ServerReloadTest, AnotherExternalAddressIsForNewAllocations) {
  WaitingClient before(server_.endpoint(1));
  net::UdpSocket peer = net::open_socket();
  ASSERT_TRUE(prepare(before, peer));
  file().server.external = {{IpAddress::v4(203, 0, 113, 7), std::nullopt}};
  ASSERT_EQ(reload().status, 200);
  WaitingClient after(server_.endpoint(1));
  ASSERT_TRUE(succeeded(after.allocate()));
  EXPECT_EQ(after.relayed().address, IpAddress::v4(203, 0, 113, 7));
  EXPECT_TRUE(relays(before, peer));
  const Answer status = ask(server_, "GET", "/api/v1/status");
  EXPECT_EQ(json::serialize(status.body.at("relays")), R"([{"local":"127.0.0.1","external":"203.0.113.7"}])");
}

TEST_F(ServerReloadTest, AnotherRelayAddressIsForNewAllocations) {
  WaitingClient before(server_.endpoint(1));
  net::UdpSocket peer = net::open_socket();
  ASSERT_TRUE(prepare(before, peer));
  file().relay.addresses = {IpAddress::v4(127, 0, 0, 2), IpAddress::v4(192, 0, 2, 1)};
  ASSERT_EQ(reload().status, 200);
  for (int i = 0; i < 8; ++i) {  // at every worker
    WaitingClient after(server_.endpoint(1));
    ASSERT_TRUE(succeeded(after.allocate()));
    EXPECT_EQ(after.relayed().address, IpAddress::v4(127, 0, 0, 2));
  }
  EXPECT_TRUE(relays(before, peer));
  const Answer status = ask(server_, "GET", "/api/v1/status");
  EXPECT_EQ(json::serialize(status.body.at("relays")), R"([{"local":"127.0.0.2","external":"127.0.0.2"}])");
  EXPECT_EQ(json::serialize(status.body.at("awaited")), R"([{"local":"192.0.2.1","reason":"absent"}])");
}

TEST_F(ServerReloadTest, AQuotaThatGrowsIsThereAtOnce) {
  Config small = control_settings();
  small.quota.total = 1;
  file() = small;
  ASSERT_EQ(reload().status, 200);
  WaitingClient first(server_.endpoint(1));
  ASSERT_TRUE(succeeded(first.allocate()));
  WaitingClient second(server_.endpoint(1));
  EXPECT_FALSE(succeeded(second.allocate()));
  file().quota.total = 100;
  ASSERT_EQ(reload().status, 200);
  WaitingClient third(server_.endpoint(1));
  EXPECT_TRUE(succeeded(third.allocate()));
}

}  // namespace
}  // namespace turnpike::server
