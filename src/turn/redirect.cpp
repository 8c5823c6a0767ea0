#include "turn/redirect.hpp"

#include <algorithm>

// RFC 8656 section 7.2 step 11 has no preconditions, so 300 could come before authentication. It does not: what a
// server answers to strangers would tell them the addresses of all others, and an answer without integrity could be
// forged by whoever wants clients elsewhere (RFC 8489 section 10: it MAY be authenticated).
namespace turnpike::turn {
namespace {

bool is_secure(Transport transport) noexcept { return transport == Transport::tls || transport == Transport::dtls; }

// Where `alternate` serves clients like this one; null when it does not.
const Endpoint* address_for(const Alternate& alternate, bool secure, AddressFamily family) noexcept {
  const std::optional<Endpoint>& address = secure ? alternate.secure : alternate.plain;
  return address && address->address.family() == family ? &*address : nullptr;
}

// Not at random: the counter is this core's own, and each core serves clients of all kinds.
const Alternate* choose(CoreState& state, bool secure, AddressFamily family) noexcept {
  const auto& healthy = state.config->alternates->healthy;
  const auto serves = [&](const Alternate& each) { return address_for(each, secure, family) != nullptr; };
  const auto count = static_cast<std::uint32_t>(std::ranges::count_if(healthy, serves));
  if (count == 0) return nullptr;
  std::uint32_t skip = state.redirections++ % count;
  for (const Alternate& each : healthy) {
    if (serves(each) && skip-- == 0) return &each;
  }
  return nullptr;
}

}  // namespace

std::optional<Refusal> redirect(CoreState& state, const FiveTuple& five_tuple) noexcept {
  if (!state.config->alternates) return std::nullopt;
  const bool secure = is_secure(five_tuple.transport);
  const AddressFamily family = five_tuple.client.address.family();
  const Alternate* chosen = choose(state, secure, family);
  if (chosen == nullptr) return std::nullopt;
  Redirection to{.server = address_for(*chosen, secure, family), .other_family = nullptr, .domain = {}};
  // RFC 8489 section 10: it MUST go to a client that is known to understand it (TLS or DTLS, and
  // MESSAGE-INTEGRITY-SHA256); any other may skip it, being comprehension-optional.
  if (secure) to.domain = chosen->domain;
  const AddressFamily other = family == AddressFamily::ipv4 ? AddressFamily::ipv6 : AddressFamily::ipv4;
  for (const Alternate& each : state.config->alternates->healthy) {
    if (secure && each.domain != chosen->domain) continue;  // the answer has one ALTERNATE-DOMAIN for both
    if (to.other_family == nullptr) to.other_family = address_for(each, secure, other);
  }
  Refusal refusal(stun::ErrorCode::try_alternate);
  refusal.redirection = to;
  return refusal;
}

Refusal refuse_for_capacity(CoreState& state, const FiveTuple& five_tuple, bool redeems) noexcept {
  if (const auto elsewhere = redeems ? std::nullopt : redirect(state, five_tuple)) return *elsewhere;
  return Refusal(stun::ErrorCode::insufficient_capacity);
}

}  // namespace turnpike::turn
