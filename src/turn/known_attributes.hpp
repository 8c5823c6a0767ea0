#pragma once

#include "turnpike/stun/attribute_type.hpp"

namespace turnpike::turn {

/// The comprehension-required attributes that this server understands, in whichever message they come: known but
/// unexpected ones are ignored (RFC 8489 section 6.3). Those of extensions that we do not speak (RFC 5780, RFC 6062,
/// RFC 7635, ICE checks) are unknown, so that their senders learn it.
[[nodiscard]] bool is_known_attribute(stun::AttributeType type) noexcept;

}  // namespace turnpike::turn
