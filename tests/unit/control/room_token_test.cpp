#include "control/room_token.hpp"

#include <gtest/gtest.h>

#include <span>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::control {
namespace {

constexpr UnixSeconds kNow{Seconds{1'800'000'000}};
const std::vector<std::string> kSecrets{"north", "south"};

std::string encode(std::string_view text) {
  std::string encoded((4 * text.size() + 2) / 3, '\0');
  base64url_encode(as_bytes(text), std::span(encoded));
  return encoded;
}

/// A token of just these texts, rightly signed.
std::string make_token(std::string_view header, std::string_view payload, std::string_view secret = "north") {
  const std::string text = encode(header) + "." + encode(payload);
  return text + "." + encode(as_text(hmac_sha256(as_bytes(secret), {as_bytes(text)})));
}
std::string make_token(std::string_view payload) { return make_token(R"({"alg":"HS256","typ":"JWT"})", payload); }

std::optional<TokenFault> fault_of(std::string_view token, UnixSeconds now = kNow) {
  const auto claims = verify_room_token(token, kSecrets, now);
  return claims ? std::nullopt : std::optional(claims.error());
}
std::optional<TokenFault> fault_of_payload(std::string_view payload, UnixSeconds now = kNow) {
  return fault_of(make_token(payload), now);
}
std::optional<TokenFault> fault_of_header(std::string_view header) {
  return fault_of(make_token(header, R"({"room":"r","exp":1800000100})"));
}
RoomClaims claims_of(std::string_view payload) {
  const auto claims = verify_room_token(make_token(payload), kSecrets, kNow);
  EXPECT_TRUE(claims.has_value()) << payload;
  return claims ? *claims : RoomClaims{};
}

RoomClaims sample() {
  RoomClaims claims;
  claims.room = "r\xc3\xa9union 1/2";
  claims.user = "alice";
  claims.name = "Alice \"A\"";
  claims.expiry = kNow + Seconds{3600};
  claims.may_join = false;
  claims.may = {.publish = true, .close = true};
  return claims;
}

TEST(RoomToken, WhatIsSignedComesBack) {
  const auto claims = verify_room_token(sign_room_token(sample(), "north", kNow), kSecrets, kNow);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->room, sample().room);
  EXPECT_EQ(claims->user, "alice");
  EXPECT_EQ(claims->name, sample().name);
  EXPECT_EQ(claims->expiry, sample().expiry);
  EXPECT_FALSE(claims->may_join);
  EXPECT_EQ(claims->may, sample().may);
}

TEST(RoomToken, TheLargestThatIsSignedIsTaken) {
  RoomClaims claims = sample();
  claims.room = std::string(64, '"');
  claims.user = std::string(64, '\\');
  claims.name = std::string(128, '"');
  EXPECT_EQ(fault_of(sign_room_token(claims, "north", kNow)), std::nullopt);
}

// hmac.new(b"south", header + b"." + payload, "sha256"), base64.urlsafe_b64encode() without padding.
TEST(RoomToken, OneMadeElsewhereIsTaken) {
  const auto claims = verify_room_token(
      "eyJhbGciOiJIUzI1NiJ9."
      "eyJyb29tIjogImRhaWx5IiwgInN1YiI6ICJhbGljZSIsICJleHAiOiAxODAwMDAwMTAwLCAiYWxsb3ciOiBbImpvaW4iLCAiY2xvc2UiXX0."
      "xrIBZdiehwPZrJu0VvI5w3sHeKqCGY7Zgo5bVvbMtUg",
      kSecrets, kNow);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->room, "daily");
  EXPECT_EQ(claims->user, "alice");
  EXPECT_TRUE(claims->may_join);
  EXPECT_EQ(claims->may, (rooms::Permissions{.publish = false, .close = true}));
}

// RFC 7515 appendix A.1: rightly signed by its key, but it is about no room.
TEST(RoomToken, TheSignatureOfTheRfcsExampleHolds) {
  const std::string token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  std::string key(64, '\0');
  std::vector<std::uint8_t> bytes(64);
  ASSERT_TRUE(base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
                               bytes));
  key = as_text(bytes);
  EXPECT_EQ(verify_room_token(token, {key}, kNow).error(), TokenFault::malformed);
  EXPECT_EQ(verify_room_token(token, {"another"}, kNow).error(), TokenFault::wrong_signature);
}

TEST(RoomToken, EverySecretIsGoodAndNoOther) {
  for (const auto* secret : {"north", "south"}) {
    EXPECT_EQ(fault_of(sign_room_token(sample(), secret, kNow)), std::nullopt) << secret;
  }
  EXPECT_EQ(fault_of(sign_room_token(sample(), "west", kNow)), TokenFault::wrong_signature);
  EXPECT_EQ(verify_room_token(sign_room_token(sample(), "", kNow), {""}, kNow).error(), TokenFault::wrong_signature);
  EXPECT_EQ(verify_room_token(sign_room_token(sample(), "north", kNow), {}, kNow).error(), TokenFault::wrong_signature);
}

// RFC 8725 section 2.1.
TEST(RoomToken, NoAlgorithmButOursIsTaken) {
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"HS512"})",
                             R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"alg":"HS256 "})", R"({"alg":256})",
                             R"({"alg":null})", R"({"alg":["HS256"]})", R"({"typ":"JWT"})", "{}"}) {
    EXPECT_EQ(fault_of_header(header), TokenFault::wrong_algorithm) << header;
  }
  const std::string payload = encode(R"({"room":"r","exp":1800000100})");
  EXPECT_EQ(fault_of(encode(R"({"alg":"none"})") + "." + payload + "."), TokenFault::malformed);
  EXPECT_EQ(fault_of(encode(R"({"alg":"none"})") + "." + payload + ".x"), TokenFault::wrong_algorithm);
}

TEST(RoomToken, TheHeadersOtherMembersAreLookedAtToo) {
  EXPECT_EQ(fault_of_header(R"({"alg":"HS256"})"), std::nullopt);
  EXPECT_EQ(fault_of_header(R"({"alg":"HS256","typ":"jwt","kid":"1"})"), std::nullopt);
  for (const auto* header :
       {R"({"alg":"HS256","typ":"JWE"})", R"({"alg":"HS256","typ":""})", R"({"alg":"HS256","typ":1})",
        R"({"alg":"HS256","crit":["exp"]})", R"({"alg":"HS256","crit":[]})", R"({"alg":"HS256","alg":"HS256"})",
        R"({"alg":"HS256"}{})", R"({"alg":"HS256",})", "[]", "\"HS256\"", "", "\xff"}) {
    EXPECT_EQ(fault_of_header(header), TokenFault::malformed) << header;
  }
}

TEST(RoomToken, WhatIsNotThreePartsOfBase64UrlIsMalformed) {
  const std::string good = make_token(R"({"room":"r","exp":1800000100})");
  const std::string payload = good.substr(0, good.rfind('.'));
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), payload, payload + ".", "." + good,
        good + ".", good + ".x", " " + good, "=" + good, std::string("a.b.c")}) {
    EXPECT_EQ(fault_of(token), TokenFault::malformed) << token;
  }
  EXPECT_EQ(fault_of(good), std::nullopt);
}

TEST(RoomToken, ASignatureHasOneSpelling) {
  const std::string good = make_token(R"({"room":"r","exp":1800000100})");
  const std::string cut = good.substr(0, good.size() - 1);
  EXPECT_EQ(fault_of(good + "="), TokenFault::wrong_signature);
  EXPECT_EQ(fault_of(good + "A"), TokenFault::wrong_signature);
  EXPECT_EQ(fault_of(cut), TokenFault::wrong_signature);
  int taken = 0;
  for (const char last : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n")) {
    if (!fault_of(cut + last)) ++taken;
  }
  EXPECT_EQ(taken, 1);
}

TEST(RoomToken, AChangedPayloadIsNotSigned) {
  const std::string good = make_token(R"({"room":"r","exp":1800000100})");
  const std::string other = make_token(R"({"room":"s","exp":1800000100})");
  EXPECT_EQ(fault_of(good.substr(0, good.rfind('.')) + other.substr(other.rfind('.'))), TokenFault::wrong_signature);
}

TEST(RoomToken, ClaimsOfAnotherKindAreMalformed) {
  for (const auto* payload : {"",
                              "[]",
                              "{}",
                              R"({"room":"r"})",
                              R"({"exp":1800000100})",
                              R"({"room":"","exp":1800000100})",
                              R"({"room":1,"exp":1800000100})",
                              R"({"room":null,"exp":1800000100})",
                              R"({"room":"a\n","exp":1800000100})",
                              R"({"room":"r","exp":"1800000100"})",
                              R"({"room":"r","exp":null})",
                              R"({"room":"r","exp":true})",
                              R"({"room":"r","exp":1e999})",
                              R"({"room":"r","exp":1800000100,"nbf":"now"})",
                              R"({"room":"r","exp":1800000100,"nbf":null})",
                              R"({"room":"r","exp":1800000100,"sub":7})",
                              R"({"room":"r","exp":1800000100,"sub":""})",
                              R"({"room":"r","exp":1800000100,"sub":"a\u0000"})",
                              R"({"room":"r","exp":1800000100,"name":{}})",
                              R"({"room":"r","exp":1800000100,"name":"\u0085"})",
                              R"({"room":"r","exp":1800000100,"allow":"join"})",
                              R"({"room":"r","exp":1800000100,"allow":[1]})",
                              R"({"room":"r","exp":1800000100,"allow":null})",
                              R"({"room":"r","exp":1800000100} )"
                              "x"}) {
    EXPECT_EQ(fault_of_payload(payload), TokenFault::malformed) << payload;
  }
}

TEST(RoomToken, AClaimThatStandsTwiceIsMalformed) {
  EXPECT_EQ(fault_of_payload(R"({"room":"r","room":"s","exp":1800000100})"), TokenFault::malformed);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":1800000100,"exp":1800000100})"), TokenFault::malformed);
}

TEST(RoomToken, TextsHaveBounds) {
  const auto with = [](std::string_view name, std::size_t length) {
    const std::string text(length, 'a');
    if (name == "room") return R"({"exp":1800000100,"room":")" + text + "\"}";
    return R"({"exp":1800000100,"room":"r",")" + std::string(name) + R"(":")" + text + "\"}";
  };
  for (const auto& [name, longest] : {std::pair{"room", 64U}, {"sub", 64U}, {"name", 128U}}) {
    EXPECT_EQ(fault_of_payload(with(name, longest)), std::nullopt) << name;
    EXPECT_EQ(fault_of_payload(with(name, longest + 1)), TokenFault::malformed) << name;
  }
  EXPECT_EQ(fault_of_payload(with("unknown", 4096)), TokenFault::malformed);
}

TEST(RoomToken, ItEndsAfterTheSkew) {
  constexpr std::string_view kPayload = R"({"room":"r","exp":1800000000})";
  EXPECT_EQ(fault_of_payload(kPayload, kNow + Seconds{29}), std::nullopt);
  EXPECT_EQ(fault_of_payload(kPayload, kNow + Seconds{30}), TokenFault::expired);
  constexpr std::string_view kFraction = R"({"room":"r","exp":1800000000.25})";
  EXPECT_EQ(fault_of_payload(kFraction, kNow + Seconds{30}), std::nullopt);
  EXPECT_EQ(fault_of_payload(kFraction, kNow + Seconds{31}), TokenFault::expired);
}

TEST(RoomToken, ItBeginsBeforeTheSkew) {
  constexpr std::string_view kPayload = R"({"room":"r","exp":1800009999,"nbf":1800000030})";
  EXPECT_EQ(fault_of_payload(kPayload), std::nullopt);
  EXPECT_EQ(fault_of_payload(kPayload, kNow - Seconds{1}), TokenFault::not_yet);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":1800009999,"nbf":1800000030.5})"), TokenFault::not_yet);
}

TEST(RoomToken, AbsurdDatesAreDates) {
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":-1})"), TokenFault::expired);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":-1e300})"), TokenFault::expired);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":1e300})"), std::nullopt);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":18446744073709551615})"), std::nullopt);
  EXPECT_EQ(fault_of_payload(R"({"room":"r","exp":1e300,"nbf":1e300})"), TokenFault::not_yet);
}

TEST(RoomToken, WhatItAllowsIsSaidInWords) {
  const RoomClaims silent = claims_of(R"({"room":"r","exp":1800000100})");
  EXPECT_TRUE(silent.may_join);
  EXPECT_EQ(silent.may, (rooms::Permissions{.publish = true, .close = false}));
  const RoomClaims nothing = claims_of(R"({"room":"r","exp":1800000100,"allow":[]})");
  EXPECT_FALSE(nothing.may_join);
  EXPECT_EQ(nothing.may, (rooms::Permissions{.publish = false, .close = false}));
  const RoomClaims some = claims_of(R"({"room":"r","exp":1800000100,"allow":["close","fly","join"]})");
  EXPECT_TRUE(some.may_join);
  EXPECT_EQ(some.may, (rooms::Permissions{.publish = false, .close = true}));
}

TEST(RoomToken, KeysDoNotLookLikeTokens) {
  EXPECT_TRUE(looks_like_token(sign_room_token(sample(), "north", kNow)));
  EXPECT_TRUE(looks_like_token("ewogImFsZyI6ICJIUzI1NiIKfQ.e30.x"));
  for (const auto* text : {"", "tpk_kABC_secret", "a.b.c", "eyJ", "eyJ.a", "eyJ.a.", "eyJ..a", "eyJ.a.b.c"}) {
    EXPECT_FALSE(looks_like_token(text)) << text;
  }
}

}  // namespace
}  // namespace turnpike::control
