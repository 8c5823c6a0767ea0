#include "turn/end_allocation.hpp"

#include <algorithm>

#include "turn/peer_connection.hpp"

namespace turnpike::turn {
namespace {

AllocationEnded report_end(const Allocation& allocation, EndReason reason, Now now) noexcept {
  AllocationEnded report{
      .allocation = allocation.id, .five_tuple = allocation.five_tuple, .account = allocation.account};
  for (const RelayedAddress& relayed : allocation.relayed) {
    if (relayed.announced.port != 0) report.relayed[report.relayed_count++] = relayed.announced;
  }
  report.traffic = allocation.traffic;
  report.lasted = now.mono - allocation.created;
  report.reason = reason;
  report.protocol = allocation.protocol;
  return report;
}

void count_end(CoreTotals& totals, const Allocation& allocation, EndReason reason) noexcept {
  totals.cell_of(allocation.five_tuple).traffic += allocation.traffic;
  ++totals.ended[static_cast<std::size_t>(reason)];
}

}  // namespace

void end_allocation(CoreState& state, Allocation& allocation, EndReason reason, Now now, Outbox& outbox) noexcept {
  forget_connections(state, allocation);  // the shell closes them together with the relay socket
  for (const AddressFamily family : kAddressFamilies) {
    if (allocation.has_family(family)) outbox.push(CloseRelaySocket{allocation.id, family});
  }
  if (allocation.state == Allocation::State::live) {
    outbox.push(report_end(allocation, reason, now));
    count_end(state.counted, allocation, reason);
  }
  if (allocation.account) {
    const IpAddress& client = allocation.five_tuple.client.address;
    state.env.quota.release(*allocation.account, client);
    // An unanswered Allocate with the R bit also holds the admission of the reservation that it never made.
    if (allocation.state == Allocation::State::opening && allocation.answer.token) {
      state.env.quota.release(*allocation.account, client);
    }
  }
  state.expiries.cancel(allocation.id.slot);
  state.allocations.erase(allocation);
}

void end_relayed_address(CoreState& state, Allocation& allocation, AddressFamily family, EndReason reason, Now now,
                         Outbox& outbox) noexcept {
  const AddressFamily other = family == AddressFamily::ipv4 ? AddressFamily::ipv6 : AddressFamily::ipv4;
  if (!allocation.has_family(other)) {
    end_allocation(state, allocation, reason, now, outbox);
    return;
  }
  outbox.push(CloseRelaySocket{allocation.id, family});
  allocation.relayed_of(family).state = RelayedAddress::State::unwanted;
  schedule_expiry(state, allocation);
}

void schedule_expiry(CoreState& state, const Allocation& allocation) noexcept {
  Instant earliest = kNever;
  for (const RelayedAddress& relayed : allocation.relayed) {
    if (relayed.state == RelayedAddress::State::open) earliest = std::min(earliest, relayed.expires);
  }
  state.expiries.schedule(allocation.id.slot, earliest);
}

}  // namespace turnpike::turn
