#include "turn/handle_refresh.hpp"

#include "turn/end_allocation.hpp"
#include "turn/find_allocation.hpp"
#include "turn/handle_allocate.hpp"
#include "turn/reply.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

void send_refresh_success(const Request& request, Seconds lifetime) noexcept {
  send_success(reply_context(request), request.outbox, [lifetime](stun::MessageBuilder& builder) {
    builder.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(lifetime.count()));
  });
}

struct RefreshPlan {
  std::optional<AddressFamily> only;  ///< of a dual allocation one family may be refreshed or deleted alone (8.1)
  bool deletes = false;
  Seconds lifetime{0};
};

Result<RefreshPlan, Refusal> plan_refresh(const CoreState& state, const Allocation& allocation,
                                          const Request& request) noexcept {
  RefreshPlan plan;
  if (const auto requested = request.message.find(AttributeType::requested_address_family)) {
    if (!stun::read_family_octet(requested->value)) return Refusal(ErrorCode::bad_request);
    plan.only = stun::read_address_family(requested->value);
    if (!plan.only || !allocation.has_family(*plan.only)) return Refusal(ErrorCode::peer_address_family_mismatch);
  }
  std::optional<std::uint32_t> lifetime;
  if (const auto attribute = request.message.find(AttributeType::lifetime)) {
    lifetime = stun::read_u32(attribute->value);
    if (!lifetime) return Refusal(ErrorCode::bad_request);
  }
  plan.deletes = lifetime == 0U;
  if (!plan.deletes) plan.lifetime = clamp_lifetime(*state.config, lifetime, allocation.is_trial);
  return plan;
}

void delete_addresses(CoreState& state, Allocation& allocation, const RefreshPlan& plan,
                      const Request& request) noexcept {
  state.deletions.add(request.five_tuple, request.message.transaction_id(), request.now.mono);
  state.deletions.add(request.five_tuple, allocation.answer.transaction_id, request.now.mono);
  send_refresh_success(request, Seconds{0});
  if (plan.only) {
    end_relayed_address(state, allocation, *plan.only, EndReason::refreshed_to_zero, request.now, request.outbox);
  } else {
    end_allocation(state, allocation, EndReason::refreshed_to_zero, request.now, request.outbox);
  }
}

}  // namespace

Refused handle_refresh(CoreState& state, const Request& request) noexcept {
  if (state.deletions.contains(request.five_tuple, request.message.transaction_id(), request.now.mono)) {
    send_refresh_success(request, Seconds{0});
    return std::nullopt;
  }
  const auto found = find_allocation(state, request);
  if (!found) return found.error();
  Allocation& allocation = **found;
  const auto plan = plan_refresh(state, allocation, request);
  if (!plan) return plan.error();
  if (plan->deletes) {
    delete_addresses(state, allocation, *plan, request);
    return std::nullopt;
  }
  for (const AddressFamily family : kAddressFamilies) {
    if (!plan->only || plan->only == family) {
      allocation.relayed_of(family).expires = request.now.mono + plan->lifetime;
    }
  }
  schedule_expiry(state, allocation);
  send_refresh_success(request, plan->lifetime);
  return std::nullopt;
}

}  // namespace turnpike::turn
