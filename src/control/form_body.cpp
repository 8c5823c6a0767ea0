#include "control/form_body.hpp"

#include <algorithm>
#include <optional>

#include <boost/url/pct_string_view.hpp>

#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kMaxFields = 64;

std::optional<std::string> decode(std::string_view text) {
  const auto encoded = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!encoded) return std::nullopt;
  constexpr bool kPlusIsSpace = true;
  std::string decoded = encoded->decode(boost::urls::encoding_opts(kPlusIsSpace));
  return is_clean_text(decoded) ? std::optional(std::move(decoded)) : std::nullopt;
}

bool add_field(std::string_view piece, FormFields& fields) {
  if (piece.empty()) return true;
  if (fields.size() == kMaxFields) return false;
  const std::size_t equals = std::min(piece.find('='), piece.size());
  auto name = decode(piece.substr(0, equals));
  auto value = decode(piece.substr(std::min(equals + 1, piece.size())));
  if (!name || !value) return false;
  fields.emplace_back(std::move(*name), std::move(*value));
  return true;
}

}  // namespace

Result<FormFields, RequestFault> parse_form_body(const Request& request) {
  FormFields fields;
  std::string_view rest = request.body();
  if (rest.empty()) return fields;
  if (rest.size() > kMaxBody) return RequestFault{http::status::payload_too_large, "the body is too large"};
  if (media_type_of(request) != "application/x-www-form-urlencoded") {
    return RequestFault{http::status::unsupported_media_type, "the body must be application/x-www-form-urlencoded"};
  }
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, rest.find('&'));
    if (!add_field(piece, fields)) return RequestFault{http::status::bad_request, "the body is no form"};
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
  }
  return fields;
}

const std::string* find_field(const FormFields& fields, std::string_view name) noexcept {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

}  // namespace turnpike::control
