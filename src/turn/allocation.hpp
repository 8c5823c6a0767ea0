#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "turn/authenticator.hpp"
#include "turn/peer_table.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/quota_ledger.hpp"
#include "turnpike/turn/relay_protocol.hpp"
#include "turnpike/turn/reservation_token.hpp"
#include "turnpike/turn/token_bucket.hpp"
#include "turnpike/turn/traffic.hpp"

namespace turnpike::turn {

/// One of up to two relayed transport addresses (two in a dual allocation).
struct RelayedAddress {
  enum class State : std::uint8_t { unwanted, opening, open, refused };
  State state = State::unwanted;
  std::optional<stun::ErrorCode> refusal;  ///< with refused: why, for ADDRESS-ERROR-CODE
  Endpoint announced;                      ///< what the client was told
  Instant expires;                         ///< a dual allocation's addresses are refreshed each or together
};

/// How the Allocate request that made an allocation is answered; kept for its retransmissions, and while sockets open.
struct AllocateAnswer {
  stun::TransactionId transaction_id{};
  Seconds lifetime{0};
  ResponseIntegrity integrity;
  bool fingerprint = false;
  std::optional<ReservationToken> token;  ///< the reservation made along with it
  bool redeems = false;                   ///< the socket comes from a reservation; its family is not known before
  std::string redeemer;                   ///< with redeems: the account that the quota will be asked for
};

/// RFC 8656 section 3.2, RFC 6062 section 3. Lives in AllocationTable.
struct Allocation {
  enum class State : std::uint8_t { free, opening, live };

  AllocationId id;
  State state = State::free;
  FiveTuple five_tuple;
  std::string username;                  ///< of the Allocate request, whole: others get 441
  Voucher voucher = 0;                   ///< what that request was verified with
  std::shared_ptr<UserAccount> account;  ///< null until the quota admitted it (a reservation is redeemed first)
  Instant created;
  AllocateAnswer answer;
  std::array<RelayedAddress, 2> relayed;  ///< by family: see relayed_of()
  PeerTable peers;
  TokenBucket to_peers;
  TokenBucket to_client;
  Traffic traffic;
  RelayProtocol protocol = RelayProtocol::udp;
  bool is_trial = false;                   ///< see kTrialUser, may_have_peer()
  std::vector<std::uint32_t> connections;  ///< with tcp: slots of ConnectionTable, a handful at most

  [[nodiscard]] RelayedAddress& relayed_of(AddressFamily family) noexcept {
    return relayed[family == AddressFamily::ipv4 ? 0 : 1];
  }
  [[nodiscard]] const RelayedAddress& relayed_of(AddressFamily family) const noexcept {
    return relayed[family == AddressFamily::ipv4 ? 0 : 1];
  }
  [[nodiscard]] bool is_opening() const noexcept {
    return relayed[0].state == RelayedAddress::State::opening || relayed[1].state == RelayedAddress::State::opening;
  }
  [[nodiscard]] bool has_family(AddressFamily family) const noexcept {
    return relayed_of(family).state == RelayedAddress::State::open;
  }
};

}  // namespace turnpike::turn
