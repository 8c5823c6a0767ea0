#include "turnpike/base/endpoint.hpp"

#include <charconv>

namespace turnpike {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view digits) noexcept {
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::uint16_t port = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text) noexcept {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<IpAddress> address = IpAddress::parse(host);
  const std::optional<std::uint16_t> port = parse_port(text.substr(colon + 1));
  // Without brackets the last group of an IPv6 address could be taken for the port.
  if (!address || !port || address->is_v6() != bracketed) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string Endpoint::to_string() const {
  const std::string host = address.to_string();
  const std::string port_text = std::to_string(port);
  return address.is_v6() ? "[" + host + "]:" + port_text : host + ":" + port_text;
}

}  // namespace turnpike
