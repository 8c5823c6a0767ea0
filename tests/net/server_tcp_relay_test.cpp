#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "stream_client.hpp"
#include "turnpike/net/made_up_certificate.hpp"
#include "turnpike/net/tcp_listener.hpp"

namespace turnpike::server {
namespace {

using client::Ending;

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);

bool succeeded(const std::optional<client::Outcome>& outcome) { return outcome && outcome->ending == Ending::success; }

Config relay_settings() {
  Config config = RunningServer::settings();
  config.listen = {{ListenScheme::tcp, {kLoopback, 0}}};
  config.relay.tcp_peer_ports = {{1024, 65535}};
  return config;
}

bool wait_for(int fd, short events) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, StreamWire::kPatienceMs) == 1;
}

net::TcpSocket accept_from(net::TcpListener& listener) {
  EXPECT_TRUE(wait_for(listener.native_handle(), POLLIN));
  return listener.accept().value();
}

std::string read_text(net::TcpSocket& socket, std::size_t size) {
  std::string text;
  std::vector<std::uint8_t> buffer(65536);
  while (text.size() < size && wait_for(socket.native_handle(), POLLIN)) {
    const auto count = socket.read(buffer);
    if (!count || *count == 0) break;
    text += as_text(ByteSpan(buffer).first(*count));
  }
  return text;
}

void write_text(net::TcpSocket& socket, std::string_view text) {
  ByteSpan bytes = as_bytes(text);
  for (int i = 0; i < 10'000 && !bytes.empty() && wait_for(socket.native_handle(), POLLOUT); ++i) {
    const auto count = socket.write({&bytes, 1});
    if (!count) return;
    bytes = bytes.subspan(*count);
  }
}

client::AllocateOptions tcp_allocation() {
  client::AllocateOptions options;
  options.transport = 6;
  return options;
}

std::optional<std::uint32_t> connect(StreamClient& control, const Endpoint& peer) {
  const auto outcome = control.request([&](auto& session, Instant now) { session.connect(peer, now); });
  return outcome ? outcome->connection : std::nullopt;
}

std::optional<client::Outcome> bind(StreamClient& data, std::uint32_t connection) {
  return data.request([&](auto& session, Instant now) { session.bind_connection(connection, now); });
}

// Which worker gets which connection is the kernel's choice, so enough of them to meet every combination.
TEST(ServerTcpRelayTest, AConnectionToAPeerCarriesDataBothWaysWhicheverWorkersServe) {
  RunningServer server(relay_settings());
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  for (int i = 0; i < 12; ++i) {
    StreamClient control(server.endpoint());
    ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
    const auto connection = connect(control, peers.local_endpoint());
    ASSERT_TRUE(connection);
    net::TcpSocket peer = accept_from(peers);
    EXPECT_EQ(peer.remote_endpoint(), control.relayed());
    write_text(peer, "said before anybody listened");
    StreamClient data(server.endpoint());
    ASSERT_TRUE(succeeded(bind(data, *connection)));
    data.wire().send(as_bytes("to the peer"));
    EXPECT_EQ(read_text(peer, 11), "to the peer");
    const auto rest = data.framer().take_rest();
    std::string came(rest.begin(), rest.end());
    for (int j = 0; j < 10 && came.size() < 28; ++j) {
      const auto more = data.wire().receive();
      came.append(more.begin(), more.end());
    }
    EXPECT_EQ(came, "said before anybody listened");
  }
}

TEST(ServerTcpRelayTest, APermittedPeerConnectsAndIsAnnounced) {
  RunningServer server(relay_settings());
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  ASSERT_TRUE(succeeded(control.permit({kLoopback, 0})));
  auto peer = net::TcpSocket::connect({kLoopback, 0}, control.relayed()).value();
  const auto event = control.next_event();
  ASSERT_TRUE(event);
  const auto* attempt = std::get_if<client::ConnectionAttempt>(&*event);
  ASSERT_NE(attempt, nullptr);
  EXPECT_EQ(attempt->peer.address, kLoopback);
  StreamClient data(server.endpoint());
  ASSERT_TRUE(succeeded(bind(data, attempt->connection)));
  write_text(peer, "hello");
  const auto came = data.wire().receive();
  EXPECT_EQ(std::string(came.begin(), came.end()), "hello");
}

TEST(ServerTcpRelayTest, APeerWithoutPermissionIsTurnedAway) {
  RunningServer server(relay_settings());
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  auto peer = net::TcpSocket::connect({kLoopback, 0}, control.relayed()).value();
  ASSERT_TRUE(wait_for(peer.native_handle(), POLLIN));
  std::array<std::uint8_t, 8> buffer{};
  const auto count = peer.read(buffer);
  EXPECT_TRUE(!count || *count == 0);
}

TEST(ServerTcpRelayTest, NobodyListeningIs447) {
  RunningServer server(relay_settings());
  const Endpoint nobody = net::TcpListener::open({kLoopback, 0}, {}).value().local_endpoint();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  const auto outcome = control.request([&](auto& session, Instant now) { session.connect(nobody, now); });
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->code, stun::ErrorCode::connection_timeout_or_failure);
}

TEST(ServerTcpRelayTest, EitherSidesEndEndsTheOther) {
  RunningServer server(relay_settings());
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  {
    const auto connection = connect(control, peers.local_endpoint());
    ASSERT_TRUE(connection);
    net::TcpSocket peer = accept_from(peers);
    StreamClient data(server.endpoint());
    ASSERT_TRUE(succeeded(bind(data, *connection)));
    write_text(peer, "last words");
    { const net::TcpSocket closing = std::move(peer); }
    EXPECT_EQ(data.wire().receive_to_end(), "last words");
  }
  // The peer's endpoint is free again for a connection of the same allocation (no 446).
  std::optional<std::uint32_t> again;
  for (int i = 0; i < 100 && !again; ++i) again = connect(control, peers.local_endpoint());
  ASSERT_TRUE(again);
  net::TcpSocket peer = accept_from(peers);
  {
    StreamClient data(server.endpoint());
    ASSERT_TRUE(succeeded(bind(data, *again)));
    data.wire().send(as_bytes("and ours"));
  }
  EXPECT_EQ(read_text(peer, 100), "and ours");
}

// RFC 6062 section 3: flow control is end to end.
TEST(ServerTcpRelayTest, APeerThatDoesNotReadHoldsTheClientUpAndLosesNothing) {
  Config config = relay_settings();
  config.limits.stream_queue = {32U << 10U};
  RunningServer server(std::move(config));
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  const auto connection = connect(control, peers.local_endpoint());
  ASSERT_TRUE(connection);
  net::TcpSocket peer = accept_from(peers);
  StreamClient data(server.endpoint());
  ASSERT_TRUE(succeeded(bind(data, *connection)));
  std::string pattern(1U << 20U, ' ');
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = static_cast<char>('a' + i % 23);
  std::thread writer([&] {
    for (int i = 0; i < 16; ++i) data.wire().send(as_bytes(pattern));
  });
  const std::string all = read_text(peer, 16 * pattern.size());
  writer.join();
  ASSERT_EQ(all.size(), 16 * pattern.size());
  for (std::size_t i = 0; i < 16; ++i) ASSERT_EQ(all.compare(i * pattern.size(), pattern.size(), pattern), 0);
}

TEST(ServerTcpRelayTest, AnotherUsersConnectionIdIsRefused) {
  Config config = relay_settings();
  config.auth.users.push_back({.name = "mallory", .password = SecretText{"wonderland"}, .key = {}, .key_sha256 = {}});
  RunningServer server(std::move(config));
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  const auto connection = connect(control, peers.local_endpoint());
  ASSERT_TRUE(connection);
  StreamClient thief(server.endpoint(), {}, "mallory");
  const auto refused = bind(thief, *connection);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, stun::ErrorCode::bad_request);
  StreamClient guess(server.endpoint());
  const auto unknown = bind(guess, *connection ^ 0x00ffffffU);
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->code, stun::ErrorCode::bad_request);
  StreamClient owner(server.endpoint());
  EXPECT_TRUE(succeeded(bind(owner, *connection)));
}

TEST(ServerTcpRelayTest, TheAllocationsEndClosesEverything) {
  RunningServer server(relay_settings());
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  auto control = std::make_unique<StreamClient>(server.endpoint());
  ASSERT_TRUE(succeeded(control->allocate(tcp_allocation())));
  const auto connection = connect(*control, peers.local_endpoint());
  ASSERT_TRUE(connection);
  net::TcpSocket peer = accept_from(peers);
  StreamClient data(server.endpoint());
  ASSERT_TRUE(succeeded(bind(data, *connection)));
  control.reset();
  EXPECT_EQ(data.wire().receive_to_end(), "");
  EXPECT_EQ(read_text(peer, 1), "");
  const std::string log = server.stop();
  EXPECT_NE(log.find("relay_ports_free=16384"), std::string::npos) << log;
}

TEST(ServerTcpRelayTest, ADataConnectionMayBeTls) {
  const std::array<std::string, 1> hosts{"localhost"};
  const auto made_up = *net::make_up_certificate(hosts, sample_now().wall, Seconds{3600});
  SystemRandom random;
  net::TlsOptions options;
  options.alpn = {"stun.turn"};
  RunningServer server(relay_settings(), *net::TlsSettings::make({&made_up.server, 1}, options, random));
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  for (int i = 0; i < 6; ++i) {
    const auto connection = connect(control, peers.local_endpoint());
    ASSERT_TRUE(connection) << i;
    net::TcpSocket peer = accept_from(peers);
    StreamClient data(server.endpoint(), net::TlsClientOptions{"localhost", made_up.ca_pem, {}});
    ASSERT_TRUE(succeeded(bind(data, *connection)));
    write_text(peer, "encrypted on the other leg");
    const auto came = data.wire().receive();
    EXPECT_EQ(std::string(came.begin(), came.end()), "encrypted on the other leg");
    peers = net::TcpListener::open({kLoopback, 0}, {}).value();  // another peer, or it would be 446
  }
}

TEST(ServerTcpRelayTest, CloseNotifyOnADataConnectionReachesThePeer) {
  const std::array<std::string, 1> hosts{"localhost"};
  const auto made_up = *net::make_up_certificate(hosts, sample_now().wall, Seconds{3600});
  SystemRandom random;
  RunningServer server(relay_settings(), *net::TlsSettings::make({&made_up.server, 1}, {}, random));
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  for (int i = 0; i < 4; ++i) {
    std::optional<std::uint32_t> connection;
    for (int attempt = 0; attempt < 100 && !connection; ++attempt) {
      connection = connect(control, peers.local_endpoint());  // 446 until the one before is forgotten
    }
    ASSERT_TRUE(connection) << i;
    net::TcpSocket peer = accept_from(peers);
    StreamClient data(server.endpoint(), net::TlsClientOptions{"localhost", made_up.ca_pem, {}});
    ASSERT_TRUE(succeeded(bind(data, *connection)));
    data.wire().say_goodbye();
    EXPECT_EQ(read_text(peer, 1), "") << "the end, and no patience lost";
  }
}

// Closing a socket with unread bytes makes the kernel send RST and forget what the other side has not got yet.
TEST(ServerTcpRelayTest, ThePeersLastWordsArriveWhileTheClientStillTalks) {
  RunningServer server(relay_settings());
  auto peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  const std::string words(2U << 20U, 'w');
  for (int i = 0; i < 5; ++i) {
    const auto connection = connect(control, peers.local_endpoint());
    ASSERT_TRUE(connection);
    net::TcpSocket peer = accept_from(peers);
    StreamClient data(server.endpoint());
    ASSERT_TRUE(succeeded(bind(data, *connection)));
    std::thread speaker([&] {
      write_text(peer, words);
      peer.shut_down_writing();
      read_text(peer, words.size());  // to the end
    });
    std::string heard;
    while (!data.wire().is_closed()) {
      data.wire().send(as_bytes("still talking, as clients do until they notice"));
      const auto more = data.wire().receive();
      heard.append(more.begin(), more.end());
    }
    data.wire().socket().shut_down_writing();
    speaker.join();
    EXPECT_EQ(heard.size(), words.size()) << i;
    peers = net::TcpListener::open({kLoopback, 0}, {}).value();
  }
}

/// Whether a word to the other side comes back as a reset within `patience_ms`.
bool is_reset_by_word(net::TcpSocket& socket, int patience_ms) {
  write_text(socket, "x");
  pollfd entry{.fd = socket.native_handle(), .events = 0, .revents = 0};
  return ::poll(&entry, 1, patience_ms) == 1 && (entry.revents & POLLERR) != 0;
}

// A peer whose client is gone and that does not hang up belongs to no allocation any more, so that no quota counts it.
TEST(ServerTcpRelayTest, OfPeersThatDoNotHangUpTheOldestIsCutOff) {
  constexpr std::size_t kMost = 256;
  Config config = relay_settings();
  config.server.workers = 1;
  RunningServer server(std::move(config));
  StreamClient control(server.endpoint());
  ASSERT_TRUE(succeeded(control.allocate(tcp_allocation())));
  std::vector<net::TcpListener> listeners;
  std::vector<net::TcpSocket> peers;
  for (std::size_t i = 0; i <= kMost; ++i) {
    listeners.push_back(net::TcpListener::open({kLoopback, 0}, {}).value());
    const auto connection = connect(control, listeners.back().local_endpoint());
    ASSERT_TRUE(connection) << i;
    peers.push_back(accept_from(listeners.back()));
    {
      StreamClient data(server.endpoint());
      ASSERT_TRUE(succeeded(bind(data, *connection)));
    }
    ASSERT_EQ(read_text(peers.back(), 1), "") << i;  // the client's end has come through
  }
  EXPECT_TRUE(is_reset_by_word(peers.front(), StreamWire::kPatienceMs));
  EXPECT_FALSE(is_reset_by_word(peers.back(), 50));
}

}  // namespace
}  // namespace turnpike::server
