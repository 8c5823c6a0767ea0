#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "control/exchange.hpp"
#include "control/key_ring.hpp"
#include "control/source_slowdown.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/control_settings.hpp"
#include "turnpike/turn/token_bucket.hpp"

namespace turnpike::control {

/// Why somebody does not get in.
struct GateRefusal {
  enum class Reason : std::uint8_t {
    no_key,         ///< 401
    wrong_key,      ///< 401
    wrong_scope,    ///< 403
    wrong_origin,   ///< 403
    plain_http,     ///< 403: keys do not travel in the clear
    key_rate,       ///< 429
    slowed_source,  ///< 429: too many wrong keys from there; the key was not even looked at
  };
  Reason reason = Reason::no_key;
  Seconds retry_after{0};  ///< with the last two: at least 1
};
[[nodiscard]] http::status status_of(GateRefusal::Reason reason) noexcept;
/// In words for whoever sent the request.
[[nodiscard]] std::string_view explain(GateRefusal::Reason reason) noexcept;
/// Sets WWW-Authenticate or Retry-After where they belong; for shapes with error bodies of their own.
void set_refusal_fields(Response& response, const GateRefusal& refusal);
/// A problem document with these fields.
[[nodiscard]] Response make_refusal(const GateRefusal& refusal);

/// Decides by API key who may do what. Every route that needs a key asks here, whatever shape the key came in.
class Gate {
 public:
  struct Counters {
    std::uint64_t wrong_keys = 0;
    std::uint64_t forbidden = 0;
    std::uint64_t rate_limited = 0;
    std::uint64_t slowed = 0;
  };

  explicit Gate(const KeyedHash::Key& hash_key);

  void apply(const ControlSettings& settings);
  void set_stored_keys(std::vector<ApiKey> keys);

  /// `key` empty: none was presented. A local admin passes without one.
  [[nodiscard]] Result<ApiKeyGrant, GateRefusal> admit(std::string_view key, Scope scope, const Exchange& exchange,
                                                       Now now);
  /// Whether a key may come from there at all: it does not travel in the clear, unless that is allowed.
  [[nodiscard]] bool takes_keys_from(const Caller& caller) const noexcept;
  /// Whether a browser at `origin` may read answers: by the allow-list, or because a key names it.
  [[nodiscard]] bool allows_origin(std::string_view origin) const;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t slowed_sources(Instant now) const noexcept;

 private:
  [[nodiscard]] std::optional<GateRefusal> find_obstacle(std::string_view key, const Exchange& exchange, Now now);
  [[nodiscard]] std::optional<GateRefusal> find_restriction(const ApiKey& key, Scope scope, const Exchange& exchange,
                                                            Now now);
  void forget_lost_keys();

  KeyRing ring_;
  SourceSlowdown slowdown_;
  std::unordered_map<std::string, turn::TokenBucket> rates_;  // by key id
  std::vector<std::string> allowed_origins_;
  std::uint32_t requests_per_second_ = 50;
  bool plain_api_ = false;
  Counters counters_;
};

/// The key of "Authorization: Bearer KEY" (RFC 6750 section 2.1); empty when there is none.
[[nodiscard]] std::string_view bearer_key(const Request& request) noexcept;

}  // namespace turnpike::control
