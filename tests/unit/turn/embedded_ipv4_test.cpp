#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "support/core_settings.hpp"
#include "support/ip_blocks.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/turn/peer_policy.hpp"

namespace turnpike::turn {
namespace {

using test::address;
using test::prefix;
using V6 = IpAddress::V6Bytes;

/// One way to put an IPv4 address into an IPv6 address.
struct Spelling {
  const char* name;
  std::function<IpAddress(const IpAddress& inner, Random& random)> spell;
};

IpAddress at(const IpAddress& outer, std::size_t offset, const IpAddress& inner) {
  V6 bytes{};
  std::ranges::copy(outer.bytes(), bytes.begin());
  std::ranges::copy(inner.bytes(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  return IpAddress::v6(bytes);
}

Spelling behind(const char* name, const char* outer, std::size_t offset = 12) {
  return {name, [=](const IpAddress& inner, Random&) { return at(address(outer), offset, inner); }};
}

// RFC 6052 section 2.2 with a /48 prefix: the address is split around byte 8.
IpAddress spell_local_nat64_48(const IpAddress& inner, Random&) {
  V6 bytes{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};
  bytes[6] = inner.bytes()[0];
  bytes[7] = inner.bytes()[1];
  bytes[9] = inner.bytes()[2];
  bytes[10] = inner.bytes()[3];
  return IpAddress::v6(bytes);
}

// 0.0.0.0 cannot be told from the end of the /48 form behind such a prefix, so the prefix without it stands in.
IpAddress spell_local_nat64_96(const IpAddress& inner, Random&) {
  return at(address(inner.is_unspecified() ? "64:ff9b:1::" : "64:ff9b:1:abcd::"), 12, inner);
}

IpAddress spell_teredo_client(const IpAddress& inner, Random& random) {
  V6 bytes{0x20, 0x01, 0x00, 0x00, 8, 8, 8, 8};
  random.fill(std::span(bytes).subspan<8, 4>());
  for (std::size_t i = 0; i < 4; ++i) bytes[12 + i] = static_cast<std::uint8_t>(~inner.bytes()[i]);
  return IpAddress::v6(bytes);
}

IpAddress spell_teredo_server(const IpAddress& inner, Random&) {
  return at(address("2001:0:0:0:8000:f227:f7f7:f7f7"), 4, inner);  // client 8.8.8.8
}

IpAddress spell_6to4(const IpAddress& inner, Random& random) {
  V6 bytes{0x20, 0x02};
  random.fill(std::span(bytes).subspan<6>());
  return at(IpAddress::v6(bytes), 2, inner);
}

std::vector<Spelling> all_spellings() {
  return {behind("mapped", "::ffff:0:0"),
          behind("compatible", "::"),
          behind("translated (SIIT)", "::ffff:0:0:0"),
          behind("NAT64", "64:ff9b::"),
          behind("NAT64 local, /96", "64:ff9b:1::"),
          {"NAT64 local, /96 elsewhere", spell_local_nat64_96},
          {"NAT64 local, /48", spell_local_nat64_48},
          {"6to4", spell_6to4},
          {"Teredo client", spell_teredo_client},
          {"Teredo server", spell_teredo_server},
          behind("ISATAP", "2a00:1:2:3:0:5efe::"),
          behind("ISATAP, universal", "2a00:1:2:3:200:5efe::")};
}

/// Lets everything through but what an IPv4 address inside forbids: every carrier is opened by name.
PeerPolicy policy_open_to_every_carrier() {
  PeerRules rules;
  for (const char* carrier : {"::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48",
                              "2001::/32", "2002::/16", "2a00::/16"}) {
    rules.allow.push_back(prefix(carrier));
  }
  return PeerPolicy(rules);
}

IpAddress random_inside(const IpPrefix& block, Random& random) {
  std::array<std::uint8_t, 4> bytes{};
  random.fill(bytes);
  for (std::size_t bit = 0; bit < block.length; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    const auto& fixed = block.address.bytes()[bit / 8];
    bytes[bit / 8] = static_cast<std::uint8_t>((bytes[bit / 8] & ~mask) | (fixed & mask));
  }
  return IpAddress::v4(bytes);
}

TEST(EmbeddedIpv4Test, EverySpellingOfADeniedAddressIsDeniedEvenWhereTheCarrierIsAllowed) {
  auto blocks = test::read_special_purpose_blocks("iana-ipv4-special.csv");
  blocks.push_back(prefix("224.0.0.0/4"));
  const PeerPolicy by_default{PeerRules{}};
  const PeerPolicy open = policy_open_to_every_carrier();
  test::SeededRandom random(42);
  std::size_t cases = 0;
  for (const IpPrefix& block : blocks) {
    for (int i = 0; i < 350; ++i) {
      const IpAddress inner = random_inside(block, random);
      for (const Spelling& spelling : all_spellings()) {
        const IpAddress peer = spelling.spell(inner, random);
        if (open.judge(peer) == PeerJudgement::allowed || by_default.judge(peer) == PeerJudgement::allowed) {
          ADD_FAILURE() << spelling.name << ": " << peer.to_string() << " carries " << inner.to_string();
          return;
        }
        ++cases;
      }
    }
  }
  EXPECT_GE(cases, 100'000U);
}

TEST(EmbeddedIpv4Test, EverySpellingOfAnAllowedAddressPassesWhereTheCarrierIsAllowed) {
  const PeerPolicy open = policy_open_to_every_carrier();
  test::SeededRandom random(43);
  for (const Spelling& spelling : all_spellings()) {
    const IpAddress peer = spelling.spell(address("8.8.8.8"), random);
    EXPECT_EQ(open.judge(peer), PeerJudgement::allowed) << spelling.name << ": " << peer.to_string();
  }
}

TEST(EmbeddedIpv4Test, EverySpellingOfAnOwnListenerIsDenied) {
  PeerRules rules;
  rules.allow = {prefix("::ffff:0:0/96"), prefix("2a00::/16")};
  rules.listeners = {test::endpoint("8.8.4.4:3478")};
  const PeerPolicy policy(rules);
  test::SeededRandom random(44);
  for (const Spelling& spelling : all_spellings()) {
    const IpAddress peer = spelling.spell(address("8.8.4.4"), random);
    EXPECT_NE(policy.judge(Endpoint{peer, 3478}), PeerJudgement::allowed) << spelling.name;
  }
}

TEST(EmbeddedIpv4Test, TheCarriedAddressIsFoundInEverySpelling) {
  test::SeededRandom random(45);
  for (const Spelling& spelling : all_spellings()) {
    const EmbeddedIpv4 found = find_embedded_ipv4(spelling.spell(address("9.10.11.12"), random));
    const auto end = found.addresses.begin() + static_cast<std::ptrdiff_t>(found.count);
    EXPECT_NE(std::find(found.addresses.begin(), end, address("9.10.11.12")), end) << spelling.name;
  }
}

TEST(EmbeddedIpv4Test, OrdinaryAddressesCarryNothing) {
  EXPECT_EQ(find_embedded_ipv4(address("10.0.0.1")).count, 0U);
  EXPECT_EQ(find_embedded_ipv4(address("2606:4700::1111")).count, 0U);
  EXPECT_EQ(find_embedded_ipv4(address("2a00::7f00:1")).count, 0U);
}

}  // namespace
}  // namespace turnpike::turn
