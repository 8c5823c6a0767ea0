#include "control/signaling_origin.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>

namespace turnpike::control {
namespace {

std::string_view without_suffix(std::string_view text, std::string_view suffix) noexcept {
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  return text;
}

bool equal_ignoring_case(std::string_view one, std::string_view other) noexcept {
  return boost::beast::iequals({one.data(), one.size()}, {other.data(), other.size()});
}

bool is_same_authority(std::string_view one, std::string_view other, std::string_view default_port) noexcept {
  one = without_suffix(one, default_port);
  return !one.empty() && equal_ignoring_case(one, without_suffix(other, default_port));
}

std::string_view to_view(boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace

bool is_same_origin(std::string_view origin, std::string_view host) noexcept {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kSecure = "https://";
  if (equal_ignoring_case(origin.substr(0, kPlain.size()), kPlain)) {
    return is_same_authority(origin.substr(kPlain.size()), host, ":80");
  }
  if (equal_ignoring_case(origin.substr(0, kSecure.size()), kSecure)) {
    return is_same_authority(origin.substr(kSecure.size()), host, ":443");
  }
  return false;
}

bool is_allowed_origin(const Gate& gate, const Exchange& exchange) {
  const auto host = exchange.request.find(http::field::host);
  const std::string_view named = host == exchange.request.end() ? std::string_view{} : to_view(host->value());
  const auto fields = exchange.request.equal_range(http::field::origin);
  return std::all_of(fields.first, fields.second, [&](const auto& field) {
    const std::string_view origin = to_view(field.value());
    return is_same_origin(origin, named) || gate.allows_origin(origin);
  });
}

}  // namespace turnpike::control
