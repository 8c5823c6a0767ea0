// What the control plane changes about who may relay: RelayCore's calls for it.

#include <utility>

#include "turn/core_state.hpp"
#include "turn/end_allocation.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::turn {
namespace {

bool is_vouched_for(const CoreState& state, const Allocation& allocation, Now now) noexcept {
  return state.config->credentials.vouches(allocation.voucher) &&
         !state.revocations.contains(allocation.username, now.wall);
}

}  // namespace

void RelayCore::replace_config(std::shared_ptr<const CoreConfig> config) {
  state_->allocations.set_bound(config->max_allocations);
  state_->config = std::move(config);
  const CredentialStore& credentials = state_->config->credentials;
  state_->nonces =
      state_->nonces.with(credentials.realm(), state_->config->nonce_lifetime, credentials.offers_username_anonymity());
  state_->unvouched_from = 0;
}

bool RelayCore::revoke(std::string username, UnixSeconds expiry, Now now) {
  state_->unvouched_from = 0;
  return state_->revocations.add(std::move(username), expiry, now.wall);
}

// Goes on where the last call stopped for want of room: who came meanwhile was asked for a good credential.
bool RelayCore::end_unvouched(Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  for (std::uint32_t& slot = state_->unvouched_from; slot < state_->allocations.slot_count(); ++slot) {
    if (outbox.room() < Outbox::kPerEvent) return false;
    Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state != Allocation::State::free && !is_vouched_for(*state_, allocation, now)) {
      end_allocation(*state_, allocation, EndReason::revoked, now, outbox);
    }
  }
  state_->unvouched_from = 0;
  return true;
}

bool RelayCore::end_one(AllocationId allocation, EndReason reason, Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  Allocation* found = state_->allocations.find(allocation);
  if (found == nullptr) return false;
  end_allocation(*state_, *found, reason, now, outbox);
  return true;
}

}  // namespace turnpike::turn
