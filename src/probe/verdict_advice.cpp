#include <fmt/format.h>

#include <algorithm>

#include "turnpike/probe/verdict.hpp"

namespace turnpike::probe {
namespace {

const PathReport* path_of(const Verdict& verdict, const UriReport& report) noexcept {
  if (!verdict.path || *verdict.path >= report.paths.size()) return nullptr;
  return &report.paths[*verdict.path];
}

std::string advise_away(const Verdict& verdict, const ServerUri& uri) {
  switch (verdict.variant) {
    case Variant::refused:
      return fmt::format(
          "Is the service running there (systemctl status turnpike), and does it listen on port {}? Look "
          "at its listeners, and whether the port in the URI is the right one.",
          uri.port);
    case Variant::unreachable:
      return "Check that this machine is connected, that it has a route to that address (IPv6 needs one of its own), "
             "and "
             "that the address is the server's.";
    case Variant::mute:
      return "The machine and the port are reached. Either the server is stuck or overloaded (its log says more), or a "
             "proxy stands there with nothing behind it, or a firewall looks into connections and drops TURN or TLS.";
    default:
      return fmt::format(
          "Either the machine is off or not there, or a firewall drops all that goes to port {}. Look at "
          "the server's own firewall or security group first, then at the network's.",
          uri.port);
  }
}

std::string advise_certificate(Fault fault, const UriReport& report, const PathReport* path) {
  const auto certificate = path == nullptr ? std::nullopt : path->facts.certificate;
  switch (fault) {
    case Fault::certificate_unknown_issuer:
      return "Send the whole chain, intermediate certificates included (turnpike: tls.certificates, chain = "
             "fullchain.pem), "
             "and use an authority that browsers know. For a private authority give its certificate with --ca.";
    case Fault::certificate_wrong_name:
      return fmt::format("The URI says {}: get a certificate for that name, or use a name that is in the certificate.",
                         report.uri.host);
    case Fault::certificate_expired:
      return "Renew it, and see that the server reads the new one (turnpike does by itself or at a reload); then check "
             "the renewal itself, such as certbot's timer.";
    case Fault::certificate_not_yet_valid:
      return "Compare the clock of this machine with a good one; if it is right, the certificate was made by a machine "
             "whose clock is wrong.";
    default:
      return fmt::format("What is wrong: {}. Replace the certificate.", certificate ? certificate->reason : "unknown");
  }
}

std::string advise_credentials(const CheckContext& context) {
  if (context.is_minted) {
    return "The relay answers 401. This secret is not one of its (turnpike: auth.secrets, coturn: static-auth-secret), "
           "or "
           "its clock or the one here is wrong by more than the password lasts.";
  }
  if (context.expiry) {
    return "The relay answers 401. What makes these passwords and the relay do not have the same shared secret "
           "(turnpike: auth.secrets, coturn: static-auth-secret), or the relay's clock is ahead.";
  }
  return "The relay answers 401. The user, the password or the realm is another one there (turnpike: auth.users, or a "
         "shared secret, for which give --secret).";
}

std::string advise_capacity(Variant variant) {
  if (variant == Variant::redirected) {
    return "It answers 300 again and again: look at the alternate servers of both (turnpike: cluster), and whether "
           "they "
           "point at each other.";
  }
  return "It answers 508: no relay port is free (turnpike: relay.ports), a limit for all is reached (quota.total), or "
         "the "
         "server is draining before a restart.";
}

std::string advise_relay(Variant variant) {
  const std::string ports =
      "Allow the UDP ports that it relays on (turnpike: relay.ports, often 49152-65535) from "
      "everywhere to the server, in its firewall or security group";
  if (variant == Variant::outside_only) {
    return ports +
           "; this network may also block them. From one relayed address to another data passes, from outside "
           "it does not.";
  }
  return ports +
         ". If they are open: the server may not reach its own addresses, or the address that it advertises is "
         "wrong (turnpike: server.external, coturn: external-ip).";
}

/// What keeps a client from speaking to the server at all; empty for any other fault.
std::string advise_way(const Verdict& verdict, const UriReport& report) {
  const std::uint16_t port = report.uri.port;
  switch (verdict.fault) {
    case Fault::name_unknown:
      return verdict.variant == Variant::resolver
                 ? "The name servers of this machine do not answer: check its network and /etc/resolv.conf."
                 : "Check how the name is written, and that it has an A or AAAA record. SRV records are not looked up.";
    case Fault::server_away: return advise_away(verdict, report.uri);
    case Fault::turn_blocked:
      return fmt::format(
          "Allow UDP and TCP port {} in the firewall of the network and in the one in front of the server. "
          "TURN over TLS on port 443 gets through most firewalls.{}",
          port,
          verdict.variant == Variant::stun_works
              ? " STUN is answered, so look for something in between that lets short answers through "
                "but not TURN, or a server that does STUN only."
              : "");
    case Fault::udp_blocked:
      return fmt::format(
          "Allow UDP port {} and the answers to it, in the firewall of the network and in the one in front "
          "of the server. Over TCP and TLS a lost packet holds up all that come after it.",
          port);
    case Fault::tcp_blocked:
      return fmt::format(
          "Only needed where firewalls are strict: allow TCP port {}, and see that the server listens there, "
          "or take it out of the ICE servers. To test UDP alone add ?transport=udp.",
          port);
    case Fault::not_turn: return fmt::format("Something else listens at port {}: check the port, and any proxy.", port);
    case Fault::tls_failed:
      return fmt::format(
          "Check that the server speaks TLS at port {} (not plain TURN: that is turn:, not turns:), that "
          "it offers TLS 1.2 or 1.3, and that no proxy stands in between.",
          port);
    case Fault::certificate_unknown_issuer:
    case Fault::certificate_wrong_name:
    case Fault::certificate_expired:
    case Fault::certificate_not_yet_valid:
    case Fault::certificate_other: return advise_certificate(verdict.fault, report, path_of(verdict, report));
    default: return "";
  }
}

/// What keeps it from getting an allocation; empty for any other fault.
std::string advise_allocation(const Verdict& verdict, const CheckContext& context) {
  switch (verdict.fault) {
    case Fault::wrong_credentials: return advise_credentials(context);
    case Fault::expired_credentials:
      return "Usernames of the form EXPIRY:USER are good until EXPIRY. Get fresh ones, give them a longer life "
             "(turnpike: "
             "auth.default_ttl), and check that the clocks of the application and the relay are right.";
    case Fault::quota_reached:
      return "It answers 486: this user has all the allocations that the quota allows (turnpike: quota.per_user). End "
             "some, or raise it.";
    case Fault::no_capacity: return advise_capacity(verdict.variant);
    case Fault::allocation_refused:
      return "The line that failed has the answer's number: 403 is the server's policy, 437 a port that still has an "
             "older allocation, 440 and 442 something that it does not offer. The server's log says more.";
    default: return "";
  }
}

/// What is wrong with an allocation that it has; empty for any other fault.
std::string advise_use(const Verdict& verdict) {
  switch (verdict.fault) {
    case Fault::relay_address_private:
      return "The server stands behind a NAT and does not know its public address: set it (turnpike: server.external, "
             "coturn: external-ip).";
    case Fault::peer_refused:
      return "Two people who both need the relay cannot call each other. Let the server reach its own relayed "
             "addresses "
             "(turnpike: relay.peers.allow, coturn: allowed-peer-ip).";
    case Fault::relay_blocked: return advise_relay(verdict.variant);
    case Fault::packets_lost:
      return "Calls will stutter. Try again from another network, then look at the load and the network of the server.";
    case Fault::large_packets_lost:
      return "Small packets pass, those of 1200 bytes do not: something on the way has a small MTU and drops what is "
             "larger. Video suffers from it. Look at tunnels and VPNs.";
    case Fault::clock_off:
      return "Set the clocks by the internet (NTP), here and there: passwords for calls have a time at which they "
             "expire.";
    default: return "";
  }
}

std::string advise_fault(const Verdict& verdict, const UriReport& report, const CheckContext& context) {
  if (verdict.fault == Fault::none) return "";
  std::string words = advise_way(verdict, report);
  if (words.empty()) words = advise_allocation(verdict, context);
  if (words.empty()) words = advise_use(verdict);
  return words.empty() ? "The line that failed says what was answered; the server's log says more." : words;
}

void add_notes(const PathReport& path, std::vector<std::string>& notes) {
  for (const Step& step : path.steps) {
    std::string note;
    if (step.reason == Reason::certificate_ends_soon) note = "The certificate ends soon: see that it is renewed.";
    if (step.reason == Reason::not_asked_for_credentials) {
      note = "Anybody can relay through this server without a password, and will: switch authentication on.";
    }
    if (step.reason == Reason::own_network && step.mark == Mark::warning) {
      note = "Whether the ports that it relays on are open could not be tested from here without UDP.";
    }
    if (step.reason == Reason::second_refused && step.mark == Mark::warning) {
      note = "The quota of this user allows one allocation only, so the relay was not tested from end to end.";
    }
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
  }
}

}  // namespace

std::vector<std::string> advise(const Verdict& verdict, const UriReport& report, const CheckContext& context) {
  std::vector<std::string> advice;
  if (verdict.variant == Variant::no_credentials && verdict.fault == Fault::none) {
    advice.emplace_back(
        "Give --user and --password-file, --secret-file, --api and --key-file, or --config to test it all.");
  }
  if (std::string words = advise_fault(verdict, report, context); !words.empty()) advice.push_back(std::move(words));
  for (const PathReport& path : report.paths) add_notes(path, advice);
  return advice;
}

}  // namespace turnpike::probe
