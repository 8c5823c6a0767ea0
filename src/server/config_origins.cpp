#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxOrigin = 253 + 32;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 3986 section 3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return false;
    const auto address = IpAddress::parse(text.substr(1, text.size() - 2));
    return address && address->is_v6();
  }
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && port != 0 && text.front() != '0';
}

}  // namespace

Parsed<WebOrigin> parse_web_origin(std::string_view text) {
  const ValueMistake mistake{fmt::format(
      "\"{}\" is no origin; write it like \"https://example.org\" or \"https://example.org:8443\", without a path",
      text)};
  if (text == "*") return WebOrigin{"*"};
  if (text.size() > kMaxOrigin) return ValueMistake{fmt::format("an origin has at most {} characters", kMaxOrigin)};
  std::string origin(text);
  std::ranges::transform(origin, origin.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::size_t end = origin.find("://");
  if (end == std::string::npos) return mistake;
  const std::string_view scheme = std::string_view(origin).substr(0, end);
  const std::string_view place = std::string_view(origin).substr(end + 3);
  const std::size_t bracket = place.rfind(']');
  const std::size_t colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (!is_scheme(scheme) || !is_host(place.substr(0, colon))) return mistake;
  if (colon == std::string_view::npos) return WebOrigin{origin};
  const std::string_view port = place.substr(colon + 1);
  if (!is_port(port)) return mistake;
  // Browsers leave the default port out of the Origin field (RFC 6454 section 6.2).
  const bool is_default = (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
  return WebOrigin{is_default ? origin.substr(0, end + 3 + colon) : origin};
}

std::string show(const WebOrigin& value) { return value.text; }

}  // namespace turnpike::server
