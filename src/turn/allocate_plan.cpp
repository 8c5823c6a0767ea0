#include "turn/allocate_plan.hpp"

#include <algorithm>

#include "turn/handle_allocate.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;
// ADDITIONAL-ADDRESS-FAMILY had this number in the draft that coturn's clients still speak.
constexpr auto kDraftAdditionalAddressFamily = static_cast<AttributeType>(0x8032);

// The additional family that is asked for: the IANA number first, the draft's only where it makes sense.
std::optional<stun::Attribute> find_additional_family(const stun::MessageView& message) noexcept {
  if (const auto attribute = message.find(AttributeType::additional_address_family)) return attribute;
  const auto draft = message.find(kDraftAdditionalAddressFamily);
  if (draft && stun::read_address_family(draft->value) == AddressFamily::ipv6) return draft;
  return std::nullopt;
}

// RFC 6062 section 5.1, steps 2 and 3.
Refused check_tcp(const Request& request) noexcept {
  const Transport transport = request.five_tuple.transport;
  if (transport != Transport::tcp && transport != Transport::tls) return Refusal(ErrorCode::bad_request);
  for (const AttributeType type :
       {AttributeType::dont_fragment, AttributeType::even_port, AttributeType::reservation_token}) {
    if (request.message.has(type)) return Refusal(ErrorCode::bad_request);
  }
  return std::nullopt;
}

// Step 3, and step 1 of RFC 6062 section 5.1.
Refused read_transport(const CoreState& state, const Request& request, AllocatePlan& plan) noexcept {
  const stun::MessageView& message = request.message;
  const auto attribute = message.find(AttributeType::requested_transport);
  const auto protocol = attribute ? stun::read_requested_transport(attribute->value) : std::nullopt;
  if (!protocol) return Refusal(ErrorCode::bad_request);
  if (*protocol == kProtocolUdp) return std::nullopt;
  // Who only tries the relay does so as browsers use it; and behind relayed TCP may be services that trust this
  // machine.
  const bool allows_tcp = !state.config->tcp_peer_ports.empty() && !request.authentication.is_trial;
  if (*protocol != kProtocolTcp || !allows_tcp) {
    return Refusal(ErrorCode::unsupported_transport_protocol);
  }
  plan.protocol = RelayProtocol::tcp;
  return check_tcp(request);
}

// Step 5, as far as the request alone tells. Whether the token is valid turns out when it is redeemed.
Refused read_reservation(const stun::MessageView& message, AllocatePlan& plan) noexcept {
  const auto attribute = message.find(AttributeType::reservation_token);
  if (!attribute) return std::nullopt;
  ReservationToken token;
  if (attribute->value.size() != token.bytes.size() || message.has(AttributeType::even_port) ||
      message.has(AttributeType::requested_address_family) || find_additional_family(message)) {
    return Refusal(ErrorCode::bad_request);
  }
  std::ranges::copy(attribute->value, token.bytes.begin());
  plan.redeem = token;
  return std::nullopt;
}

bool is_supported(const CoreState& state, AddressFamily family) noexcept {
  return state.config->relays.has_family(family);
}

// Steps 6 and 7.
Refused read_requested_family(const CoreState& state, const Request& request, AllocatePlan& plan) noexcept {
  const stun::MessageView& message = request.message;
  const auto requested = message.find(AttributeType::requested_address_family);
  if (requested && find_additional_family(message)) return Refusal(ErrorCode::bad_request);
  AddressFamily family =
      state.config->follow_client_family ? request.five_tuple.client.address.family() : AddressFamily::ipv4;
  if (requested) {
    if (!stun::read_family_octet(requested->value)) return Refusal(ErrorCode::bad_request);
    const auto known = stun::read_address_family(requested->value);
    if (!known) return Refusal(ErrorCode::address_family_not_supported);
    family = *known;
  }
  // Which of two is missing in a dual request is told by ADDRESS-ERROR-CODE instead: step 9.
  if (!is_supported(state, family) && !find_additional_family(message)) {
    return Refusal(ErrorCode::address_family_not_supported);
  }
  (family == AddressFamily::ipv4 ? plan.ipv4 : plan.ipv6) = true;
  return std::nullopt;
}

// Step 8.
Refused read_even_port(const stun::MessageView& message, AllocatePlan& plan) noexcept {
  const auto attribute = message.find(AttributeType::even_port);
  if (!attribute) return std::nullopt;
  const auto reserve = stun::read_even_port(attribute->value);
  if (!reserve || (*reserve && find_additional_family(message))) {
    return Refusal(ErrorCode::bad_request);
  }
  plan.port = *reserve ? OpenRelaySocket::Port::even_and_reserve_next : OpenRelaySocket::Port::even;
  return std::nullopt;
}

// Step 9.
Refused read_additional_family(const CoreState& state, const stun::MessageView& message, AllocatePlan& plan) noexcept {
  const auto attribute = find_additional_family(message);
  if (!attribute) return std::nullopt;
  if (stun::read_address_family(attribute->value) != AddressFamily::ipv6) return Refusal(ErrorCode::bad_request);
  plan.ipv4 = is_supported(state, AddressFamily::ipv4);
  plan.ipv6 = is_supported(state, AddressFamily::ipv6);
  plan.ipv4_refused = !plan.ipv4;
  plan.ipv6_refused = !plan.ipv6;
  if (!plan.ipv4 && !plan.ipv6) return Refusal(ErrorCode::address_family_not_supported);
  // A TCP allocation has one family: RFC 6062 knows no other, and connections belong to an allocation as a whole. The
  // client is told as where an address is lacking.
  if (plan.protocol == RelayProtocol::tcp && plan.ipv4 && plan.ipv6) {
    plan.ipv6 = false;
    plan.ipv6_refused = true;
  }
  return std::nullopt;
}

}  // namespace

Seconds clamp_lifetime(const CoreConfig& config, std::optional<std::uint32_t> requested, bool is_trial) noexcept {
  if (is_trial) return kTrialLifetime;
  const Seconds wanted = std::min(Seconds{requested.value_or(0)}, config.max_lifetime);
  return std::max(wanted, config.default_lifetime);
}

Result<AllocatePlan, Refusal> plan_allocate(const CoreState& state, const Request& request) noexcept {
  AllocatePlan plan;
  const stun::MessageView& message = request.message;
  if (auto refusal = read_transport(state, request, plan)) return *refusal;
  // Step 4: DONT-FRAGMENT is supported, nothing to check.
  if (auto refusal = read_reservation(message, plan)) return *refusal;
  if (!plan.redeem) {
    if (auto refusal = read_requested_family(state, request, plan)) return *refusal;
    if (auto refusal = read_even_port(message, plan)) return *refusal;
    if (auto refusal = read_additional_family(state, message, plan)) return *refusal;
  }
  std::optional<std::uint32_t> lifetime;
  if (const auto attribute = message.find(AttributeType::lifetime)) {
    lifetime = stun::read_u32(attribute->value);
    if (!lifetime) return Refusal(ErrorCode::bad_request);
  }
  plan.lifetime = clamp_lifetime(*state.config, lifetime, request.authentication.is_trial);
  return plan;
}

}  // namespace turnpike::turn
