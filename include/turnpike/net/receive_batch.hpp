#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::net {

/// Writable bytes in front of every received payload, for the header of a ChannelData message or Data indication
/// (20 header + 24 XOR-PEER-ADDRESS + 4 DATA header = 48 for IPv6). Not available with coalesced receive (listeners).
inline constexpr std::size_t kHeadRoom = 64;

struct ReceivedDatagram {
  MutableByteSpan
      payload;  ///< in the batch's memory; on a socket without coalescing kHeadRoom bytes before it are ours
  Endpoint from;
  Endpoint to;  ///< the local address and port it was sent to
};

/// Pooled buffers for up to kSlots datagrams of up to 65,535 bytes each, reused turn after turn. One per worker.
/// Several sockets can be read into one batch before it is recycled, so that what they cause leaves in one flush.
class ReceiveBatch {
 public:
  static constexpr std::size_t kSlots = 32;

  ReceiveBatch();
  ReceiveBatch(const ReceiveBatch&) = delete;
  ReceiveBatch& operator=(const ReceiveBatch&) = delete;
  ~ReceiveBatch();

  /// Reads what is there, at most as many datagrams as slots are free (recvmmsg), and just one where the socket's
  /// recent past lets expect no more (BurstGuess). One call per event of a level-triggered EpollSet is enough: what is
  /// left is reported again. The result is valid until recycle(). With UDP_GRO a slot may hold many segments; each
  /// comes as a datagram of its own. Errors other than would-block are swallowed: a UDP socket's pending ICMP errors
  /// are no reason to stop.
  struct Received {
    std::span<ReceivedDatagram> datagrams;
    bool drained = true;          ///< the socket had no more; false when that is not known
    std::uint32_t truncated = 0;  ///< datagrams left out because they were larger than a slot
  };
  [[nodiscard]] Received receive(UdpSocket& socket) noexcept;

  [[nodiscard]] std::size_t free_slots() const noexcept;
  /// Forgets all datagrams; spans into the batch are void from here on.
  void recycle() noexcept;

 private:
  struct Storage;
  std::unique_ptr<Storage> storage_;
};

}  // namespace turnpike::net
