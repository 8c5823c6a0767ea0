#include "turnpike/base/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"

namespace turnpike {
namespace {

/// SipHash-c-d straight from its paper (Aumasson, Bernstein 2012, section 2), over a padded copy.
std::uint64_t reference_siphash(const KeyedHash::Key& key, test::Bytes bytes, int c, int d) {
  std::uint64_t a = key[0] ^ 0x736f6d6570736575;
  std::uint64_t b = key[1] ^ 0x646f72616e646f6d;
  std::uint64_t e = key[0] ^ 0x6c7967656e657261;
  std::uint64_t f = key[1] ^ 0x7465646279746573;
  const auto rounds = [&](int count) {
    for (int i = 0; i < count; ++i) {
      a += b, b = (b << 13U | b >> 51U) ^ a, a = a << 32U | a >> 32U;
      e += f, f = (f << 16U | f >> 48U) ^ e;
      a += f, f = (f << 21U | f >> 43U) ^ a;
      e += b, b = (b << 17U | b >> 47U) ^ e, e = e << 32U | e >> 32U;
    }
  };
  const auto length = static_cast<std::uint8_t>(bytes.size());
  bytes.resize(bytes.size() / 8 * 8 + 7);
  bytes.push_back(length);
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 8; k-- > 0;) word = word << 8U | bytes[i + k];
    f ^= word;
    rounds(c);
    a ^= word;
  }
  e ^= 0xff;
  rounds(d);
  return a ^ b ^ e ^ f;
}

constexpr KeyedHash::Key kPaperKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

test::Bytes counting(std::size_t count) {
  test::Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

TEST(ReferenceSipHash, MatchesTheVectorsOfSipHash24) {
  EXPECT_EQ(reference_siphash(kPaperKey, counting(15), 2, 4), 0xa129ca6149be45e5U);  // the paper's appendix A
  EXPECT_EQ(reference_siphash(kPaperKey, counting(0), 2, 4), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(reference_siphash(kPaperKey, counting(8), 2, 4), 0x93f5f5799a932462U);
}

TEST(KeyedHash, IsSipHash13AtEveryLength) {
  test::SeededRandom random{13};
  for (std::size_t length = 0; length < 300; ++length) {
    const KeyedHash::Key key{random.next_u64(), random.next_u64()};
    const test::Bytes bytes = random.bytes(length);
    EXPECT_EQ(KeyedHash{key}(bytes), reference_siphash(key, bytes, 1, 3)) << length;
  }
}

TEST(KeyedHash, MatchesPublishedSipHash13) {
  // The first entries of the table that Rust's standard library tests its SipHasher13 with.
  const KeyedHash hash{kPaperKey};
  EXPECT_EQ(hash(ByteSpan{}), 0xabac0158050fc4dcU);
  EXPECT_EQ(hash(ByteSpan{counting(1)}), 0xc9f49bf37d57ca93U);
}

TEST(KeyedHash, OfAnAddressIsThatOfItsBytes) {
  const KeyedHash hash{kPaperKey};
  for (const char* text : {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"}) {
    const IpAddress address = IpAddress::parse(text).value();
    EXPECT_EQ(hash(address), hash(address.bytes())) << text;
  }
}

TEST(KeyedHash, OfAFiveTupleIsThatOfItsPackedForm) {
  const KeyedHash hash{kPaperKey};
  const FiveTuple v4{*Endpoint::parse("192.0.2.1:258"), *Endpoint::parse("198.51.100.2:772"), Transport::tls};
  EXPECT_EQ(hash(v4), hash(test::from_hex("c0000201 c6336402 0201 0403 02 05")));
  const FiveTuple v6{*Endpoint::parse("[2001:db8::1]:258"), *Endpoint::parse("[2001:db8::2]:772"), Transport::udp};
  EXPECT_EQ(hash(v6), hash(test::from_hex("20010db8000000000000000000000001 20010db8000000000000000000000002"
                                          "0201 0403 00 0a")));
}

TEST(KeyedHash, EveryPartOfAFiveTupleCounts) {
  const KeyedHash hash{kPaperKey};
  std::unordered_set<std::uint64_t> hashes;
  std::size_t tuples = 0;
  for (const char* client : {"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "0.0.0.0:1", "[::]:1", "[2001:db8::1]:1"}) {
    for (const char* server : {"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "0.0.0.0:1", "[::]:1", "[2001:db8::1]:1"}) {
      for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::dtls}) {
        hashes.insert(hash(FiveTuple{*Endpoint::parse(client), *Endpoint::parse(server), transport}));
        ++tuples;
      }
    }
  }
  EXPECT_EQ(hashes.size(), tuples);
}

TEST(KeyedHash, AnotherKeyGivesAnotherHash) {
  const FiveTuple tuple{*Endpoint::parse("192.0.2.1:258"), *Endpoint::parse("198.51.100.2:772"), Transport::udp};
  EXPECT_NE((KeyedHash{{1, 2}}(tuple)), (KeyedHash{{1, 3}}(tuple)));
  EXPECT_NE((KeyedHash{{1, 2}}(tuple)), (KeyedHash{{0, 2}}(tuple)));
}

}  // namespace
}  // namespace turnpike
