#include "control/credential_request.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kMaxUser = 490;
constexpr std::uint64_t kMaxTtl = 36'525ULL * 86'400;

std::optional<Seconds> to_ttl(std::uint64_t seconds) noexcept {
  if (seconds == 0 || seconds > kMaxTtl) return std::nullopt;
  return Seconds{static_cast<Seconds::rep>(seconds)};
}

/// Cuts the digits off the front.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || number > kMaxTtl) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return number;
}

}  // namespace

Result<RequestBody, RequestFault> read_request_body(const Request& request, const RequestMembers& names) {
  const auto body = parse_json_body(request, EmptyBody::empty_object);
  if (!body) return body.error();
  const auto find = [&body](std::string_view name) { return body->if_contains({name.data(), name.size()}); };
  RequestBody asked;
  if (const boost::json::value* user = find(names.user)) {
    const boost::json::string* text = user->if_string();
    if (text == nullptr)
      return RequestFault{http::status::bad_request, fmt::format("{}: must be a string", names.user)};
    asked.user.emplace(text->data(), text->size());
  }
  if (const boost::json::value* ttl = find(names.ttl)) {
    asked.ttl = parse_ttl_number(*ttl);
    if (!asked.ttl) {
      return RequestFault{http::status::bad_request,
                          fmt::format("{}: must be a whole number of seconds, 1 to 100 years", names.ttl)};
    }
  }
  return asked;
}

bool is_acceptable_user(std::string_view user) noexcept {
  return !user.empty() && user.size() <= kMaxUser && is_clean_text(user);
}

std::optional<Seconds> parse_ttl_digits(std::string_view text) noexcept {
  const auto number = take_number(text);
  return number && text.empty() ? to_ttl(*number) : std::nullopt;
}

std::optional<Seconds> parse_ttl_number(const boost::json::value& value) noexcept {
  const std::int64_t* number = value.if_int64();  // the parser makes unsigned only what does not fit
  return number != nullptr && *number > 0 ? to_ttl(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

}  // namespace turnpike::control
