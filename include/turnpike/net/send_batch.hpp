#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/drop_reason.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::net {

struct OutgoingDatagram {
  UdpSocket* socket = nullptr;  ///< not owned; must live until flush()
  Endpoint to;
  IpAddress source;            ///< only used on a wildcard socket: the local address to answer from
  ByteSpan payload;            ///< not copied; must live until flush()
  bool dont_fragment = false;  ///< DF set on this one (RFC 8656 section 14); sent alone
};

/// Collects what one batch of received datagrams causes and sends it in few system calls: grouped by socket (sendmmsg),
/// and equal-sized runs to one destination as one UDP_SEGMENT send (a run's last may be shorter; at most 64 segments
/// and 60,000 bytes; order within a flow is kept). A run that is refused is sent again singly; if that helps, the
/// socket tries smaller segments only from then on (EINVAL, EMSGSIZE: larger than an MTU on the way) or none at all
/// (EIO, ENOPROTOOPT, EOPNOTSUPP). A send that may have reported a queued ICMP error is tried once more. Never blocks,
/// never throws; what cannot be sent is dropped and counted.
class SendBatch {
 public:
  static constexpr std::size_t kCapacity = 1024;

  struct Counters {
    std::uint64_t datagrams = 0;
    std::uint64_t bytes = 0;
    std::array<std::uint64_t, kDropReasonCount> drops{};  ///< by DropReason
  };

  SendBatch();
  SendBatch(const SendBatch&) = delete;
  SendBatch& operator=(const SendBatch&) = delete;
  ~SendBatch();

  /// Flushes first when full.
  void add(const OutgoingDatagram& datagram) noexcept;
  void flush() noexcept;
  [[nodiscard]] bool empty() const noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace turnpike::net
