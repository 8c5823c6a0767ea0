#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_multicast(const IpAddress& address) {
  const std::uint8_t first = address.bytes().front();
  return address.is_v4() ? (first >= 224 && first < 240) : first == 0xff;
}

bool is_v4_mapped(const IpAddress& address) {
  constexpr IpPrefix kMapped{IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}), 96};
  return kMapped.contains(address);
}

/// What no socket of ours can be bound to, in words; empty when nothing is wrong.
std::string complain_about_local(const IpAddress& address) {
  if (is_multicast(address)) return "is a multicast address";
  if (is_v4_mapped(address)) return "is an IPv4 address in IPv6 clothes; write the IPv4 address itself";
  return {};
}

ValueMistake unknown_address(std::string_view text) {
  return {fmt::format("\"{}\" is no IP address (names are not looked up)", text)};
}

constexpr std::array<std::string_view, 6> kSchemes{"udp", "tcp", "tls", "dtls", "http", "https"};  // as ListenScheme

std::optional<ListenScheme> parse_scheme(std::string_view text) {
  const auto found = std::ranges::find(kSchemes, text);
  if (found == kSchemes.end()) return std::nullopt;
  return static_cast<ListenScheme>(found - kSchemes.begin());
}

}  // namespace

Parsed<PortRange> parse_port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? std::nullopt : parse_port(text.substr(dash + 1));
  if (!first || !last) return ValueMistake{fmt::format("\"{}\" is no port range; write it like \"49152-65535\"", text)};
  if (*first < 1024) return ValueMistake{fmt::format("relay ports start at 1024, not at {}", *first)};
  if (*first > *last) return ValueMistake{fmt::format("the first port, {}, is above the last, {}", *first, *last)};
  if (*first == *last) return ValueMistake{"at least two ports are needed"};
  return PortRange{*first, *last};
}

Parsed<PortRange> parse_peer_ports(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_port(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
  if (!first || !last) {
    return ValueMistake{fmt::format("\"{}\" is no port and no range; write it like \"443\" or \"8000-8999\"", text)};
  }
  if (*first == 0) return ValueMistake{"ports start at 1"};
  if (*first > *last) return ValueMistake{fmt::format("the first port, {}, is above the last, {}", *first, *last)};
  return PortRange{*first, *last};
}

Parsed<IpAddress> parse_ip_address(std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address) return unknown_address(text);
  if (address->is_unspecified()) return ValueMistake{fmt::format("{} is no address to be reached at", text)};
  if (const std::string complaint = complain_about_local(*address); !complaint.empty()) {
    return ValueMistake{fmt::format("{} {}", text, complaint)};
  }
  return *address;
}

Parsed<IpPrefix> parse_ip_prefix(std::string_view text) {
  if (const auto prefix = IpPrefix::parse(text)) return *prefix;
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return ValueMistake{fmt::format("\"{}\" is no block of addresses; write it like \"10.0.0.0/8\"", text)};
  const auto length = parse_port(text.substr(slash + 1));
  if (!length || *length > address->bit_length()) {
    return ValueMistake{fmt::format("\"{}\": the prefix length must be 0 to {}", text, address->bit_length())};
  }
  return ValueMistake{
      fmt::format("\"{}\" has bits set behind its first {}; name the first address of the block", text, *length)};
}

Parsed<ListenUrl> parse_listen_url(std::string_view text, PortZero port_zero) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos) {
    return ValueMistake{fmt::format("\"{}\" is no listener; write it like \"udp://0.0.0.0:3478\"", text)};
  }
  const auto scheme = parse_scheme(text.substr(0, end));
  if (!scheme) {
    return ValueMistake{
        fmt::format("unknown scheme \"{}\"; there are udp, tcp, tls, dtls, http and https", text.substr(0, end))};
  }
  const std::string_view place = text.substr(end + 3);
  const auto endpoint = Endpoint::parse(place);
  if (!endpoint) {
    return ValueMistake{fmt::format("\"{}\" is no IP address and port, such as 0.0.0.0:3478 or [::]:3478", place)};
  }
  if (const std::string complaint = complain_about_local(endpoint->address); !complaint.empty()) {
    return ValueMistake{fmt::format("{} {}", endpoint->address.to_string(), complaint)};
  }
  if (endpoint->port == 0 && port_zero == PortZero::refused) {
    return ValueMistake{"port 0 would be another one at every start"};
  }
  return ListenUrl{*scheme, *endpoint};
}

std::string show(PortRange value) {
  return value.first == value.last ? fmt::format("{}", value.first) : fmt::format("{}-{}", value.first, value.last);
}
std::string show(const IpAddress& value) { return value.to_string(); }
std::string show(const IpPrefix& value) { return value.to_string(); }
std::string show(ListenScheme value) { return std::string(kSchemes.at(static_cast<std::size_t>(value))); }
std::string show(const ListenUrl& value) {
  return fmt::format("{}://{}", show(value.scheme), value.endpoint.to_string());
}

}  // namespace turnpike::server
