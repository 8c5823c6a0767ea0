#include <gtest/gtest.h>

#include "turnpike/base/ip_address.hpp"

namespace turnpike {
namespace {

bool covers(const char* prefix, const char* address) {
  return IpPrefix::parse(prefix).value().contains(IpAddress::parse(address).value());
}

TEST(IpPrefix, TextComesBackInCanonicalForm) {
  for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/0", "::1/128"}) {
    const auto prefix = IpPrefix::parse(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(prefix->to_string(), text);
  }
}

TEST(IpPrefix, ASingleAddressIsThePrefixOfItself) {
  EXPECT_EQ(IpPrefix::parse("192.0.2.1"), IpPrefix::parse("192.0.2.1/32"));
  EXPECT_EQ(IpPrefix::parse("2001:db8::1"), IpPrefix::parse("2001:db8::1/128"));
}

TEST(IpPrefix, SetHostBitsAreRefused) {
  for (const char* text : {"10.0.0.1/8", "192.0.2.128/24", "0.0.0.1/0", "128.0.0.0/0", "2001:db8::1/64", "::1/127"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(IpPrefix, GarbageIsRefused) {
  for (const char* text :
       {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8 ",
        "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "10/8", "10.0.0.0/4294967304"}) {
    EXPECT_FALSE(IpPrefix::parse(text)) << text;
  }
}

TEST(IpPrefix, ContainsExactlyItsBlock) {
  EXPECT_TRUE(covers("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(covers("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(covers("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(covers("172.16.0.0/12", "172.32.0.0"));
  EXPECT_FALSE(covers("172.16.0.0/12", "172.15.255.255"));
  EXPECT_TRUE(covers("192.0.2.1/32", "192.0.2.1"));
  EXPECT_FALSE(covers("192.0.2.1/32", "192.0.2.0"));
  EXPECT_TRUE(covers("0.0.0.0/0", "203.0.113.9"));
}

TEST(IpPrefix, ContainsExactlyItsBlockOfIpv6) {
  EXPECT_TRUE(covers("fc00::/7", "fdff::1"));
  EXPECT_FALSE(covers("fc00::/7", "fe00::"));
  EXPECT_TRUE(covers("::1/128", "::1"));
  EXPECT_FALSE(covers("::1/128", "::"));
  EXPECT_TRUE(covers("::/0", "2001:db8::1"));
  EXPECT_TRUE(covers("2001:db8::/33", "2001:db8:7fff::"));
  EXPECT_FALSE(covers("2001:db8::/33", "2001:db8:8000::"));
}

TEST(IpPrefix, NeverContainsTheOtherFamily) {
  EXPECT_FALSE(covers("0.0.0.0/0", "::"));
  EXPECT_FALSE(covers("::/0", "0.0.0.0"));
  EXPECT_FALSE(covers("::ffff:0.0.0.0/96", "192.0.2.1"));
}

}  // namespace
}  // namespace turnpike
