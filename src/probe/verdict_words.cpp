#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "turnpike/probe/verdict.hpp"

namespace turnpike::probe {
namespace {

/// "3 days", in the largest unit of which there is more than one.
std::string span_words(Seconds span) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr std::array<Unit, 4> kUnits{{{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  const std::int64_t seconds = std::chrono::abs(span).count();
  const auto* unit = std::ranges::find_if(kUnits, [&](const Unit& one) { return seconds * 2 >= one.seconds * 3; });
  if (unit == kUnits.end()) unit = &kUnits.back();
  const std::int64_t count = (seconds + unit->seconds / 2) / unit->seconds;
  return fmt::format("{} {}{}", count, unit->name, count == 1 ? "" : "s");
}

std::string explain_none(const Verdict& verdict, const UriReport& report) {
  if (verdict.variant == Variant::stun) return "The server answers: direct calls can be prepared with it.";
  if (verdict.variant == Variant::no_credentials) {
    return "The server answers and asks for a password; what it relays was not tested.";
  }
  for (const PathReport& path : report.paths) {
    if (!path.facts.small.median) continue;
    return fmt::format("Calls work from here: through the relay in {:.1f} ms.",
                       std::chrono::duration<double, std::milli>(*path.facts.small.median).count());
  }
  return "Calls work from here, as far as this could be tested.";
}

std::string explain_away(Variant variant) {
  switch (variant) {
    case Variant::refused: return "The machine answers, but no TURN server listens at this port.";
    case Variant::unreachable: return "There is no way from here to the server's address.";
    case Variant::mute: return "The server is there, but does not answer any more.";
    default: return "The server does not answer.";
  }
}

std::string explain_certificate(Fault fault) {
  switch (fault) {
    case Fault::certificate_unknown_issuer:
      return "Browsers will not trust this server: nobody they know vouches for it.";
    case Fault::certificate_wrong_name:
      return "Browsers will not trust this server: its certificate is for another name.";
    case Fault::certificate_expired: return "Browsers will not trust this server: its certificate has expired.";
    case Fault::certificate_not_yet_valid:
      return "Browsers will not trust this server: its certificate is not valid yet, or the clock here is wrong.";
    default: return "Browsers will not trust this server's certificate.";
  }
}

std::string explain_refusal(const Verdict& verdict, const CheckContext& context) {
  switch (verdict.fault) {
    case Fault::expired_credentials:
      return fmt::format("The password for the relay has expired {} ago, so calls through it fail.",
                         span_words(context.now - context.expiry.value_or(context.now)));
    case Fault::quota_reached: return "The relay answers, but this user has no room for one more call.";
    case Fault::no_capacity:
      return verdict.variant == Variant::redirected ? "The server only sends clients on to other servers."
                                                    : "The relay answers, but has no place for a call at the moment.";
    case Fault::allocation_refused: return "The relay answers, but does not let this client have a call.";
    default: break;
  }
  return context.is_minted ? "The server answers, but refuses the password made from this secret, so calls fail."
                           : "The server answers, but refuses the username and password.";
}

}  // namespace

std::string explain(const Verdict& verdict, const UriReport& report, const CheckContext& context) {
  switch (verdict.fault) {
    case Fault::none: return explain_none(verdict, report);
    case Fault::name_unknown:
      return verdict.variant == Variant::resolver
                 ? fmt::format("The address of {} cannot be found out at the moment.", report.uri.host)
                 : fmt::format("There is no server of the name {}.", report.uri.host);
    case Fault::server_away: return explain_away(verdict.variant);
    case Fault::turn_blocked:
      return "The server answers, but the way to its relay is blocked, so many calls from here will fail.";
    case Fault::udp_blocked:
      return "Calls work from here, but with poorer quality: the best way to the relay is blocked.";
    case Fault::tcp_blocked: return "Calls work from here, but not where firewalls only let TCP through.";
    case Fault::not_turn: return "What answers there is no TURN server.";
    case Fault::tls_failed: return "No secure connection to the server comes about.";
    case Fault::certificate_unknown_issuer:
    case Fault::certificate_wrong_name:
    case Fault::certificate_expired:
    case Fault::certificate_not_yet_valid:
    case Fault::certificate_other: return explain_certificate(verdict.fault);
    case Fault::wrong_credentials:
    case Fault::expired_credentials:
    case Fault::quota_reached:
    case Fault::no_capacity:
    case Fault::allocation_refused: return explain_refusal(verdict, context);
    case Fault::relay_address_private:
      return "The relay gives out an address that nobody outside its own network can reach, so calls through it fail.";
    case Fault::peer_refused: return "The relay refuses to send to its own addresses, so some calls will fail.";
    case Fault::relay_blocked:
      return fmt::format("The relay answers, but what others send does not get through it, so {}calls through it fail.",
                         verdict.variant == Variant::outside_only ? "many " : "");
    case Fault::packets_lost: return "Calls work from here, but too much is lost on the way.";
    case Fault::large_packets_lost: return "Calls work from here, but large packets are lost, so video will suffer.";
    case Fault::clock_off:
      return fmt::format("This machine's clock and the server's differ by {}.",
                         span_words(context.clock_offset.value_or(Seconds{0})));
    case Fault::other:
    case Fault::count_: break;
  }
  return "The test could not be finished: the server gave an answer that makes no sense.";
}

}  // namespace turnpike::probe
