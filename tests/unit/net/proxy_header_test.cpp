#include "turnpike/net/proxy_header.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::net {
namespace {

using test::Bytes;
using test::from_hex;

const std::string kSignature = "0d0a0d0a000d0a515549540a";
const std::string kV4Block = "c0000201 c6336402 dc04 01bb";
const std::string kV6Block = "20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 01bb";

Bytes bytes_of(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

Bytes binary(const std::string& rest) { return from_hex(kSignature + rest); }

Endpoint endpoint(const char* text) { return *Endpoint::parse(text); }

bool is_malformed(ByteSpan bytes) {
  const auto parsed = parse_proxy_header(bytes);
  return !parsed && parsed.error() == ProxyHeaderError::malformed;
}

/// Every prefix asks for more, and what follows is left alone. Copies of that very size show a sanitizer each read
/// behind them.
ProxyHeader expect_header(const Bytes& header) {
  for (std::size_t size = 0; size < header.size(); ++size) {
    const Bytes prefix(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
    const auto parsed = parse_proxy_header(prefix);
    EXPECT_TRUE(!parsed && parsed.error() == ProxyHeaderError::incomplete) << size;
  }
  Bytes with_more = header;
  with_more.insert(with_more.end(), {0x00, 0x03, 0x0d, 0x0a});
  const auto parsed = parse_proxy_header(with_more);
  EXPECT_TRUE(parsed);
  if (!parsed) return {};
  EXPECT_EQ(parsed->length, header.size());
  return *parsed;
}

TEST(ProxyHeaderText, SaysWhereAnIpv4ConnectionComesFrom) {
  const ProxyHeader header = expect_header(bytes_of("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"));
  EXPECT_EQ(header.source, endpoint("192.0.2.1:56324"));
  EXPECT_EQ(header.destination, endpoint("198.51.100.2:443"));
  EXPECT_FALSE(header.is_datagram);
}

TEST(ProxyHeaderText, SaysWhereAnIpv6ConnectionComesFrom) {
  const ProxyHeader header = expect_header(bytes_of("PROXY TCP6 2001:db8::1 2001:DB8::2 0 65535\r\n"));
  EXPECT_EQ(header.source, endpoint("[2001:db8::1]:0"));
  EXPECT_EQ(header.destination, endpoint("[2001:db8::2]:65535"));
}

TEST(ProxyHeaderText, TheLongestLineFits) {
  const std::string all_ones = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  const Bytes unknown = bytes_of("PROXY UNKNOWN " + all_ones + " " + all_ones + " 65535 65535\r\n");
  ASSERT_EQ(unknown.size(), 107U);
  EXPECT_FALSE(expect_header(unknown).source);
}

TEST(ProxyHeaderText, UnknownHasNoSourceWhateverFollowsIt) {
  EXPECT_FALSE(expect_header(bytes_of("PROXY UNKNOWN\r\n")).source);
  EXPECT_FALSE(expect_header(bytes_of("PROXY UNKNOWN any thing\r\n")).source);
}

TEST(ProxyHeaderText, ALineThatDoesNotEndIsMalformedAt107Bytes) {
  std::string line = "PROXY UNKNOWN ";
  line.resize(106, 'x');
  EXPECT_EQ(parse_proxy_header(as_bytes(line)).error(), ProxyHeaderError::incomplete);
  EXPECT_TRUE(is_malformed(as_bytes(line + "x")));
  EXPECT_TRUE(is_malformed(as_bytes(line + "\r")));
  EXPECT_TRUE(is_malformed(as_bytes(line + "\r\n")));
}

TEST(ProxyHeaderText, AnythingElseIsMalformed) {
  for (const char* line : {
           "GET / HTTP/1.1\r\n",
           "PROXY\r\n",
           "PROXY \r\n",
           "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY UNKNOWNS\r\n",
           "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY TCP4\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
           "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rx",
           "PROXY TCP4\t192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.2 192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n",
           "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
           "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
           "PROXY TCP6 [::1] [::2] 1 2\r\n",
           "PROXY TCP6 ::1 192.0.2.2 1 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n",
           "PROXY TCP4 192.0.2.1 192.0.2.2 1 0x2\r\n",
       }) {
    EXPECT_TRUE(is_malformed(as_bytes(line))) << line;
  }
  EXPECT_TRUE(is_malformed(as_bytes(std::string_view("PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n", 36))));
}

TEST(ProxyHeaderBinary, SaysWhereAnIpv4ConnectionComesFrom) {
  const ProxyHeader header = expect_header(binary("21 11 000c" + kV4Block));
  EXPECT_EQ(header.source, endpoint("192.0.2.1:56324"));
  EXPECT_EQ(header.destination, endpoint("198.51.100.2:443"));
  EXPECT_FALSE(header.is_datagram);
}

TEST(ProxyHeaderBinary, SaysWhereAnIpv6DatagramComesFrom) {
  const ProxyHeader header = expect_header(binary("21 22 0024" + kV6Block));
  EXPECT_EQ(header.source, endpoint("[2001:db8::1]:56324"));
  EXPECT_EQ(header.destination, endpoint("[2001:db8::2]:443"));
  EXPECT_TRUE(header.is_datagram);
}

TEST(ProxyHeaderBinary, AnIpv4MappedAddressStaysWhatItIs) {
  const std::string mapped = "00000000000000000000ffffc0000201";
  EXPECT_EQ(expect_header(binary("21 21 0024" + mapped + mapped + "0001 0002")).source,
            endpoint("[::ffff:192.0.2.1]:1"));
}

TEST(ProxyHeaderBinary, LocalHasNoSourceWhateverItsFamily) {
  for (const char* family : {"00", "11", "21", "ff"}) {
    EXPECT_FALSE(expect_header(binary(std::string("20") + family + "0000")).source) << family;
    EXPECT_FALSE(expect_header(binary(std::string("20") + family + "000c" + kV4Block)).source) << family;
  }
}

TEST(ProxyHeaderBinary, WhatIsUnspecifiedOrOfUnixHasNoSource) {
  EXPECT_FALSE(expect_header(binary("21 00 0000")).source);
  EXPECT_FALSE(expect_header(binary("21 00 0003 ffffff")).source);
  EXPECT_FALSE(expect_header(binary("21 10 0000")).source);
  EXPECT_FALSE(expect_header(binary("21 01 0000")).source);
  Bytes unix_header = binary("21 31 00d8");
  unix_header.resize(16 + 216);
  EXPECT_FALSE(expect_header(unix_header).source);
}

TEST(ProxyHeaderBinary, ExtensionsAreSkipped) {
  const std::string name = "02 0003 616263";
  EXPECT_EQ(expect_header(binary("21 11 0015" + kV4Block + name + "e0 0000")).source, endpoint("192.0.2.1:56324"));
}

TEST(ProxyHeaderBinary, ExtensionsThatReachPastTheHeaderAreMalformed) {
  EXPECT_TRUE(is_malformed(binary("21 11 0010" + kV4Block + "02 0002 61")));
  EXPECT_TRUE(is_malformed(binary("21 11 000e" + kV4Block + "02 00")));
}

TEST(ProxyHeaderBinary, ChecksTheChecksum) {
  const Bytes good = binary("21 11 0013" + kV4Block + "03 0004 20ec9549");
  EXPECT_EQ(expect_header(good).source, endpoint("192.0.2.1:56324"));
  constexpr std::size_t kType = 28;  // another one is no checksum
  for (std::size_t i = 16; i < good.size(); ++i) {
    if (i == kType) continue;
    Bytes bad = good;
    bad[i] ^= 1U;
    EXPECT_TRUE(is_malformed(bad)) << i;
  }
  EXPECT_TRUE(is_malformed(binary("21 11 0012" + kV4Block + "03 0003 000000")));
}

TEST(ProxyHeaderBinary, WhatIsWrongIsSaidBeforeTheRestIsThere) {
  EXPECT_TRUE(is_malformed(from_hex("0d0a0d0b")));
  for (const char* rest : {"11", "31", "22", "2f", "21 41", "21 13", "21 ff"}) EXPECT_TRUE(is_malformed(binary(rest)));
}

TEST(ProxyHeaderBinary, ALengthTooShortForTheFamilyIsMalformed) {
  for (const char* rest : {"21 11 000b", "21 12 0000", "21 21 0023", "21 22 000c", "21 31 00d7"}) {
    EXPECT_TRUE(is_malformed(binary(rest))) << rest;
  }
}

TEST(ProxyHeaderBinary, ALengthBeyondTheBoundIsMalformed) {
  Bytes largest = binary("21 00 04d8");
  ASSERT_EQ(kMaxProxyHeader, 16U + 0x4d8U);
  largest.resize(kMaxProxyHeader);
  EXPECT_TRUE(parse_proxy_header(largest));
  EXPECT_TRUE(is_malformed(binary("21 00 04d9")));
  EXPECT_TRUE(is_malformed(binary("20 00 ffff")));
}

TEST(ProxyHeader, NothingIsIncomplete) { EXPECT_EQ(parse_proxy_header({}).error(), ProxyHeaderError::incomplete); }

TEST(ProxyHeader, ChangedHeadersAreReadInsideTheirBounds) {
  test::SeededRandom random(20261121);
  const std::vector<Bytes> headers{bytes_of("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"),
                                   binary("21 11 0015" + kV4Block + "02 0003 616263 e0 0000"),
                                   binary("21 22 0024" + kV6Block)};
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes = headers[random.below(headers.size())];
    bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    bytes.resize(random.below(bytes.size() + 1));
    const auto parsed = parse_proxy_header(bytes);
    if (parsed) {
      EXPECT_LE(parsed->length, bytes.size());
    }
  }
}

}  // namespace
}  // namespace turnpike::net
