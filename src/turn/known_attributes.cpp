#include "turn/known_attributes.hpp"

namespace turnpike::turn {

bool is_known_attribute(stun::AttributeType type) noexcept {
  using enum stun::AttributeType;
  switch (type) {
    case mapped_address:
    case username:
    case message_integrity:
    case error_code:
    case unknown_attributes:
    case channel_number:
    case lifetime:
    case xor_peer_address:
    case data:
    case realm:
    case nonce:
    case xor_relayed_address:
    case requested_address_family:
    case even_port:
    case requested_transport:
    case dont_fragment:
    case message_integrity_sha256:
    case password_algorithm:
    case userhash:
    case xor_mapped_address:
    case reservation_token:
    case connection_id: return true;
    default: return false;
  }
}

}  // namespace turnpike::turn
