#include "control/basic_authorization.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/beast/core/string.hpp>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kMaxEncoded = 1024;

/// RFC 4648 section 4, padding demanded.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kMaxEncoded || text.find_first_of("-_") != std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string url_safe(text.substr(0, text.size() - padding));
  std::replace(url_safe.begin(), url_safe.end(), '+', '-');
  std::replace(url_safe.begin(), url_safe.end(), '/', '_');
  std::vector<std::uint8_t> decoded(text.size() / 4 * 3 - padding);
  if (!base64url_decode(url_safe, decoded)) return std::nullopt;
  return std::string(as_text(decoded));
}

}  // namespace

std::optional<BasicCredentials> basic_credentials(const Request& request) {
  constexpr std::string_view kScheme = "basic ";
  if (request.count(http::field::authorization) != 1) return std::nullopt;
  const auto field = request.find(http::field::authorization)->value();
  std::string_view value(field.data(), field.size());
  if (!boost::beast::iequals(field.substr(0, kScheme.size()), {kScheme.data(), kScheme.size()})) return std::nullopt;
  value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
  const std::optional<std::string> decoded = decode_base64(value);
  if (!decoded || !is_clean_text(*decoded)) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

}  // namespace turnpike::control
