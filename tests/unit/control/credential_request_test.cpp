#include "control/credential_request.hpp"

#include <gtest/gtest.h>

namespace turnpike::control {
namespace {

TEST(CredentialRequestTest, UsersAreOpaque) {
  for (const char* user : {"a", "@alice:example.org", "1999:x", "j\u00fcrgen", "a b", "\U0001f600"}) {
    EXPECT_TRUE(is_acceptable_user(user)) << user;
  }
  EXPECT_TRUE(is_acceptable_user(std::string(490, 'a')));
}

TEST(CredentialRequestTest, SomeUsersAreNot) {
  using namespace std::string_view_literals;
  for (const std::string_view user :
       {""sv, "a\nb"sv, "a\0b"sv, "\x7f"sv, "\xc2\x85"sv, "\xff"sv, "\xc0\x80"sv, "\xed\xa0\x80"sv, "\xe2\x82"sv}) {
    EXPECT_FALSE(is_acceptable_user(user)) << user;
  }
  EXPECT_FALSE(is_acceptable_user(std::string(491, 'a')));
  EXPECT_FALSE(is_acceptable_user(std::string(10'240, 'a')));
}

TEST(CredentialRequestTest, DigitsAreSeconds) {
  EXPECT_EQ(parse_ttl_digits("3600"), Seconds{3600});
  for (const char* text : {"", "0", "-1", "+1", "1.5", "1e3", "1h", " 1", "1000000000000", "99999999999999999999"}) {
    EXPECT_FALSE(parse_ttl_digits(text)) << text;
  }
}

TEST(CredentialRequestTest, NumbersAreWholeSeconds) {
  EXPECT_EQ(parse_ttl_number(3600), Seconds{3600});
  EXPECT_FALSE(parse_ttl_number(0));
  EXPECT_FALSE(parse_ttl_number(-1));
  EXPECT_FALSE(parse_ttl_number(1'000'000'000'000));
  EXPECT_FALSE(parse_ttl_number(std::uint64_t{1} << 63U));
  EXPECT_FALSE(parse_ttl_number(1.5));
  EXPECT_FALSE(parse_ttl_number(3600.0));
  EXPECT_FALSE(parse_ttl_number(true));
  EXPECT_FALSE(parse_ttl_number(nullptr));
  EXPECT_FALSE(parse_ttl_number("1h"));
}

}  // namespace
}  // namespace turnpike::control
