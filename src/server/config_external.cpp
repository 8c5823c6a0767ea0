#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "server/config_values.hpp"

// `[server] external`, whose public halves may be looked up.
namespace turnpike::server {
namespace {

constexpr std::string_view kStunScheme = "stun:";
const std::uint16_t kStunPort = StunServer().port;  // clang 14 takes no std::string in a constant
constexpr std::size_t kMaxName = 253;               // RFC 1035 section 2.3.4, as text

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_name_character(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

/// What ends in a number is an address that somebody mistyped: there is no such top-level domain.
bool is_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > kMaxName || !std::ranges::all_of(text, is_name_character)) return false;
  const std::string_view last = text.substr(text.rfind('.') + 1);
  return text.front() != '.' && text.front() != '-' && !std::ranges::all_of(last, is_digit);
}

/// "HOST", "HOST:PORT", "ADDRESS" or "[ADDRESS]:PORT".
Parsed<StunServer> parse_stun_server(std::string_view text) {
  StunServer server;
  std::string_view host = text;
  std::string_view port;
  if (const std::size_t end = text.find(']'); text.starts_with('[') && end != std::string_view::npos) {
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); !IpAddress::parse(text) && colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (!port.empty()) {
    const auto parsed = std::from_chars(port.data() + 1, port.data() + port.size(), server.port);
    if (port.front() != ':' || parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size() ||
        server.port == 0) {
      return ValueMistake{fmt::format("\"{}\" is no STUN server; write it like \"stun:stun.example.org:3478\"", text)};
    }
  }
  const auto address = IpAddress::parse(host);
  if ((!address && !is_name(host)) || (address && address->is_unspecified())) {
    return ValueMistake{fmt::format("\"{}\" is neither the name nor the address of a STUN server", host)};
  }
  server.host = host;
  return server;
}

Parsed<ExternalAddress> parse_public_half(std::string_view text) {
  if (text.starts_with(kStunScheme)) {
    auto server = parse_stun_server(text.substr(kStunScheme.size()));
    if (!server) return server.error();
    return ExternalAddress{std::move(*server), std::nullopt};
  }
  if (!IpAddress::parse(text) && is_name(text)) return ExternalAddress{HostName{std::string(text)}, std::nullopt};
  if (!IpAddress::parse(text)) {
    return ValueMistake{
        fmt::format("\"{}\" is no IP address, no name and no STUN server (\"stun:stun.example.org\")", text)};
  }
  const Parsed<IpAddress> address = parse_ip_address(text);
  if (!address) return address.error();
  return ExternalAddress{*address, std::nullopt};
}

std::string show_source(const ExternalAddress& value) {
  if (const IpAddress* address = value.fixed()) return address->to_string();
  if (const auto* name = std::get_if<HostName>(&value.source)) return name->name;
  const auto& server = std::get<StunServer>(value.source);
  if (server.port == kStunPort) return fmt::format("{}{}", kStunScheme, server.host);
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("{}[{}]:{}", kStunScheme, server.host, server.port)
               : fmt::format("{}{}:{}", kStunScheme, server.host, server.port);
}

}  // namespace

std::optional<AddressFamily> ExternalAddress::family() const noexcept {
  if (local) return local->family();
  if (const IpAddress* address = fixed()) return address->family();
  if (const auto* server = std::get_if<StunServer>(&source)) {
    if (const auto address = IpAddress::parse(server->host)) return address->family();
  }
  return std::nullopt;
}

Parsed<ExternalAddress> parse_external_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  Parsed<ExternalAddress> parsed = parse_public_half(text.substr(0, slash));
  if (!parsed || slash == std::string_view::npos) return parsed;
  const Parsed<IpAddress> local = parse_ip_address(text.substr(slash + 1));
  if (!local) return local.error();
  if (parsed->family().value_or(local->family()) != local->family()) {
    return ValueMistake{fmt::format("\"{}\": both addresses must be of one family", text)};
  }
  parsed->local = *local;
  return parsed;
}

std::string show(const ExternalAddress& value) {
  return value.local ? fmt::format("{}/{}", show_source(value), value.local->to_string()) : show_source(value);
}

}  // namespace turnpike::server
