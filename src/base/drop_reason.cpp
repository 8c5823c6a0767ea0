#include "turnpike/base/drop_reason.hpp"

namespace turnpike {

std::string_view to_string(DropReason reason) noexcept {
  switch (reason) {
    case DropReason::not_turn: return "not_turn";
    case DropReason::malformed_stun: return "malformed_stun";
    case DropReason::malformed_channel_data: return "malformed_channel_data";
    case DropReason::unexpected_class: return "unexpected_class";
    case DropReason::unknown_indication: return "unknown_indication";
    case DropReason::no_allocation: return "no_allocation";
    case DropReason::no_channel: return "no_channel";
    case DropReason::no_permission: return "no_permission";
    case DropReason::peer_denied: return "peer_denied";
    case DropReason::family_mismatch: return "family_mismatch";
    case DropReason::tcp_allocation: return "tcp_allocation";
    case DropReason::rate_limited: return "rate_limited";
    case DropReason::stale_relay_socket: return "stale_relay_socket";
    case DropReason::icmp_not_permitted: return "icmp_not_permitted";
    case DropReason::error_rationed: return "error_rationed";
    case DropReason::unanswerable: return "unanswerable";
    case DropReason::truncated: return "truncated";
    case DropReason::would_block: return "would_block";
    case DropReason::no_buffer: return "no_buffer";
    case DropReason::unreachable: return "unreachable";
    case DropReason::too_big: return "too_big";
    case DropReason::send_failed: return "send_failed";
    case DropReason::untrusted_proxy: return "untrusted_proxy";
    case DropReason::removed_listener: return "removed_listener";
    case DropReason::slow_client: return "slow_client";
    case DropReason::draining: return "draining";
    case DropReason::count_: break;
  }
  return "unknown";
}

}  // namespace turnpike
