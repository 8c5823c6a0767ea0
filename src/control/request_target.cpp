#include "control/request_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

namespace urls = boost::urls;

std::optional<urls::url_view> parse_form(std::string_view target) {
  if (target.starts_with('/')) {
    const auto origin_form = urls::parse_origin_form({target.data(), target.size()});
    return origin_form ? std::optional(*origin_form) : std::nullopt;
  }
  const auto absolute = urls::parse_absolute_uri({target.data(), target.size()});
  if (!absolute || !absolute->has_authority() || absolute->has_userinfo()) return std::nullopt;
  const bool is_http = absolute->scheme_id() == urls::scheme::http || absolute->scheme_id() == urls::scheme::https;
  return is_http ? std::optional(*absolute) : std::nullopt;
}

std::optional<std::string> decode(const urls::pct_string_view& encoded, bool plus_is_space) {
  const urls::encoding_opts options(plus_is_space);
  std::string text = encoded.decode(options);
  return is_clean_text(text) ? std::optional(std::move(text)) : std::nullopt;
}

bool read_path(const urls::url_view& url, RequestTarget& target) {
  const urls::pct_string_view encoded = url.encoded_path();
  std::string_view rest(encoded.data(), encoded.size());
  if (rest.empty()) rest = "/";  // of an absolute-form without a path (RFC 9110 section 4.2.3)
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view piece = rest.substr(0, rest.find('/'));
    const auto checked = urls::make_pct_string_view({piece.data(), piece.size()});
    auto segment = checked ? decode(*checked, false) : std::nullopt;
    if (!segment) return false;
    target.path.append("/").append(*segment);
    target.segments.push_back(std::move(*segment));
    rest.remove_prefix(piece.size());
  }
  return true;
}

bool read_query(const urls::url_view& url, RequestTarget& target) {
  for (const auto& parameter : url.encoded_params()) {
    auto name = decode(parameter.key, true);
    auto value = decode(parameter.value, true);
    if (!name || !value) return false;
    if (!name->empty() || parameter.has_value) target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

std::optional<RequestTarget> parse_target(http::verb method, std::string_view target) {
  RequestTarget parsed;
  if (target == "*") {
    parsed.path = target;
    return method == http::verb::options ? std::optional(std::move(parsed)) : std::nullopt;
  }
  const auto url = parse_form(target);
  if (!url || !read_path(*url, parsed) || !read_query(*url, parsed)) return std::nullopt;
  return parsed;
}

}  // namespace turnpike::control
