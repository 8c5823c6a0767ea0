#include "turnpike/probe/server_uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "turnpike/base/default_ports.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::probe {
namespace {

constexpr std::size_t kMaxHost = 253;

bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_host_name(std::string_view host) noexcept {
  return !host.empty() && host.size() <= kMaxHost && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

std::optional<std::uint16_t> read_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<UriMistake> read_scheme(std::string_view scheme, ServerUri& uri) {
  if (scheme.size() > 5) return UriMistake{"does not begin with stun:, stuns:, turn: or turns:"};
  uri.is_turn = equals_lower(scheme, "turn") || equals_lower(scheme, "turns");
  if (!uri.is_turn && !equals_lower(scheme, "stun") && !equals_lower(scheme, "stuns")) {
    return UriMistake{"does not begin with stun:, stuns:, turn: or turns:"};
  }
  uri.is_secure = scheme.size() == 5;
  uri.port = uri.is_secure ? kTlsPort : kPlainPort;
  return std::nullopt;
}

std::optional<UriMistake> read_query(std::string_view query, ServerUri& uri) {
  if (!uri.is_turn) return UriMistake{"has a query, which only turn: and turns: may have"};
  if (equals_lower(query, "transport=udp")) {
    uri.is_udp = true;
  } else if (equals_lower(query, "transport=tcp")) {
    uri.is_udp = false;
  } else {
    return UriMistake{"has a query that is neither ?transport=udp nor ?transport=tcp"};
  }
  return std::nullopt;
}

std::optional<UriMistake> read_place(std::string_view place, ServerUri& uri) {
  std::string_view port;
  bool has_port = false;
  if (place.starts_with('[')) {
    const std::size_t end = place.find(']');
    const auto address = IpAddress::parse(place.substr(1, end == std::string_view::npos ? end : end - 1));
    if (end == std::string_view::npos || !address || !address->is_v6()) return UriMistake{"has no IPv6 address in []"};
    uri.host = place.substr(1, end - 1);
    const std::string_view rest = place.substr(end + 1);
    has_port = !rest.empty();
    if (has_port && !rest.starts_with(':')) return UriMistake{"has something between ] and the port"};
    if (has_port) port = rest.substr(1);
  } else {
    const std::size_t colon = place.find(':');
    has_port = colon != std::string_view::npos;
    uri.host = place.substr(0, colon);
    if (has_port) port = place.substr(colon + 1);
    if (port.find(':') != std::string_view::npos) return UriMistake{"needs [] around the IPv6 address"};
    if (!is_host_name(uri.host)) return UriMistake{"names no host"};
  }
  if (!has_port) return std::nullopt;
  const auto number = read_port(port);
  if (!number) return UriMistake{"has no port from 1 to 65535 behind the last colon"};
  uri.port = *number;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp: return "UDP";
    case Transport::tcp: return "TCP";
    case Transport::tls: return "TLS";
    case Transport::dtls: break;
  }
  return "DTLS";
}

Result<ServerUri, UriMistake> ServerUri::parse(std::string_view text) {
  ServerUri uri;
  const std::size_t colon = text.find(':');
  if (auto wrong = read_scheme(colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon), uri)) {
    return *std::move(wrong);
  }
  std::string_view rest = text.substr(colon + 1);
  if (rest.starts_with("//")) return UriMistake{"has // behind the scheme, which such URIs do not have"};
  const std::size_t mark = rest.find('?');
  if (mark != std::string_view::npos) {
    if (auto wrong = read_query(rest.substr(mark + 1), uri)) return *std::move(wrong);
    rest = rest.substr(0, mark);
  }
  if (auto wrong = read_place(rest, uri)) return *std::move(wrong);
  return uri;
}

std::string ServerUri::to_string() const {
  const bool has_colon = host.find(':') != std::string::npos;
  return fmt::format("{}{}:{}:{}{}", is_turn ? "turn" : "stun", is_secure ? "s" : "",
                     has_colon ? fmt::format("[{}]", host) : host, port,
                     !is_udp   ? ""
                     : *is_udp ? "?transport=udp"
                               : "?transport=tcp");
}

std::vector<Transport> ServerUri::transports() const {
  if (!is_turn) return {is_secure ? Transport::tls : Transport::udp};
  if (is_secure) return {is_udp.value_or(false) ? Transport::dtls : Transport::tls};
  if (is_udp) return {*is_udp ? Transport::udp : Transport::tcp};
  return {Transport::udp, Transport::tcp};
}

}  // namespace turnpike::probe
