#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/peer_certificate.hpp"
#include "turnpike/probe/server_uri.hpp"
#include "turnpike/stun/error_code.hpp"

namespace turnpike::probe {

/// What is tried, in this order.
enum class StepName : std::uint8_t {
  resolve,
  connect,    ///< streams only
  handshake,  ///< TLS and DTLS only
  binding,
  challenge,  ///< an Allocate without credentials
  allocate,
  relayed_address,
  permission,
  outside,       ///< a datagram from a plain socket to the relayed address, and the answer to it
  relay,         ///< from one allocation to another and back, by indication and by channel
  many_packets,  ///< the same twenty times in two sizes
  release,
  count_
};
[[nodiscard]] std::string_view name_of(StepName name) noexcept;  ///< as in JSON: "relayed-address"

enum class Mark : std::uint8_t { ok, warning, failed, skipped };
[[nodiscard]] std::string_view name_of(Mark mark) noexcept;

/// Why a step did not go well, for judge() and for programs.
enum class Reason : std::uint8_t {
  none,
  not_needed,
  name_unknown,     ///< there is no such name
  resolver_silent,  ///< whoever knows names does not answer
  silent,
  refused,      ///< RST or ICMP: nothing listens there
  unreachable,  ///< no way there
  hung_up,
  not_turn,  ///< what answers speaks something else
  not_tls,
  tls_mismatch,
  certificate_unknown_issuer,
  certificate_wrong_name,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_other,
  certificate_ends_soon,
  no_credentials,
  not_asked_for_credentials,
  not_accepted,  ///< 401 or 441 to our credentials
  error,         ///< any other error response; the step has its code
  sent_on,       ///< 300
  forged,        ///< answers that are not signed with our key
  bid_down,      ///< a challenge that takes back what its nonce promises
  address_private,
  address_unspecified,
  peer_refused,  ///< 403 to a permission
  second_refused,
  own_network,  ///< cannot be told from here
  lost,
  partly_lost,
  large_lost,
  count_
};
[[nodiscard]] std::string_view name_of(Reason reason) noexcept;

struct Step {
  StepName name{};
  Mark mark = Mark::ok;
  Reason reason = Reason::none;
  std::optional<stun::ErrorCode> code{};
  Duration took{};
  std::string text{};  ///< what was seen; may hold what the server says of itself
};

/// How many packets of one size came back.
struct EchoCount {
  unsigned sent = 0;
  unsigned returned = 0;
  std::optional<Duration> median;  ///< of the round trips
};

/// What was learned besides.
struct Facts {
  std::optional<Endpoint> server;
  std::optional<Endpoint> local;
  std::optional<Endpoint> mapped;
  std::optional<Endpoint> relayed;
  std::string software;
  std::string realm;
  bool offers_sha256 = false;
  std::string tls_version;
  std::optional<net::PeerCertificate> certificate;
  std::optional<Duration> round_trip;  ///< to the server
  EchoCount small;
  EchoCount large;
};

/// One URI over one transport.
struct PathReport {
  Transport transport{};
  std::vector<Step> steps;
  Facts facts;

  [[nodiscard]] const Step* find(StepName name) const noexcept;
  /// The first step that failed, else null.
  [[nodiscard]] const Step* failure() const noexcept;
};

struct UriReport {
  ServerUri uri;
  std::vector<PathReport> paths;
};

}  // namespace turnpike::probe
