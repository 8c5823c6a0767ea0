#include "turn/judge_peer.hpp"

#include "turnpike/turn/peer_policy.hpp"

namespace turnpike::turn {

// The client's own address is no way to reach others: it is where the client's packets come from. Behind the same NAT
// may be more, but nothing that its own packets could not reach as well. What the policy denies stays denied, since
// behind a proxy the client's address may be the proxy's.
bool may_have_peer(const CoreState& state, const Allocation& allocation, const IpAddress& peer) noexcept {
  if (state.config->peers->judge(peer) != PeerJudgement::allowed) return false;
  return !allocation.is_trial || state.config->relays.is_relay_address(peer) ||
         peer == allocation.five_tuple.client.address.unmapped();
}

bool may_have_peer(const CoreState& state, const Allocation& allocation, const Endpoint& peer) noexcept {
  if (state.config->peers->judge(peer) != PeerJudgement::allowed) return false;
  const bool is_relayed =
      state.config->relays.is_relay_address(peer.address) && state.config->relays.is_relay_port(peer.port);
  return !allocation.is_trial || is_relayed || peer.address == allocation.five_tuple.client.address.unmapped();
}

}  // namespace turnpike::turn
