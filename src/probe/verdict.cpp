#include "turnpike/probe/verdict.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace turnpike::probe {
namespace {

using stun::ErrorCode;

constexpr Seconds kMuchClock{60};

bool is_silence(Reason reason) noexcept {
  return reason == Reason::silent || reason == Reason::refused || reason == Reason::unreachable;
}

/// Nothing of TURN was ever heard on this path.
bool is_unreached(const PathReport& path) noexcept {
  const Step* failure = path.failure();
  return failure != nullptr && is_silence(failure->reason) && failure->name <= StepName::challenge;
}

bool has_answered(const PathReport& path, StepName name) noexcept {
  const Step* step = path.find(name);
  return step != nullptr && step->mark == Mark::ok;
}

/// A connection stands, or the server has asked for credentials: no firewall that drops all is in between.
bool was_reached(const PathReport& path) noexcept {
  return has_answered(path, StepName::connect) || has_answered(path, StepName::challenge);
}

bool works(const PathReport& path) noexcept { return path.failure() == nullptr; }

Verdict judge_error(const Step& failure) noexcept {
  switch (failure.code.value_or(ErrorCode::server_error)) {
    case ErrorCode::allocation_quota_reached: return {.fault = Fault::quota_reached, .path = {}};
    case ErrorCode::insufficient_capacity: return {.fault = Fault::no_capacity, .path = {}};
    case ErrorCode::try_alternate: return {.fault = Fault::no_capacity, .variant = Variant::redirected, .path = {}};
    case ErrorCode::unauthenticated:
    case ErrorCode::wrong_credentials: return {.fault = Fault::wrong_credentials, .path = {}};
    case ErrorCode::forbidden:
    case ErrorCode::unsupported_transport_protocol:
    case ErrorCode::address_family_not_supported:
    case ErrorCode::allocation_mismatch: return {.fault = Fault::allocation_refused, .path = {}};
    default: return {.fault = Fault::other, .path = {}};
  }
}

Verdict judge_credentials(const CheckContext& context) noexcept {
  const bool is_past = context.expiry && *context.expiry <= context.now;
  return {.fault = is_past ? Fault::expired_credentials : Fault::wrong_credentials, .path = {}};
}

Verdict judge_loss(const PathReport& path) noexcept {
  const bool passes_inside = has_answered(path, StepName::relay);
  return {.fault = Fault::relay_blocked, .variant = passes_inside ? Variant::outside_only : Variant::plain, .path = {}};
}

Fault certificate_fault(Reason reason) noexcept {
  switch (reason) {
    case Reason::certificate_unknown_issuer: return Fault::certificate_unknown_issuer;
    case Reason::certificate_wrong_name: return Fault::certificate_wrong_name;
    case Reason::certificate_expired: return Fault::certificate_expired;
    case Reason::certificate_not_yet_valid: return Fault::certificate_not_yet_valid;
    default: return Fault::certificate_other;
  }
}

/// What the first step that failed says by itself.
Verdict judge_failure(const PathReport& path, const Step& failure, const CheckContext& context) noexcept {
  switch (failure.reason) {
    case Reason::name_unknown: return {.fault = Fault::name_unknown, .path = {}};
    case Reason::resolver_silent: return {.fault = Fault::name_unknown, .variant = Variant::resolver, .path = {}};
    case Reason::refused: return {.fault = Fault::server_away, .variant = Variant::refused, .path = {}};
    case Reason::unreachable: return {.fault = Fault::server_away, .variant = Variant::unreachable, .path = {}};
    case Reason::silent:
      return {.fault = Fault::server_away, .variant = was_reached(path) ? Variant::mute : Variant::plain, .path = {}};
    case Reason::not_turn: return {.fault = Fault::not_turn, .path = {}};
    case Reason::hung_up:
      return {.fault = failure.name == StepName::handshake ? Fault::tls_failed : Fault::not_turn, .path = {}};
    case Reason::not_tls:
    case Reason::tls_mismatch: return {.fault = Fault::tls_failed, .path = {}};
    case Reason::certificate_unknown_issuer:
    case Reason::certificate_wrong_name:
    case Reason::certificate_expired:
    case Reason::certificate_not_yet_valid:
    case Reason::certificate_other: return {.fault = certificate_fault(failure.reason), .path = {}};
    case Reason::not_accepted: return judge_credentials(context);
    case Reason::error: return judge_error(failure);
    case Reason::address_private:
    case Reason::address_unspecified: return {.fault = Fault::relay_address_private, .path = {}};
    case Reason::peer_refused: return {.fault = Fault::peer_refused, .path = {}};
    case Reason::lost: return judge_loss(path);
    case Reason::partly_lost: return {.fault = Fault::packets_lost, .path = {}};
    case Reason::large_lost: return {.fault = Fault::large_packets_lost, .path = {}};
    default: return {.fault = Fault::other, .path = {}};
  }
}

struct Neighbour {
  const PathReport* path;
  std::uint16_t port;
};

/// Whether the way is closed to one kind of transport alone, while the other works. A port that refuses is compared
/// with itself only: of another port it says nothing.
bool is_kind_blocked(const PathReport& path, std::uint16_t port, const std::vector<Neighbour>& same_host) noexcept {
  const bool is_refused = path.failure()->reason == Reason::refused;
  const auto works_as = [&](bool wants_stream) {
    return std::ranges::any_of(same_host, [&](const Neighbour& other) {
      return works(*other.path) && is_stream(other.path->transport) == wants_stream &&
             (!is_refused || other.port == port);
    });
  };
  return works_as(!is_stream(path.transport)) && !works_as(is_stream(path.transport));
}

/// A path over which nothing is heard, where others to the same host tell more.
Verdict judge_unreached(const PathReport& path, std::uint16_t port, const std::vector<Neighbour>& same_host,
                        const CheckContext& context) noexcept {
  if (is_kind_blocked(path, port, same_host)) {
    return {.fault = is_stream(path.transport) ? Fault::tcp_blocked : Fault::udp_blocked, .path = {}};
  }
  if (has_answered(path, StepName::binding)) {
    return {.fault = Fault::turn_blocked, .variant = Variant::stun_works, .path = {}};
  }
  // Where the server's other side gives out passwords, or TURN is heard on another way, the machine is there.
  const bool is_alive = context.is_alive || std::ranges::any_of(same_host, [](const Neighbour& other) {
                          return !is_unreached(*other.path);
                        });
  const Verdict alone = judge_failure(path, *path.failure(), context);
  const bool is_silent = alone.variant == Variant::plain || alone.variant == Variant::mute;
  return is_alive && is_silent ? Verdict{.fault = Fault::turn_blocked, .path = {}} : alone;
}

std::vector<Neighbour> paths_to(const std::string& host, std::span<const UriReport> all) {
  std::vector<Neighbour> paths;
  for (const UriReport& report : all) {
    if (report.uri.host != host) continue;
    for (const PathReport& path : report.paths) paths.push_back({&path, report.uri.port});
  }
  return paths;
}

/// Over UDP first: what comes back over it says most. A path that was never reached says least, so the others count
/// before it.
Verdict judge_paths(const UriReport& report, std::span<const UriReport> all, const CheckContext& context) {
  const auto same_host = paths_to(report.uri.host, all);
  std::optional<Verdict> unreached;
  for (std::size_t i = 0; i < report.paths.size(); ++i) {
    const PathReport& path = report.paths[i];
    const Step* failure = path.failure();
    if (failure == nullptr) continue;
    const bool is_never_heard = is_unreached(path);
    Verdict verdict = is_never_heard ? judge_unreached(path, report.uri.port, same_host, context)
                                     : judge_failure(path, *failure, context);
    verdict.path = i;
    if (!is_never_heard) return verdict;
    const bool says_more = unreached && unreached->fault == Fault::server_away && unreached->variant == Variant::plain;
    if (!unreached || says_more) unreached = verdict;
  }
  return unreached.value_or(Verdict{});
}

bool lacks_credentials(const PathReport& path) noexcept {
  const Step* step = path.find(StepName::allocate);
  return step != nullptr && step->reason == Reason::no_credentials;
}

}  // namespace

std::string_view name_of(Fault fault) noexcept {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Fault::count_)> kNames{
      "none",
      "name-unknown",
      "server-away",
      "turn-blocked",
      "udp-blocked",
      "tcp-blocked",
      "not-turn",
      "tls-failed",
      "certificate-unknown-issuer",
      "certificate-wrong-name",
      "certificate-expired",
      "certificate-not-yet-valid",
      "certificate-other",
      "wrong-credentials",
      "expired-credentials",
      "quota-reached",
      "no-capacity",
      "allocation-refused",
      "relay-address-private",
      "peer-refused",
      "relay-blocked",
      "packets-lost",
      "large-packets-lost",
      "clock-off",
      "other"};
  const auto index = static_cast<std::size_t>(fault);
  return index < kNames.size() ? kNames[index] : std::string_view{"other"};
}

std::optional<UnixSeconds> expiry_of(std::string_view username) noexcept {
  const std::string_view digits = username.substr(0, username.find(':'));
  // Seconds since 1970 have nine digits or more since 1973; fewer are rather a name.
  constexpr std::size_t kMinDigits = 9;
  constexpr std::size_t kMaxDigits = 12;
  if (digits.size() < kMinDigits || digits.size() > kMaxDigits) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return UnixSeconds{Seconds{seconds}};
}

Verdict judge(const UriReport& report, std::span<const UriReport> all, const CheckContext& context) {
  Verdict verdict = judge_paths(report, all, context);
  const bool is_clock_off = context.clock_offset && std::chrono::abs(*context.clock_offset) >= kMuchClock;
  const bool is_by_clock = verdict.fault == Fault::none || verdict.fault == Fault::expired_credentials ||
                           verdict.fault == Fault::certificate_not_yet_valid;
  if (is_clock_off && is_by_clock) return {.fault = Fault::clock_off, .path = verdict.path};
  if (verdict.fault != Fault::none) return verdict;
  if (!report.uri.is_turn) return {.variant = Variant::stun, .path = {}};
  if (std::ranges::any_of(report.paths, lacks_credentials)) return {.variant = Variant::no_credentials, .path = {}};
  return {};
}

}  // namespace turnpike::probe
