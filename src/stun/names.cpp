#include "turnpike/stun/attribute_type.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message_type.hpp"

namespace turnpike::stun {

std::string_view name_of(Method method) noexcept {
  switch (method) {
    case Method::binding: return "Binding";
    case Method::allocate: return "Allocate";
    case Method::refresh: return "Refresh";
    case Method::send: return "Send";
    case Method::data: return "Data";
    case Method::create_permission: return "CreatePermission";
    case Method::channel_bind: return "ChannelBind";
    case Method::connect: return "Connect";
    case Method::connection_bind: return "ConnectionBind";
    case Method::connection_attempt: return "ConnectionAttempt";
  }
  return {};
}

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::try_alternate: return "Try Alternate";
    case ErrorCode::bad_request: return "Bad Request";
    case ErrorCode::unauthenticated: return "Unauthenticated";
    case ErrorCode::forbidden: return "Forbidden";
    case ErrorCode::mobility_forbidden: return "Mobility Forbidden";
    case ErrorCode::unknown_attribute: return "Unknown Attribute";
    case ErrorCode::allocation_mismatch: return "Allocation Mismatch";
    case ErrorCode::stale_nonce: return "Stale Nonce";
    case ErrorCode::address_family_not_supported: return "Address Family not Supported";
    case ErrorCode::wrong_credentials: return "Wrong Credentials";
    case ErrorCode::unsupported_transport_protocol: return "Unsupported Transport Protocol";
    case ErrorCode::peer_address_family_mismatch: return "Peer Address Family Mismatch";
    case ErrorCode::connection_already_exists: return "Connection Already Exists";
    case ErrorCode::connection_timeout_or_failure: return "Connection Timeout or Failure";
    case ErrorCode::allocation_quota_reached: return "Allocation Quota Reached";
    case ErrorCode::role_conflict: return "Role Conflict";
    case ErrorCode::server_error: return "Server Error";
    case ErrorCode::insufficient_capacity: return "Insufficient Capacity";
  }
  return {};
}

std::string_view name_of(AttributeType type) noexcept {
  switch (type) {
    case AttributeType::mapped_address: return "MAPPED-ADDRESS";
    case AttributeType::change_request: return "CHANGE-REQUEST";
    case AttributeType::username: return "USERNAME";
    case AttributeType::message_integrity: return "MESSAGE-INTEGRITY";
    case AttributeType::error_code: return "ERROR-CODE";
    case AttributeType::unknown_attributes: return "UNKNOWN-ATTRIBUTES";
    case AttributeType::channel_number: return "CHANNEL-NUMBER";
    case AttributeType::lifetime: return "LIFETIME";
    case AttributeType::xor_peer_address: return "XOR-PEER-ADDRESS";
    case AttributeType::data: return "DATA";
    case AttributeType::realm: return "REALM";
    case AttributeType::nonce: return "NONCE";
    case AttributeType::xor_relayed_address: return "XOR-RELAYED-ADDRESS";
    case AttributeType::requested_address_family: return "REQUESTED-ADDRESS-FAMILY";
    case AttributeType::even_port: return "EVEN-PORT";
    case AttributeType::requested_transport: return "REQUESTED-TRANSPORT";
    case AttributeType::dont_fragment: return "DONT-FRAGMENT";
    case AttributeType::access_token: return "ACCESS-TOKEN";
    case AttributeType::message_integrity_sha256: return "MESSAGE-INTEGRITY-SHA256";
    case AttributeType::password_algorithm: return "PASSWORD-ALGORITHM";
    case AttributeType::userhash: return "USERHASH";
    case AttributeType::xor_mapped_address: return "XOR-MAPPED-ADDRESS";
    case AttributeType::reservation_token: return "RESERVATION-TOKEN";
    case AttributeType::priority: return "PRIORITY";
    case AttributeType::use_candidate: return "USE-CANDIDATE";
    case AttributeType::padding: return "PADDING";
    case AttributeType::response_port: return "RESPONSE-PORT";
    case AttributeType::connection_id: return "CONNECTION-ID";
    case AttributeType::additional_address_family: return "ADDITIONAL-ADDRESS-FAMILY";
    case AttributeType::address_error_code: return "ADDRESS-ERROR-CODE";
    case AttributeType::password_algorithms: return "PASSWORD-ALGORITHMS";
    case AttributeType::alternate_domain: return "ALTERNATE-DOMAIN";
    case AttributeType::icmp: return "ICMP";
    case AttributeType::software: return "SOFTWARE";
    case AttributeType::alternate_server: return "ALTERNATE-SERVER";
    case AttributeType::transaction_transmit_counter: return "TRANSACTION_TRANSMIT_COUNTER";
    case AttributeType::cache_timeout: return "CACHE-TIMEOUT";
    case AttributeType::fingerprint: return "FINGERPRINT";
    case AttributeType::ice_controlled: return "ICE-CONTROLLED";
    case AttributeType::ice_controlling: return "ICE-CONTROLLING";
    case AttributeType::response_origin: return "RESPONSE-ORIGIN";
    case AttributeType::other_address: return "OTHER-ADDRESS";
    case AttributeType::third_party_authorization: return "THIRD-PARTY-AUTHORIZATION";
    case AttributeType::mobility_ticket: return "MOBILITY-TICKET";
  }
  return {};
}

}  // namespace turnpike::stun
