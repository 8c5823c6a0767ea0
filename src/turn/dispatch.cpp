#include "turn/dispatch.hpp"

#include <array>

#include "turn/authenticator.hpp"
#include "turn/find_allocation.hpp"
#include "turn/handle_allocate.hpp"
#include "turn/handle_channel_bind.hpp"
#include "turn/handle_connect.hpp"
#include "turn/handle_connection_bind.hpp"
#include "turn/handle_create_permission.hpp"
#include "turn/handle_refresh.hpp"
#include "turn/known_attributes.hpp"
#include "turn/relay_indication.hpp"
#include "turn/reply.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::turn {
namespace {

using stun::ErrorCode;
using stun::Method;

struct AuthenticatedMethod {
  Method method;
  Refused (*handle)(CoreState&, const Request&) noexcept;
  bool checks_expiry;  ///< of an ephemeral credential: where traffic is granted for a time, not within that time
};

// A new TURN method is a line here and a file of its own.
constexpr std::array kAuthenticatedMethods{
    AuthenticatedMethod{Method::allocate, handle_allocate, true},
    AuthenticatedMethod{Method::refresh, handle_refresh, true},
    AuthenticatedMethod{Method::create_permission, handle_create_permission, false},
    AuthenticatedMethod{Method::channel_bind, handle_channel_bind, false},
    AuthenticatedMethod{Method::connect, handle_connect, false},
    AuthenticatedMethod{Method::connection_bind, handle_connection_bind, false},
};

const AuthenticatedMethod* find_method(Method method) noexcept {
  for (const auto& candidate : kAuthenticatedMethods) {
    if (candidate.method == method) return &candidate;
  }
  return nullptr;
}

ReplyContext plain_reply(const FiveTuple& five_tuple, const stun::MessageView& message) noexcept {
  return {five_tuple, message.method(), message.transaction_id(), {}, message.has(stun::AttributeType::fingerprint)};
}

void count_request(CoreTotals& totals, Method method) noexcept {
  const auto place = static_cast<std::size_t>(method);
  const bool has_place = place < totals.requests.size() && !stun::name_of(method).empty();
  ++totals.requests[has_place ? place : 0];
}

// Errors to those who have not shown that they know a password are rationed per source. All others may have what they
// ask for: a browser gets a dozen 403 for the private candidates of one call.
ClientVerdict refuse_unproven(CoreState& state, const ReplyContext& reply, const Refusal& refusal, Now now,
                              Outbox& outbox) noexcept {
  if (!state.env.error_ration.admit(reply.five_tuple.client.address, now.mono)) {
    return ClientVerdict::drop(DropReason::error_rationed);
  }
  if (!send_error(state, reply, refusal, now, outbox)) return ClientVerdict::drop(DropReason::unanswerable);
  return ClientVerdict::handled();
}

// RFC 8489 section 6.3.1: no authentication; a success response tells the client its reflexive address.
ClientVerdict handle_binding(CoreState& state, const FiveTuple& five_tuple, const stun::MessageView& message, Now now,
                             Outbox& outbox) noexcept {
  const ReplyContext reply = plain_reply(five_tuple, message);
  if (const auto unknown = stun::find_unknown_required(message, is_known_attribute); unknown.count > 0) {
    return refuse_unproven(state, reply, Refusal::unknown_attributes(unknown), now, outbox);
  }
  const bool sent = send_success(reply, outbox, [&five_tuple](stun::MessageBuilder& builder) {
    builder.add_xor_address(stun::AttributeType::xor_mapped_address, five_tuple.client);
  });
  return sent ? ClientVerdict::handled() : ClientVerdict::drop(DropReason::unanswerable);
}

// After authentication: RFC 8489 section 6.3 puts the check for unknown attributes there.
Refused run_handler(CoreState& state, const AuthenticatedMethod& method, const Request& request) noexcept {
  const auto unknown = stun::find_unknown_required(request.message, is_known_attribute);
  if (unknown.count > 0) return Refusal::unknown_attributes(unknown);
  return method.handle(state, request);
}

ClientVerdict handle_authenticated(CoreState& state, const AuthenticatedMethod& method, const FiveTuple& five_tuple,
                                   const stun::MessageView& message, Now now, Outbox& outbox) noexcept {
  ReplyContext reply = plain_reply(five_tuple, message);
  const Authenticator authenticator(state.config->credentials, state.revocations, state.nonces);
  const auto outcome = authenticator.authenticate(message, five_tuple, now);
  const auto* proven = std::get_if<Authentication>(&outcome);
  if (proven == nullptr) {
    const auto* refusal = std::get_if<Refusal>(&outcome);
    // 438 goes only to those whose integrity is right, so it is no use to a forger.
    if (refusal->code != ErrorCode::stale_nonce) return refuse_unproven(state, reply, *refusal, now, outbox);
    send_error(state, reply, *refusal, now, outbox);
    return ClientVerdict::handled();
  }
  const Authentication& authentication = *proven;
  if (method.checks_expiry && authentication.expiry && *authentication.expiry <= now.wall) {
    return refuse_unproven(state, reply, Refusal::with_challenge(ErrorCode::unauthenticated), now, outbox);
  }
  reply.integrity = authentication.integrity;
  const Request request{five_tuple, message, now, outbox, authentication};
  if (const Refused refusal = run_handler(state, method, request)) send_error(state, reply, *refusal, now, outbox);
  return ClientVerdict::handled();
}

}  // namespace

ClientVerdict dispatch_stun(CoreState& state, const FiveTuple& five_tuple, ByteSpan datagram, Now now,
                            Outbox& outbox) noexcept {
  const auto message = stun::MessageView::parse(datagram);
  if (!message) return ClientVerdict::drop(DropReason::malformed_stun);
  if (stun::check_fingerprint(*message) == stun::IntegrityCheck::invalid) {
    return ClientVerdict::drop(DropReason::malformed_stun);
  }
  const Method method = message->method();
  switch (message->message_class()) {
    case stun::MessageClass::request:
      count_request(state.counted, method);
      if (method == Method::binding) return handle_binding(state, five_tuple, *message, now, outbox);
      if (const auto* found = find_method(method)) {
        return handle_authenticated(state, *found, five_tuple, *message, now, outbox);
      }
      return ClientVerdict::drop(DropReason::unexpected_class);  // RFC 8489 section 6.3: silently discarded
    case stun::MessageClass::indication:
      if (method == Method::send) return relay_send_indication(state, five_tuple, *message, now);
      // A Binding indication keeps NAT bindings alive and wants nothing else.
      if (method == Method::binding) return ClientVerdict::handled();
      return ClientVerdict::drop(DropReason::unknown_indication);
    case stun::MessageClass::success:
    case stun::MessageClass::error: break;
  }
  return ClientVerdict::drop(DropReason::unexpected_class);
}

}  // namespace turnpike::turn
