#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/probe/check_report.hpp"

namespace turnpike::probe {

/// What is wrong with a server, seen from here. Where the page /check knows a fault too, it has the same name.
enum class Fault : std::uint8_t {
  none,
  name_unknown,
  server_away,
  turn_blocked,
  udp_blocked,
  tcp_blocked,
  not_turn,
  tls_failed,
  certificate_unknown_issuer,
  certificate_wrong_name,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_other,
  wrong_credentials,
  expired_credentials,
  quota_reached,
  no_capacity,
  allocation_refused,
  relay_address_private,
  peer_refused,
  relay_blocked,
  packets_lost,
  large_packets_lost,
  clock_off,
  other,
  count_
};
[[nodiscard]] std::string_view name_of(Fault fault) noexcept;  ///< "relay-blocked"

/// Which kind of a fault it is, for the words.
enum class Variant : std::uint8_t {
  plain,
  refused,       ///< nothing listens at the port
  unreachable,   ///< no way to the address
  mute,          ///< it was reached, and answers no more
  resolver,      ///< no name server answers
  stun_works,    ///< Binding is answered, Allocate is not
  outside_only,  ///< between two relayed addresses data passes
  redirected,    ///< sent on from server to server
  stun,          ///< none: a STUN server, of which no more is to be had
  no_credentials,
};

struct Verdict {
  Fault fault = Fault::none;
  Variant variant = Variant::plain;
  std::optional<std::size_t> path{};  ///< the index of the path that shows the fault
};

/// What besides the steps counts.
struct CheckContext {
  UnixSeconds now{};
  std::optional<UnixSeconds> expiry{};    ///< of the username
  bool is_minted = false;                 ///< the password was made here, from the shared secret
  bool is_alive = false;                  ///< the same host has answered something else, such as --api
  std::optional<Seconds> clock_offset{};  ///< this machine's clock minus the clock behind --api
};

/// When a username of the form EXPIRY:USER, or a bare EXPIRY, ends.
[[nodiscard]] std::optional<UnixSeconds> expiry_of(std::string_view username) noexcept;

/// What one report means, in the light of all that were made at the same time: that UDP is blocked shows only where
/// something else works.
[[nodiscard]] Verdict judge(const UriReport& report, std::span<const UriReport> all, const CheckContext& context);

/// The verdict in one sentence, without jargon.
[[nodiscard]] std::string explain(const Verdict& verdict, const UriReport& report, const CheckContext& context);
/// What to do about it, and what else was noticed. Empty when there is nothing to say.
[[nodiscard]] std::vector<std::string> advise(const Verdict& verdict, const UriReport& report,
                                              const CheckContext& context);

}  // namespace turnpike::probe
