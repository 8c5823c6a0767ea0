#pragma once

#include "turnpike/base/drop_reason.hpp"

namespace turnpike::net {

/// Under which reason a datagram is counted that send refused with this errno value.
[[nodiscard]] DropReason drop_reason_of(int error) noexcept;

/// The socket's state or the system's, not the datagram's: the answer would be the same a moment later. All others may
/// be a queued ICMP error that an earlier datagram earned: the next call on the socket reports it, whatever it sends.
[[nodiscard]] bool is_own_error(int error) noexcept;

/// What a kernel or device answers that cannot segment here, or not into segments of this size.
[[nodiscard]] bool may_refuse_segmentation(int error) noexcept;

/// Of those, the ones that speak of the size: EINVAL before Linux 6.14, EMSGSIZE since.
[[nodiscard]] bool may_refuse_segment_size(int error) noexcept;

}  // namespace turnpike::net
