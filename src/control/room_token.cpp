#include "control/room_token.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "control/json_body.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/base/digest.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kAlgorithm = "HS256";
// The last second that RFC 3339 has a name for; nobody means what is later.
constexpr std::int64_t kEndOfTime = 253'402'300'799;

/// A JWS in compact serialization (RFC 7515 section 7.1), taken apart.
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header and payload with the dot between them
};

std::optional<Parts> split_token(std::string_view token) noexcept {
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  if (first == second || token.find('.', first + 1) != second) return std::nullopt;  // npos with both: no dot at all
  const Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return std::nullopt;
  return parts;
}

std::optional<json::object> decode_object(std::string_view text) {
  std::vector<std::uint8_t> decoded(text.size() * 3 / 4);
  if (!base64url_decode(text, decoded)) return std::nullopt;
  auto object = parse_json_object(as_text(decoded));
  if (!object) return std::nullopt;
  return std::move(*object);
}

std::string encode(std::string_view text) {
  std::string encoded((4 * text.size() + 2) / 3, '\0');
  base64url_encode(as_bytes(text), encoded);
  return encoded;
}

const json::value* find(const json::object& object, std::string_view name) noexcept {
  return object.if_contains({name.data(), name.size()});
}

std::optional<std::string_view> text_of(const json::value* value) noexcept {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string_view(text->data(), text->size());
}

bool is_jwt(std::string_view type) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(type, std::string_view("jwt"), {}, lower);
}

std::optional<TokenFault> find_header_fault(const json::object& header) noexcept {
  if (text_of(find(header, "alg")) != kAlgorithm) return TokenFault::wrong_algorithm;
  // RFC 7515 section 4.1.11: what is critical must be understood, and nothing is here.
  if (find(header, "crit") != nullptr) return TokenFault::malformed;
  const json::value* type = find(header, "typ");
  if (type != nullptr && !is_jwt(text_of(type).value_or(""))) return TokenFault::malformed;
  return std::nullopt;
}

/// Takes the same time whichever secret it was.
bool is_signed(const Parts& parts, const std::vector<std::string>& secrets) noexcept {
  Sha256Digest signature{};
  if (!base64url_decode(parts.signature, signature)) return false;
  bool found = false;
  for (const std::string& secret : secrets) {
    const Sha256Digest own = hmac_sha256(as_bytes(secret), {as_bytes(parts.signed_text)});
    const bool matches = constant_time_equal(own, signature) && !secret.empty();
    found = found || matches;
  }
  return found;
}

/// NumericDate (RFC 7519 section 2), which may have a fraction: rounded up, so that comparing whole seconds with it
/// says the same.
std::optional<UnixSeconds> to_time(const json::value& value) noexcept {
  double seconds = 0;
  if (const std::int64_t* whole = value.if_int64()) {
    seconds = static_cast<double>(*whole);
  } else if (const std::uint64_t* large = value.if_uint64()) {
    seconds = static_cast<double>(*large);
  } else if (const double* fraction = value.if_double()) {
    seconds = *fraction;
  } else {
    return std::nullopt;
  }
  const double bounded = std::clamp(std::ceil(seconds), 0.0, static_cast<double>(kEndOfTime));
  return UnixSeconds{Seconds{static_cast<std::int64_t>(bounded)}};
}

/// False when the claim is there and is no such text.
bool read_claim(const json::object& payload, std::string_view name, std::size_t shortest, std::size_t longest,
                std::string& out) {
  const json::value* value = find(payload, name);
  if (value == nullptr) return true;
  const auto text = text_of(value);
  if (!text || text->size() < shortest || text->size() > longest || !is_clean_text(*text)) return false;
  out = *text;
  return true;
}

bool read_rights(const json::object& payload, RoomClaims& claims) noexcept {
  const json::value* value = find(payload, "allow");
  if (value == nullptr) return true;
  const json::array* words = value->if_array();
  if (words == nullptr) return false;
  claims.may_join = false;
  claims.may = {.publish = false, .close = false};
  for (const json::value& each : *words) {
    const auto word = text_of(&each);
    if (!word) return false;
    claims.may_join = claims.may_join || *word == "join";
    claims.may.publish = claims.may.publish || *word == "publish";
    claims.may.close = claims.may.close || *word == "close";
  }
  return true;
}

Result<RoomClaims, TokenFault> read_claims(const json::object& payload, UnixSeconds now) {
  RoomClaims claims;
  const json::value* expiry = find(payload, "exp");
  const auto ends = expiry == nullptr ? std::nullopt : to_time(*expiry);
  const json::value* not_before = find(payload, "nbf");
  const auto begins = not_before == nullptr ? UnixSeconds{} : to_time(*not_before);
  if (!ends || !begins || !read_claim(payload, "room", 1, rooms::kMaxRoomId, claims.room) || claims.room.empty() ||
      !read_claim(payload, "sub", 1, rooms::kMaxUserId, claims.user) ||
      !read_claim(payload, "name", 0, rooms::kMaxName, claims.name) || !read_rights(payload, claims)) {
    return TokenFault::malformed;
  }
  claims.expiry = *ends;
  if (now >= *ends + kTokenClockSkew) return TokenFault::expired;
  if (now + kTokenClockSkew < *begins) return TokenFault::not_yet;
  return claims;
}

}  // namespace

std::string_view explain(TokenFault fault) noexcept {
  switch (fault) {
    case TokenFault::malformed: return "this is no room token";
    case TokenFault::wrong_algorithm: return "the room token must be signed with HS256";
    case TokenFault::wrong_signature: return "the room token was not signed for this server";
    case TokenFault::expired: return "the room token has expired";
    case TokenFault::not_yet: return "the room token is not good yet";
  }
  return "?";
}

std::string sign_room_token(const RoomClaims& claims, std::string_view secret, UnixSeconds now) {
  const auto text = [](const std::string& from) { return json::string_view(from.data(), from.size()); };
  json::object payload{{"room", text(claims.room)}};
  if (!claims.user.empty()) payload["sub"] = text(claims.user);
  if (!claims.name.empty()) payload["name"] = text(claims.name);
  json::array allow;
  if (claims.may_join) allow.emplace_back("join");
  if (claims.may.publish) allow.emplace_back("publish");
  if (claims.may.close) allow.emplace_back("close");
  payload["allow"] = std::move(allow);
  payload["iat"] = now.time_since_epoch().count();
  payload["exp"] = claims.expiry.time_since_epoch().count();
  std::string token = encode(R"({"alg":"HS256","typ":"JWT"})") + "." + encode(json::serialize(payload));
  const Sha256Digest signature = hmac_sha256(as_bytes(secret), {as_bytes(token)});
  return token + "." + encode(as_text(signature));
}

Result<RoomClaims, TokenFault> verify_room_token(std::string_view token, const std::vector<std::string>& secrets,
                                                 UnixSeconds now) {
  if (token.size() > kMaxToken) return TokenFault::malformed;
  const auto parts = split_token(token);
  if (!parts) return TokenFault::malformed;
  const auto header = decode_object(parts->header);
  if (!header) return TokenFault::malformed;
  if (const auto fault = find_header_fault(*header)) return *fault;
  if (!is_signed(*parts, secrets)) return TokenFault::wrong_signature;
  const auto payload = decode_object(parts->payload);
  if (!payload) return TokenFault::malformed;
  return read_claims(*payload, now);
}

// The header is an object: its first letters are those of a brace with a quotation mark, a space or a line's end
// behind it. A key whose text somebody chose may well have dots.
bool looks_like_token(std::string_view text) noexcept {
  return (text.starts_with("ey") || text.starts_with("ew")) && split_token(text).has_value();
}

}  // namespace turnpike::control
