#include "turn/handle_allocate.hpp"

#include <new>
#include <string>
#include <utility>

#include "turn/allocate_plan.hpp"
#include "turn/end_allocation.hpp"
#include "turn/redirect.hpp"
#include "turn/reply.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

// Longer than any worker takes to open a socket or to ask another worker for one.
constexpr Seconds kOpeningTimeout{10};

Refusal refuse_by_quota(CoreState& state, const FiveTuple& five_tuple, QuotaRefusal refusal, bool redeems) noexcept {
  // The bounds that concern this client are 486, those of the machine are 508 (RFC 8656 section 7.2 step 10), or 300
  // (step 11) where another machine has room.
  const bool of_client = refusal == QuotaRefusal::user || refusal == QuotaRefusal::client_address;
  return of_client ? Refusal(ErrorCode::allocation_quota_reached) : refuse_for_capacity(state, five_tuple, redeems);
}

ReplyContext reply_context(const Allocation& allocation) noexcept {
  const AllocateAnswer& answer = allocation.answer;
  return {allocation.five_tuple, stun::Method::allocate, answer.transaction_id, answer.integrity, answer.fingerprint};
}

void send_allocate_success(const Allocation& allocation, Outbox& outbox) noexcept {
  send_success(reply_context(allocation), outbox, [&allocation](stun::MessageBuilder& builder) {
    for (const RelayedAddress& relayed : allocation.relayed) {
      if (relayed.announced.port != 0) builder.add_xor_address(AttributeType::xor_relayed_address, relayed.announced);
    }
    builder.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(allocation.answer.lifetime.count()));
    builder.add_xor_address(AttributeType::xor_mapped_address, allocation.five_tuple.client);
    if (allocation.answer.token) builder.add(AttributeType::reservation_token, allocation.answer.token->bytes);
    for (const AddressFamily family : kAddressFamilies) {
      const RelayedAddress& relayed = allocation.relayed_of(family);
      if (relayed.refusal) builder.add_address_error_code(family, *relayed.refusal);
    }
  });
}

// Admits the allocation, and the reservation that goes with it: both or none.
Result<std::shared_ptr<UserAccount>, QuotaRefusal> admit(CoreState& state, std::string_view user,
                                                         const IpAddress& client, bool with_reservation) noexcept {
  auto account = state.env.quota.admit(user, client);
  if (!account || !with_reservation) return account;
  if (state.reservations.is_full()) {
    state.env.quota.release(**account, client);
    return QuotaRefusal::total;
  }
  if (const auto second = state.env.quota.admit(user, client); !second) {
    state.env.quota.release(**account, client);
    return second.error();
  }
  return account;
}

void fill_allocation(CoreState& state, Allocation& allocation, const AllocatePlan& plan,
                     const Request& request) noexcept {
  allocation.created = request.now.mono;
  allocation.protocol = plan.protocol;
  allocation.answer.transaction_id = request.message.transaction_id();
  allocation.answer.lifetime = plan.lifetime;
  allocation.answer.integrity = request.authentication.integrity;
  allocation.answer.fingerprint = request.message.has(AttributeType::fingerprint);
  allocation.answer.redeems = plan.redeem.has_value();
  const auto prepare = [](RelayedAddress& relayed, bool wanted, bool refused) {
    if (wanted) relayed.state = RelayedAddress::State::opening;
    if (refused) relayed.refusal = ErrorCode::address_family_not_supported;
  };
  prepare(allocation.relayed_of(AddressFamily::ipv4), plan.ipv4, plan.ipv4_refused);
  prepare(allocation.relayed_of(AddressFamily::ipv6), plan.ipv6, plan.ipv6_refused);
  if (plan.port == OpenRelaySocket::Port::even_and_reserve_next) {
    allocation.answer.token = ReservationToken::make(state.env.worker, state.env.random);
  }
}

void request_sockets(const Allocation& allocation, const AllocatePlan& plan, Outbox& outbox) noexcept {
  for (const AddressFamily family : kAddressFamilies) {
    if (allocation.relayed_of(family).state != RelayedAddress::State::opening) continue;
    outbox.push(OpenRelaySocket{allocation.id, family, plan.port, allocation.answer.token.value_or(ReservationToken{}),
                                plan.protocol});
  }
}

Refused start_allocation(CoreState& state, const Request& request, const AllocatePlan& plan) {
  // Whatever may lack memory comes before the quota counts.
  std::string username(request.authentication.username);
  std::string account_name(request.authentication.account);
  state.expiries.reserve_slots(state.allocations.slot_count() + 1);
  Allocation* allocation = state.allocations.insert(request.five_tuple);
  if (allocation == nullptr) return refuse_for_capacity(state, request.five_tuple, plan.redeem.has_value());
  if (!plan.redeem) {
    const bool reserves = plan.port == OpenRelaySocket::Port::even_and_reserve_next;
    auto admitted = admit(state, account_name, request.five_tuple.client.address, reserves);
    if (!admitted) {
      state.allocations.erase(*allocation);
      return refuse_by_quota(state, request.five_tuple, admitted.error(), false);
    }
    allocation->account = std::move(*admitted);
  }
  fill_allocation(state, *allocation, plan, request);
  allocation->username = std::move(username);
  allocation->voucher = request.authentication.voucher;
  allocation->is_trial = request.authentication.is_trial;
  state.expiries.schedule(allocation->id.slot, request.now.mono + kOpeningTimeout);
  if (plan.redeem) {
    allocation->answer.redeemer = account_name;
    request.outbox.push(RedeemReservation{allocation->id, *plan.redeem, std::move(account_name)});
  } else {
    request_sockets(*allocation, plan, request.outbox);
  }
  return std::nullopt;
}

// All sockets have reported and there is at least one.
void go_live(CoreState& state, Allocation& allocation, Now now, Outbox& outbox) noexcept {
  allocation.state = Allocation::State::live;
  ++state.counted.cell_of(allocation.five_tuple).started;
  AllocationStarted started{
      .allocation = allocation.id, .five_tuple = allocation.five_tuple, .account = allocation.account};
  for (RelayedAddress& relayed : allocation.relayed) {
    if (relayed.state != RelayedAddress::State::open) continue;
    relayed.expires = now.mono + allocation.answer.lifetime;
    started.relayed[started.relayed_count++] = relayed.announced;
  }
  started.protocol = allocation.protocol;
  schedule_expiry(state, allocation);
  if (allocation.answer.token) {
    state.reservations.add({*allocation.answer.token, allocation.account, allocation.five_tuple.client.address,
                            now.mono + kReservationLifetime});
  }
  send_allocate_success(allocation, outbox);
  outbox.push(std::move(started));
}

void refuse_opened(CoreState& state, Allocation& allocation, const Refusal& refusal, Now now, Outbox& outbox) noexcept {
  send_error(state, reply_context(allocation), refusal, now, outbox);
  end_allocation(state, allocation, EndReason::stopped, now, outbox);
}

}  // namespace

Refused handle_allocate(CoreState& state, const Request& request) noexcept {
  // Step 1, authentication, is done. Step 2: is the five-tuple in use? A retransmission gets its answer again.
  if (const Allocation* allocation = state.allocations.find(request.five_tuple)) {
    if (allocation->answer.transaction_id != request.message.transaction_id()) {
      return Refusal(ErrorCode::allocation_mismatch);
    }
    if (allocation->state == Allocation::State::live) send_allocate_success(*allocation, request.outbox);
    return std::nullopt;  // or the answer is still under way
  }
  if (state.deletions.contains(request.five_tuple, request.message.transaction_id(), request.now.mono)) {
    return Refusal(ErrorCode::allocation_mismatch);
  }
  const auto plan = plan_allocate(state, request);
  if (!plan) return plan.error();
  const bool redeems = plan->redeem.has_value();
  if (state.draining) return refuse_for_capacity(state, request.five_tuple, redeems);
  if (state.config->alternates && state.config->alternates->always && !redeems) {
    if (const auto elsewhere = redirect(state, request.five_tuple)) return elsewhere;
  }
  try {
    return start_allocation(state, request, *plan);
  } catch (const std::bad_alloc&) {
    return refuse_for_capacity(state, request.five_tuple, redeems);
  }
}

void on_relay_socket_opened(CoreState& state, Allocation& allocation, std::optional<Endpoint> local,
                            AddressFamily family, Now now, Outbox& outbox) noexcept {
  RelayedAddress& relayed = allocation.relayed_of(family);
  if (local) {
    relayed.state = RelayedAddress::State::open;
    relayed.announced = state.config->relays.announced(*local);
  } else {
    relayed.state = RelayedAddress::State::refused;
    relayed.refusal = ErrorCode::insufficient_capacity;
  }
  if (allocation.is_opening()) return;  // the other family is still to come
  if (!allocation.has_family(AddressFamily::ipv4) && !allocation.has_family(AddressFamily::ipv6)) {
    refuse_opened(state, allocation, refuse_for_capacity(state, allocation.five_tuple, allocation.answer.redeems), now,
                  outbox);
    return;
  }
  if (allocation.answer.redeems) {
    // Only now: the reservation itself held a place in the quota until it was taken.
    auto account = state.env.quota.admit(allocation.answer.redeemer, allocation.five_tuple.client.address);
    if (!account) {
      const Refusal refusal = refuse_by_quota(state, allocation.five_tuple, account.error(), true);
      refuse_opened(state, allocation, refusal, now, outbox);
      return;
    }
    allocation.account = std::move(*account);
  }
  go_live(state, allocation, now, outbox);
}

}  // namespace turnpike::turn
