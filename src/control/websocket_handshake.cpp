#include <algorithm>
#include <string_view>

#include <boost/beast/http/rfc7230.hpp>

#include "control/websocket.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::control {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 section 1.3
constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyCharacters = 22;  // of 16 bytes; two of padding follow

// The field may come several times, each time with a list; tokens know no case (RFC 9110 sections 5.6.1, 7.8).
bool has_token(const Request& request, http::field field, std::string_view token) {
  const auto [first, last] = request.equal_range(field);
  return std::any_of(first, last, [token](const auto& each) { return http::token_list(each.value()).exists(token); });
}

bool is_base64(char character) noexcept {
  return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
         (character >= '0' && character <= '9') || character == '+' || character == '/';
}

bool is_key(std::string_view text) noexcept {
  return text.size() == kKeyCharacters + 2 && text.ends_with("==") &&
         std::all_of(text.begin(), text.begin() + kKeyCharacters, is_base64);
}

// RFC 9110 section 15.5.22, RFC 6455 section 4.4
Response make_upgrade_required() {
  Response response = make_problem(http::status::upgrade_required, "This is a WebSocket of version 13.");
  response.set(http::field::upgrade, "websocket");
  response.set(http::field::connection, "Upgrade");
  response.set(http::field::sec_websocket_version, kVersion);
  return response;
}

Response make_switch(std::string_view key) {
  Response response;
  response.version(11);
  response.result(http::status::switching_protocols);
  response.set(http::field::upgrade, "websocket");
  response.set(http::field::connection, "Upgrade");
  response.set(http::field::sec_websocket_accept, base64_encode(sha1({as_bytes(key), as_bytes(kGuid)})));
  return response;
}

}  // namespace

bool wants_websocket(const Request& request) { return has_token(request, http::field::upgrade, "websocket"); }

Response answer_handshake(const Request& request) {
  if (request.method() != http::verb::get) {
    Response response = make_problem(http::status::method_not_allowed);
    response.set(http::field::allow, "GET");
    return response;
  }
  if (request.version() < 11) return make_problem(http::status::bad_request, "A WebSocket needs HTTP/1.1.");
  if (!wants_websocket(request)) return make_upgrade_required();
  if (!has_token(request, http::field::connection, "upgrade")) {
    return make_problem(http::status::bad_request, "Connection does not say Upgrade.");
  }
  if (request.count(http::field::sec_websocket_version) != 1 ||
      request[http::field::sec_websocket_version] != kVersion) {
    return make_upgrade_required();
  }
  const std::string_view key = request[http::field::sec_websocket_key];
  if (request.count(http::field::sec_websocket_key) != 1 || !is_key(key)) {
    return make_problem(http::status::bad_request, "Sec-WebSocket-Key is not 16 bytes as base64.");
  }
  return make_switch(key);
}

}  // namespace turnpike::control
