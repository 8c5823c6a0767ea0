#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "own_network.hpp"
#include "running_server.hpp"
#include "server/admin_client.hpp"
#include "temporary_folder.hpp"

// What happens between the server's first look at the world and its first client.
namespace turnpike::server {
namespace {

TEST(ServerStartTest, AnAddressThatComesMeanwhileIsOffered) {
  const bool allowed = net::in_own_network([] {
    Config config = RunningServer::settings();
    config.listen = {{ListenScheme::udp, {IpAddress::any(AddressFamily::ipv4), 0}}};
    config.relay.addresses = {IpAddress::v4(192, 0, 2, 7)};
    ASSERT_TRUE(net::set_loopback(true));  // a network that never had an address lets one bind to any
    std::ostringstream text;
    const auto log = std::make_shared<EventLog>(config.log, std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
    Server server(config, Server::Options{.listeners_chosen = true, .tls = nullptr, .reread = {}}, log);
    ASSERT_TRUE(server.addresses().relays.empty());
    ASSERT_TRUE(net::add_loopback_address(0xc0000207));
    ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);  // as soon as it serves
    server.run();
    EXPECT_EQ(server.addresses().relays.size(), 1U) << text.str();
  });
  if (!allowed) GTEST_SKIP() << "a network of one's own needs root";
}

TEST(ServerStartTest, WhileItWaitsForItsPublicAddressItCanBeDrained) {
  const TemporaryFolder folder;
  const net::UdpSocket silent = net::open_socket();
  Config config = RunningServer::settings();
  config.api.admin_socket = (folder.path() / "admin.sock").string();
  config.server.external = {{StunServer{"127.0.0.1", silent.local_endpoint().port}, std::nullopt}};
  RunningServer server(config);
  Result<AdminAnswer> answer = error_code{};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  do {
    answer = ask_server(config.api.admin_socket, {"POST", "/api/v1/drain"});
  } while (!answer && std::chrono::steady_clock::now() < deadline);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 202U);
  EXPECT_EQ(answer->body.find("1970"), std::string::npos) << "it has not begun: " << answer->body;
}

}  // namespace
}  // namespace turnpike::server
