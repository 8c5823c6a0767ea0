#include "turnpike/probe/server_uri.hpp"

#include <gtest/gtest.h>

namespace turnpike::probe {
namespace {

using Transports = std::vector<Transport>;

ServerUri parse(std::string_view text) {
  auto uri = ServerUri::parse(text);
  EXPECT_TRUE(uri.has_value()) << text;
  return uri ? *uri : ServerUri{};
}

TEST(ServerUriTest, TakesTheDefaultPortOfItsScheme) {
  EXPECT_EQ(parse("turn:turn.example.org").port, 3478);
  EXPECT_EQ(parse("stun:turn.example.org").port, 3478);
  EXPECT_EQ(parse("turns:turn.example.org").port, 5349);
  EXPECT_EQ(parse("stuns:turn.example.org").port, 5349);
  EXPECT_EQ(parse("turns:turn.example.org:443").port, 443);
}

TEST(ServerUriTest, TriesEveryTransportThatTheUriLeavesOpen) {
  EXPECT_EQ(parse("turn:h").transports(), (Transports{Transport::udp, Transport::tcp}));
  EXPECT_EQ(parse("turn:h?transport=udp").transports(), Transports{Transport::udp});
  EXPECT_EQ(parse("turn:h?transport=tcp").transports(), Transports{Transport::tcp});
  EXPECT_EQ(parse("turns:h").transports(), Transports{Transport::tls});
  EXPECT_EQ(parse("turns:h?transport=udp").transports(), Transports{Transport::dtls});
  EXPECT_EQ(parse("stun:h").transports(), Transports{Transport::udp});
  EXPECT_EQ(parse("stuns:h").transports(), Transports{Transport::tls});
}

TEST(ServerUriTest, ReadsIpv6AddressesInBrackets) {
  const ServerUri uri = parse("turn:[2001:db8::1]:5000?transport=tcp");
  EXPECT_EQ(uri.host, "2001:db8::1");
  EXPECT_EQ(uri.port, 5000);
  EXPECT_EQ(uri.to_string(), "turn:[2001:db8::1]:5000?transport=tcp");
  EXPECT_EQ(parse("stun:[::1]").port, 3478);
}

TEST(ServerUriTest, ReadsSchemeAndQueryInAnyCase) {
  EXPECT_EQ(parse("TURNS:h?Transport=UDP"), parse("turns:h?transport=udp"));
}

TEST(ServerUriTest, RefusesWhatIsNoUriOfAServer) {
  for (const char* text : {"",
                           "turn",
                           "turn:",
                           "turn:?transport=udp",
                           "http://h",
                           "turn://h",
                           "turn:h:",
                           "turn:h:0",
                           "turn:h:65536",
                           "turn:h:12x",
                           "turn:h?transport=tls",
                           "turn:h?",
                           "stun:h?transport=udp",
                           "turn:2001:db8::1",
                           "turn:[::1",
                           "turn:[10.0.0.1]",
                           "turn:[::1]x",
                           "turn:a b",
                           "turn:h/path",
                           "turn:user@h",
                           "turn:h\n",
                           "turnss:h"}) {
    EXPECT_FALSE(ServerUri::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace turnpike::probe
