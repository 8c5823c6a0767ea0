#include "control/gate.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/beast/core/string.hpp>

namespace turnpike::control {
namespace {

constexpr std::size_t kMaxKey = 256;  // bytes; hashing more for strangers is work for nothing
constexpr std::string_view kLocalAdmin = "local";

ApiKeyGrant local_grant() {
  ApiKeyGrant grant;
  grant.name = kLocalAdmin;
  grant.scopes.add(Scope::admin);
  return grant;
}

bool is_loopback(const IpAddress& address) noexcept {
  const IpAddress plain = address.unmapped();
  if (plain.is_v4()) return plain.bytes().front() == 127;
  const ByteSpan bytes = plain.bytes();
  return bytes.back() == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

bool contains(const std::vector<std::string>& origins, std::string_view origin) noexcept {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

/// "null" is what a browser says for every page without an origin of its own (RFC 6454 section 7.3): it names nobody.
bool is_opaque(std::string_view origin) noexcept { return origin == "null"; }

bool comes_from_one_of(const std::vector<std::string>& origins, const Request& request) {
  const auto fields = request.equal_range(http::field::origin);
  return std::all_of(fields.first, fields.second, [&origins](const auto& field) {
    const std::string_view origin(field.value().data(), field.value().size());
    return !is_opaque(origin) && contains(origins, origin);
  });
}

/// RFC 6750 section 3.
std::string_view challenge_of(GateRefusal::Reason reason) noexcept {
  using Reason = GateRefusal::Reason;
  if (reason == Reason::no_key) return R"(Bearer realm="turnpike")";
  if (reason == Reason::wrong_key) return R"(Bearer realm="turnpike", error="invalid_token")";
  if (reason == Reason::wrong_scope) return R"(Bearer realm="turnpike", error="insufficient_scope")";
  return {};
}

}  // namespace

http::status status_of(GateRefusal::Reason reason) noexcept {
  using Reason = GateRefusal::Reason;
  switch (reason) {
    case Reason::no_key:
    case Reason::wrong_key: return http::status::unauthorized;
    case Reason::wrong_scope:
    case Reason::wrong_origin:
    case Reason::plain_http: return http::status::forbidden;
    case Reason::key_rate:
    case Reason::slowed_source: break;
  }
  return http::status::too_many_requests;
}

void set_refusal_fields(Response& response, const GateRefusal& refusal) {
  const std::string_view challenge = challenge_of(refusal.reason);
  if (!challenge.empty()) {
    response.set(http::field::www_authenticate, boost::beast::string_view(challenge.data(), challenge.size()));
  }
  if (status_of(refusal.reason) == http::status::too_many_requests) {
    response.set(http::field::retry_after, std::to_string(std::max<Seconds::rep>(refusal.retry_after.count(), 1)));
  }
}

std::string_view explain(GateRefusal::Reason reason) noexcept {
  using Reason = GateRefusal::Reason;
  switch (reason) {
    case Reason::no_key: return "an API key is needed";
    case Reason::wrong_key: return "no such API key";
    case Reason::wrong_scope: return "the API key does not cover this";
    case Reason::wrong_origin: return "the API key is not for pages of this origin";
    case Reason::plain_http: return "API keys are taken over HTTPS only";
    case Reason::key_rate: return "too many requests with this API key";
    case Reason::slowed_source: return "too many wrong API keys from this address";
  }
  return "?";
}

Response make_refusal(const GateRefusal& refusal) {
  Response response = make_problem(status_of(refusal.reason), explain(refusal.reason));
  set_refusal_fields(response, refusal);
  return response;
}

Gate::Gate(const KeyedHash::Key& hash_key) : slowdown_(hash_key) {}

void Gate::apply(const ControlSettings& settings) {
  ring_.set_configured(settings.keys);
  allowed_origins_ = settings.allowed_origins;
  requests_per_second_ = settings.requests_per_second;
  plain_api_ = settings.plain_api;
  forget_lost_keys();
}

void Gate::set_stored_keys(std::vector<ApiKey> keys) {
  ring_.set_stored(std::move(keys));
  forget_lost_keys();
}

void Gate::forget_lost_keys() {
  std::erase_if(rates_, [this](const auto& rate) { return !ring_.has_id(rate.first); });
}

Result<ApiKeyGrant, GateRefusal> Gate::admit(std::string_view key, Scope scope, const Exchange& exchange, Now now) {
  if (exchange.caller.is_local_admin) return local_grant();
  if (const auto obstacle = find_obstacle(key, exchange, now)) return *obstacle;
  const ApiKey* found = key.size() > kMaxKey ? nullptr : ring_.find(key);
  if (found == nullptr) {
    ++counters_.wrong_keys;
    slowdown_.count(exchange.caller.client.address, now.mono);
    return GateRefusal{GateRefusal::Reason::wrong_key, Seconds{0}};
  }
  if (const auto restriction = find_restriction(*found, scope, exchange, now)) return *restriction;
  return found->grant;
}

std::optional<GateRefusal> Gate::find_obstacle(std::string_view key, const Exchange& exchange, Now now) {
  const Caller& caller = exchange.caller;
  if (key.empty()) {
    ++counters_.wrong_keys;
    return GateRefusal{GateRefusal::Reason::no_key, Seconds{0}};
  }
  if (!takes_keys_from(caller)) {
    ++counters_.forbidden;
    return GateRefusal{GateRefusal::Reason::plain_http, Seconds{0}};
  }
  const std::optional<Seconds> wait = slowdown_.wait_of(caller.client.address, now.mono);
  if (!wait) return std::nullopt;
  ++counters_.slowed;
  return GateRefusal{GateRefusal::Reason::slowed_source, *wait};
}

std::optional<GateRefusal> Gate::find_restriction(const ApiKey& key, Scope scope, const Exchange& exchange, Now now) {
  if (!key.grant.scopes.allows(scope)) {
    ++counters_.forbidden;
    return GateRefusal{GateRefusal::Reason::wrong_scope, Seconds{0}};
  }
  if (!key.grant.origins.empty() && !comes_from_one_of(key.grant.origins, exchange.request)) {
    ++counters_.forbidden;
    return GateRefusal{GateRefusal::Reason::wrong_origin, Seconds{0}};
  }
  // The bucket counts in units of its rate: one is a request here.
  if (rates_[key.id].take({requests_per_second_}, 1, now.mono)) return std::nullopt;
  ++counters_.rate_limited;
  return GateRefusal{GateRefusal::Reason::key_rate,
                     Seconds{1}};  // of one a second or more the next one is there by then
}

bool Gate::takes_keys_from(const Caller& caller) const noexcept {
  return caller.is_secure || caller.is_local_admin || plain_api_ || is_loopback(caller.client.address);
}

bool Gate::allows_origin(std::string_view origin) const {
  if (contains(allowed_origins_, "*")) return true;
  return !is_opaque(origin) && (contains(allowed_origins_, origin) || ring_.names_origin(origin));
}

std::size_t Gate::slowed_sources(Instant now) const noexcept { return slowdown_.waiting(now); }

std::string_view bearer_key(const Request& request) noexcept {
  constexpr std::string_view kScheme = "bearer ";
  if (request.count(http::field::authorization) != 1) return {};
  const auto field = request.find(http::field::authorization)->value();
  std::string_view value(field.data(), field.size());
  if (value.size() < kScheme.size() ||
      !boost::beast::iequals({value.data(), kScheme.size()}, {kScheme.data(), kScheme.size()})) {
    return {};
  }
  value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
  return value;
}

}  // namespace turnpike::control
